/**
 * Widths of text, without a browser to measure them.
 *
 * @module
 */

// Advance widths in em of the widest font of the list, DejaVu Sans, rounded up: too wide a
// box leaves a gap, too narrow a box lets texts overlap.
const narrow = /[iljI.,:;|'!\u00b7\u00a0 ]/;
const slim = /[frt()[\]\-/"\u2070-\u209f\u00b2\u00b3\u00b9]/;
const wide = /[mwMW%@#+=<>\u2212\u2264\u2265\u2248]/;
const capital = /\p{Lu}/u;

/**
 * Estimates the width of a text from above.
 *
 * @param text The text.
 * @param size Size of type in pixels.
 * @param bold Whether it is bold.
 * @returns Width in pixels.
 */
export function textWidth(text: string, size: number, bold = false): number {
  let em = 0;
  for (const glyph of text) {
    if (narrow.test(glyph)) em += 0.34;
    else if (slim.test(glyph)) em += 0.46;
    else if (wide.test(glyph)) em += 0.98;
    else if (capital.test(glyph)) em += 0.76;
    // Scripts whose glyphs fill the em square, and emoji.
    else if (glyph.codePointAt(0)! >= 0x1100 && !/[\u2010-\u2027]/.test(glyph)) em += 1.1;
    else em += 0.64;
  }
  return em * size * (bold ? 1.12 : 1);
}

/**
 * Breaks a text into lines, at spaces where possible.
 *
 * @param text The text.
 * @param size Size of type in pixels.
 * @param width Longest line in pixels.
 * @param bold Whether it is bold.
 * @returns The lines; none for a text without words.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { wrapText } from "./text.ts";
 *
 * assert.deepEqual(wrapText("the rank rises in stairs", 10, 80), ["the rank rises", "in stairs"]);
 * ```
 */
export function wrapText(text: string, size: number, width: number, bold = false): string[] {
  const lines: string[] = [];
  let line = "";
  for (let word of text.split(/\s+/).filter((word) => word !== "")) {
    const longer = line === "" ? word : `${line} ${word}`;
    if (textWidth(longer, size, bold) <= width) {
      line = longer;
      continue;
    }
    if (line !== "") lines.push(line);
    while (textWidth(word, size, bold) > width && [...word].length > 1) {
      const head = fitting(word, size, width, bold);
      lines.push(head);
      word = word.slice(head.length);
    }
    line = word;
  }
  return line === "" ? lines : [...lines, line];
}

/** The longest beginning of a word that fits, of at least one glyph. */
function fitting(word: string, size: number, width: number, bold: boolean): string {
  let head = "";
  for (const glyph of word) {
    if (head !== "" && textWidth(head + glyph, size, bold) > width) break;
    head += glyph;
  }
  return head;
}
