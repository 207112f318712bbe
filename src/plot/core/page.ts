/**
 * A page: heading, legend, and a grid of panels below.
 *
 * @module
 */
import { layOutLegend, type LegendEntry } from "./legend.ts";
import { fontSize, greyInk } from "./palette.ts";
import { appendGroup, drawSvg, type Group } from "./svg.ts";
import { wrapText } from "./text.ts";

/** Width of every page in pixels. */
export const pageWidth = 900;

/** Room at the edges of a page in pixels. */
export const pageMargin = 16;

/** Contents of a page. */
export interface Page {
  /** Heading. */
  readonly title: string;
  /** A line under the heading. */
  readonly subtitle: string;
  /** Description of the figure for screen readers. */
  readonly description: string;
  /** Entries of the legend. */
  readonly legend: readonly LegendEntry[];
  /** Height of the drawing below the legend, in pixels. */
  readonly height: number;
  /** Draws the part below the legend; the origin is the left edge of the page. */
  readonly draw: (parent: Group) => void;
}

/**
 * Draws a page as a standalone SVG document, 900 pixels wide.
 *
 * @param page Its contents.
 * @returns The document.
 */
export function drawPage(page: Page): string {
  const inner = pageWidth - 2 * pageMargin;
  const titleLines = wrapText(page.title, fontSize.title, inner, true);
  const subtitleLines = wrapText(page.subtitle, fontSize.text, inner);
  const legend = layOutLegend(page.legend, inner);
  const legendTop = 14 + 25 * titleLines.length + 19 * subtitleLines.length + 12;
  const top = legendTop + legend.height + 14;
  const words = { title: page.title, desc: page.description };
  return drawSvg(pageWidth, Math.ceil(top + page.height), words, (root) => {
    const write = (lines: readonly string[], y: number, step: number, size: number) =>
      lines.map((line, i) =>
        root.append("text").attr("x", pageMargin).attr("y", y + i * step).attr("font-size", size).text(line)
      );
    write(titleLines, 32, 25, fontSize.title).forEach((text) => text.attr("font-weight", "bold"));
    write(subtitleLines, 30 + 25 * titleLines.length, 19, fontSize.text)
      .forEach((text) => text.attr("fill", greyInk));
    legend.draw(appendGroup(root, "key", pageMargin, legendTop));
    page.draw(appendGroup(root, "panels", 0, top));
  });
}
