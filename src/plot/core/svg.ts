/**
 * SVG documents, as d3 selections and as text.
 *
 * @module
 */
import * as d3 from "../deps.ts";
import { fontFamily, ink } from "./palette.ts";

/**
 * An SVG element to draw into: the part of a d3 selection that a figure needs. It avoids the types
 * of the browser, which a program outside the browser lacks.
 */
export interface Group {
  /**
   * Appends a child.
   *
   * @param name Name of the element.
   * @returns The child.
   */
  append(name: string): Group;
  /**
   * Sets an attribute.
   *
   * @param name Name of the attribute.
   * @param value Its value; `null` removes it.
   * @returns The element itself.
   */
  attr(name: string, value: string | number | null): Group;
  /**
   * Sets the text.
   *
   * @param text The plain text; reserved characters are escaped.
   * @returns The element itself.
   */
  text(text: string): Group;
}

/**
 * Draws a standalone SVG document with a white background, without external references, and with a
 * title and a description for screen readers.
 *
 * @param width Width in pixels.
 * @param height Height in pixels.
 * @param words Text for screen readers: `title` first, then `desc`.
 * @param draw Draws the picture into the root element.
 * @returns The document as text.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { drawSvg } from "./svg.ts";
 *
 * const svg = drawSvg(20, 10, { title: "Dot", desc: "A dot" }, (root) => {
 *   root.append("circle").attr("cx", 10).attr("cy", 5).attr("r", 2);
 * });
 * assert(svg.startsWith("<svg ") && svg.includes("<circle") && svg.endsWith("</svg>"));
 * ```
 */
export function drawSvg(
  width: number,
  height: number,
  words: { readonly title: string; readonly desc: string },
  draw: (root: Group) => void,
): string {
  const empty = '<svg xmlns="http://www.w3.org/2000/svg"></svg>';
  const document = new d3.DOMParser().parseFromString(empty, "image/svg+xml");
  const root: Group = d3.select(document.documentElement as unknown as d3.BaseType);
  root.attr("width", width).attr("height", height).attr("viewBox", `0 0 ${width} ${height}`);
  root.attr("role", "img").attr("font-family", fontFamily).attr("fill", ink);
  root.append("title").text(words.title);
  root.append("desc").text(words.desc);
  root.append("rect").attr("width", width).attr("height", height).attr("fill", "white");
  draw(root);
  return wellFormed(document.documentElement.toString());
}

/**
 * Replaces what XML does not allow, or reads as something else, as it does carriage returns:
 * control characters by their pictures, and halves of surrogate pairs. Names of files and tasks go
 * into figures, and may hold any of these.
 *
 * @param xml A document.
 * @returns The document, well formed.
 */
export function wellFormed(xml: string): string {
  return xml.toWellFormed().replaceAll(
    // deno-lint-ignore no-control-regex
    /[\x00-\x08\x0b-\x1f\ufffe\uffff]/g,
    (character) => character < " " ? String.fromCharCode(0x2400 + character.charCodeAt(0)) : "\ufffd",
  );
}

/**
 * Appends a group at an offset.
 *
 * @param parent Where to append it.
 * @param name Its class, for style sheets and tests.
 * @param x Move to the right, in pixels.
 * @param y Move down, in pixels.
 * @returns The group.
 */
export function appendGroup(parent: Group, name: string, x = 0, y = 0): Group {
  const group: Group = parent.append("g").attr("class", name);
  if (x !== 0 || y !== 0) group.attr("transform", `translate(${px(x)},${px(y)})`);
  return group;
}

/**
 * Rounds a length to 0.01 pixels, which is invisible and saves about two thirds of the characters.
 *
 * @param length Length in pixels.
 * @returns The rounded length.
 */
export function px(length: number): number {
  return Math.round(length * 100) / 100;
}
