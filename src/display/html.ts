/**
 * Tables and figures as HTML for a notebook, which brings its own style for light and dark.
 *
 * @module
 */

const ENTITIES: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};

/**
 * Writes a text so that HTML shows it as it is: names of files and tasks may hold anything.
 *
 * @param text The text.
 * @returns It with entities, for an element or for an attribute in quotes.
 */
export function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => ENTITIES[character]);
}

/** How a table is written. */
export interface HtmlTableOptions {
  /**
   * Number of leading columns that are aligned to the left; the others to the right. Default: 0.
   */
  readonly left?: number;
  /** Explanations of the columns, shown under the pointer. Default: none. */
  readonly help?: readonly string[];
}

/**
 * Writes a table as HTML.
 *
 * @param rows Rows of plain texts, as many in each; the first row is the header.
 * @param options Alignment and explanations.
 * @returns The table.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { htmlTable } from "./html.ts";
 *
 * assert(htmlTable([["ε", "rank"], ["<1", "2"]]).includes("&lt;1</td>"));
 * ```
 */
export function htmlTable(
  rows: readonly (readonly string[])[],
  { left = 0, help = [] }: HtmlTableOptions = {},
): string {
  const cells = (row: readonly string[], tag: "th" | "td") =>
    row.map((text, column) => {
      const title = tag === "th" && help[column] ? ` title="${escapeHtml(help[column])}"` : "";
      const side = column < left ? "left" : "right";
      return `<${tag} style="text-align:${side}"${title}>${escapeHtml(text)}</${tag}>`;
    }).join("");
  const [header = [], ...body] = rows;
  return [
    `<table><thead><tr>${cells(header, "th")}</tr></thead><tbody>`,
    ...body.map((row) => `<tr>${cells(row, "td")}</tr>`),
    "</tbody></table>",
  ].join("\n");
}

/**
 * Embeds a figure in HTML. As an image it keeps its identifiers to itself, and the cleaning of
 * untrusted notebooks leaves it in place.
 *
 * @param svg Standalone SVG document.
 * @returns An image with the document's title as its text.
 */
export function svgImage(svg: string): string {
  const bytes = new TextEncoder().encode(svg);
  const title = svgTexts(svg)[0] ?? "figure";
  return `<img alt="${escapeHtml(title)}" src="data:image/svg+xml;base64,${bytes.toBase64()}">`;
}

/**
 * Reads title and description of a figure.
 *
 * @param svg SVG document.
 * @returns Those of the two that it has, as plain texts.
 */
export function svgTexts(svg: string): string[] {
  return ["title", "desc"].flatMap((tag) => {
    const found = new RegExp(`<${tag}>([^<]*)</${tag}>`).exec(svg);
    return found ? [plain(found[1])] : [];
  });
}

/** Reads the entities that {@linkcode escapeHtml} and writers of XML use. */
function plain(xml: string): string {
  const characters = new Map(Object.entries(ENTITIES).map(([character, entity]) => [entity, character]));
  return xml.replace(/&[#\w]+;/g, (entity) => entity === "&apos;" ? "'" : characters.get(entity) ?? entity);
}
