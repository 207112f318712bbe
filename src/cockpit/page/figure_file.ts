/// <reference lib="dom" />
/**
 * Files of a figure as it is on screen.
 *
 * @module
 */
import { wellFormed } from "../../plot/core/svg.ts";
import { findLegend } from "./figure_legend.ts";
import type { View } from "./figure_view.ts";
import type { Drawing } from "./picture.ts";

/**
 * Reads a figure.
 *
 * @param text The document.
 * @returns Its root; `null` if it is none.
 */
export function parseFigure(text: string): SVGSVGElement | null {
  const root = new DOMParser().parseFromString(text, "image/svg+xml").documentElement;
  return root.localName === "svg" ? root as unknown as SVGSVGElement : null;
}

/**
 * Makes the document of what is on screen: the part of the figure, without the marks that the
 * legend hides.
 *
 * @param text The figure.
 * @param view The part of it.
 * @param hidden Indices of the entries of the legend that are hidden.
 * @returns The document, as large as the figure.
 */
export function shownFigure(text: string, view: View, hidden: ReadonlySet<number>): Drawing {
  const root = parseFigure(text)!;
  const [width, height] = ["width", "height"].map((name) => Number(root.getAttribute(name)));
  if (view.scale === 1 && hidden.size === 0) return { text, width, height };
  root.setAttribute("viewBox", [view.x, view.y, width / view.scale, height / view.scale].join(" "));
  for (const [index, { entry, marks }] of findLegend(root).entries()) {
    if (!hidden.has(index)) continue;
    entry.setAttribute("opacity", "0.35");
    for (const mark of marks) mark.remove();
  }
  return { text: wellFormed(new XMLSerializer().serializeToString(root)), width, height };
}
