/// <reference lib="dom" />
/**
 * Elements of a page.
 *
 * @module
 */

/** What an element has: attributes, and functions by the names of events. */
export type Attributes = Readonly<
  Record<string, string | number | boolean | null | ((event: Event) => void)>
>;

/**
 * Makes an element.
 *
 * @param name Its name.
 * @param attributes Attributes; `true` for one without a value, `false` and `null` for none.
 * @param children What it holds; text is shown as it is.
 * @returns The element.
 */
export function element<Name extends keyof HTMLElementTagNameMap>(
  name: Name,
  attributes: Attributes = {},
  ...children: readonly (Node | string)[]
): HTMLElementTagNameMap[Name] {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (typeof value === "function") made.addEventListener(key, value);
    else if (value !== null && value !== false) made.setAttribute(key, value === true ? "" : String(value));
  }
  made.append(...children);
  return made;
}

/** Namespace of SVG. */
export const SVG_NAMESPACE = "http://www.w3.org/2000/svg";

/**
 * Makes an element of SVG.
 *
 * @param name Its name.
 * @param attributes Attributes.
 * @param text What it says. Default: nothing.
 * @returns The element.
 */
export function svgElement<Name extends keyof SVGElementTagNameMap>(
  name: Name,
  attributes: Readonly<Record<string, string | number>> = {},
  text = "",
): SVGElementTagNameMap[Name] {
  const made = document.createElementNS(SVG_NAMESPACE, name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, String(value));
  made.textContent = text;
  return made;
}

/**
 * Makes a table.
 *
 * @param caption Its caption, for screen readers as well.
 * @param header Headings of the columns.
 * @param rows Cells.
 * @returns The table.
 */
export function tableElement(
  caption: string,
  header: readonly string[],
  rows: readonly (readonly string[])[],
): HTMLTableElement {
  return element(
    "table",
    {},
    element("caption", {}, caption),
    element("thead", {}, element("tr", {}, ...header.map((text) => element("th", { scope: "col" }, text)))),
    element(
      "tbody",
      {},
      ...rows.map((row) => element("tr", {}, ...row.map((text) => element("td", {}, text)))),
    ),
  );
}

/**
 * Offers bytes or text as a file.
 *
 * @param name Name of the file.
 * @param content Its content.
 */
export function download(name: string, content: Blob): void {
  const url = URL.createObjectURL(content);
  element("a", { href: url, download: name }).click();
  // The browser has taken the address by then.
  setTimeout(() => URL.revokeObjectURL(url), 10_000);
}
