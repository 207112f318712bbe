/**
 * How results look where they are the last value of a cell in a notebook.
 *
 * @module
 */

/** How a value is shown. */
export interface View {
  /**
   * Writes the value as lines of text.
   *
   * @returns The text, without a newline at its end.
   */
  text(): string;
  /**
   * Writes the value as HTML.
   *
   * @returns A fragment without scripts, styles and references to other files.
   */
  html?(): string | Promise<string>;
  /**
   * Draws the value.
   *
   * @returns A standalone SVG document.
   */
  svg?(): string | Promise<string>;
}

/** A value as texts by their MIME types, of which a notebook shows the richest that it can. */
export type MimeBundle = Readonly<Record<string, string>>;

/** Key of the method that Deno's Jupyter kernel asks for a {@linkcode MimeBundle}. */
export const JUPYTER_DISPLAY: unique symbol = Symbol.for("Jupyter.display");

/** Key of the view of a record. */
const VIEW = Symbol("view");

/**
 * Has a notebook show a record by a view. The record stays what it is: the keys that are added
 * cannot be enumerated, so it has the same JSON, structured clone and equality, and `console.log`
 * prints its fields. A copy by `{ ...record }` has no view.
 *
 * @param record Record, or list of records.
 * @param view Its view. Nothing is called before the record is shown.
 * @returns The same record.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { withView } from "./view.ts";
 *
 * const record = withView({ rank: 3 }, { text: () => "rank 3" });
 * assert.deepEqual(record, { rank: 3 });
 * ```
 */
export function withView<T extends object>(record: T, view: View): T {
  const hidden = (value: unknown) => ({ value, configurable: true, writable: true });
  return Object.defineProperties(record, {
    [VIEW]: hidden(view),
    [JUPYTER_DISPLAY]: hidden(() => mimeBundle(view)),
  });
}

/**
 * Finds the view of a value.
 *
 * @param value Any value.
 * @returns Its view; `null` if it has none.
 */
export function viewOf(value: unknown): View | null {
  return typeof value === "object" && value !== null && VIEW in value ? value[VIEW] as View : null;
}

/**
 * Makes all that a view gives.
 *
 * @param view The view.
 * @returns `text/plain`, and `text/html` and `image/svg+xml` where the view has them.
 */
export async function mimeBundle(view: View): Promise<MimeBundle> {
  return {
    "text/plain": view.text(),
    ...view.html && { "text/html": await view.html() },
    ...view.svg && { "image/svg+xml": await view.svg() },
  };
}
