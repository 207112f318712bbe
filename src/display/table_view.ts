/**
 * Views that are tables.
 *
 * @module
 */
import { escapeHtml, htmlTable } from "./html.ts";
import { textTable } from "./text_table.ts";
import type { View } from "./view.ts";

/** A table of texts. */
export interface TextRows {
  /** Rows of cells, as many in each; the first row is the header. */
  readonly rows: readonly (readonly string[])[];
  /** Number of leading columns that are aligned to the left. Default: 0. */
  readonly left?: number;
  /** Explanations of the columns, which HTML shows under the pointer. Default: none. */
  readonly help?: readonly string[];
}

/** What a view of tables shows, from top to bottom. */
export interface TablePage {
  /** What it is, in a line. */
  readonly heading: string;
  /** Tables. */
  readonly tables: readonly TextRows[];
  /** Remarks, a line each. Default: none. */
  readonly notes?: readonly string[];
}

/**
 * Makes a view of tables.
 *
 * @param page Gives the tables. It is called when the view is shown.
 * @returns The view, as text and as HTML.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { tableView } from "./table_view.ts";
 *
 * const tables = [{ rows: [["ε", "rank"], ["1", "2"]] }];
 * const view = tableView(() => ({ heading: "Ranks", tables }));
 * assert.equal(view.text(), "Ranks\n  ε   rank\n  1      2");
 * ```
 */
export function tableView(page: () => TablePage): View {
  return {
    text() {
      const { heading, tables, notes = [] } = page();
      const parts = tables.map(({ rows, left = 0 }) => textTable(rows, left).join("\n"));
      return [heading, parts.join("\n\n"), ...notes.map((note) => `  ${note}`)]
        .filter((part) => part !== "").join("\n");
    },
    html() {
      const { heading, tables, notes = [] } = page();
      const paragraph = (text: string) => `<p>${escapeHtml(text)}</p>`;
      return [
        paragraph(heading),
        ...tables.map((each) => htmlTable(each.rows, each)),
        ...notes.map(paragraph),
      ]
        .join("\n");
    },
  };
}

/**
 * Takes the ends of a long list, which stand for the whole.
 *
 * @param list The list.
 * @param most Most entries to take. Default: 20.
 * @returns The entries with their places in the list, and `null` where some are left out.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { ends } from "./table_view.ts";
 *
 * assert.deepEqual(ends([7, 8, 9, 10], 3), [[7, 0], [8, 1], null, [10, 3]]);
 * ```
 */
export function ends<T>(list: ArrayLike<T>, most = 20): (readonly [entry: T, index: number] | null)[] {
  const { length } = list, last = length > most ? Math.floor(most / 3) : 0;
  const first = length > most ? most - last : length;
  const take = (from: number, count: number) =>
    Array.from({ length: count }, (_, i) => [list[from + i], from + i] as const);
  return length > most ? [...take(0, first), null, ...take(length - last, last)] : take(0, first);
}
