/**
 * A legend above the data.
 *
 * @module
 */
import { fontSize, type LineStyle } from "./palette.ts";
import { appendGroup, type Group } from "./svg.ts";
import { textWidth, wrapText } from "./text.ts";

/** Width of a swatch in pixels. Its middle is at height 0. */
export const swatchWidth = 28;

/** One entry of a legend. */
export interface LegendEntry {
  /** Meaning of the mark. */
  readonly label: string;
  /** Draws the mark, from 0 to {@linkcode swatchWidth}, about height 0. */
  readonly swatch: (parent: Group) => void;
}

/**
 * Makes the swatch of a line.
 *
 * @param style How the line looks.
 * @returns A function that draws the swatch.
 */
export function lineSwatch({ color, dash, width }: LineStyle): LegendEntry["swatch"] {
  return (parent) =>
    void parent.append("line").attr("x2", swatchWidth).attr("stroke", color).attr("stroke-width", width)
      .attr("stroke-dasharray", dash);
}

/** An entry in its place. */
interface Placed {
  readonly entry: LegendEntry;
  readonly lines: readonly string[];
  readonly x: number;
  readonly y: number;
}

/** A legend, laid out. */
export interface Legend {
  /** Its height in pixels. */
  readonly height: number;
  /** Draws it; the origin is its upper left corner. */
  readonly draw: (parent: Group) => void;
}

const lineHeight = 19;
const afterSwatch = 7;
const betweenEntries = 24;

/**
 * Lays out a legend. Each row holds as many entries as fit; a label longer than a row is broken.
 *
 * @param entries The entries.
 * @param width Width in pixels.
 * @returns The legend.
 */
export function layOutLegend(entries: readonly LegendEntry[], width: number): Legend {
  const placed: Placed[] = [];
  let x = 0, y = 0, rowHeight = 0;
  for (const entry of entries) {
    const lines = wrapText(entry.label, fontSize.text, width - swatchWidth - afterSwatch);
    const longest = Math.max(0, ...lines.map((line) => textWidth(line, fontSize.text)));
    const entryWidth = swatchWidth + afterSwatch + longest;
    if (x > 0 && x + entryWidth > width) {
      x = 0;
      y += rowHeight;
      rowHeight = 0;
    }
    placed.push({ entry, lines, x, y });
    x += entryWidth + betweenEntries;
    rowHeight = Math.max(rowHeight, lineHeight * lines.length);
  }
  const draw = (parent: Group) => {
    const group = appendGroup(parent, "legend");
    for (const { entry, lines, x, y } of placed) {
      const item = appendGroup(group, "entry", x, y + lineHeight / 2);
      entry.swatch(item);
      for (const [i, line] of lines.entries()) {
        item.append("text").attr("x", swatchWidth + afterSwatch).attr("y", i * lineHeight).attr(
          "dy",
          "0.35em",
        )
          .attr("font-size", fontSize.text).text(line);
      }
    }
  };
  return { height: y + rowHeight, draw };
}
