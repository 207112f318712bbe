/**
 * Tables that explain their columns, which have a name, a value and an explanation.
 *
 * @module
 */
import { csv, type CsvValue } from "./csv.ts";
import { snakeName } from "./json.ts";

/** A column. */
export interface Column<Row> {
  /** Explanation in one line, with the unit. */
  readonly help: string;
  /** Gives its value in a row. */
  value(row: Row): CsvValue;
}

/** Columns by their names, from left to right. On disk the names are in snake case. */
export type Columns<Row> = Readonly<Record<string, Column<Row>>>;

/** A table. */
export interface Table {
  /** Explanations of the columns, by their names on disk. */
  readonly columns: Readonly<Record<string, string>>;
  /** The table as comma-separated values. */
  readonly csv: string;
}

/**
 * Makes a table.
 *
 * @param rows The rows.
 * @param columns The columns.
 * @returns The table.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { table } from "./table.ts";
 *
 * const { csv, columns } = table([{ loss: 0.5 }], {
 *   loss: { help: "mean squared error", value: ({ loss }) => loss },
 * });
 * assert.equal(csv, "loss\n0.5\n");
 * assert.equal(columns.loss, "mean squared error");
 * ```
 */
export function table<Row>(rows: readonly Row[], columns: Columns<Row>): Table {
  const entries = Object.entries(columns);
  return {
    columns: Object.fromEntries(entries.map(([name, { help }]) => [snakeName(name), help])),
    csv: csv(entries.map(([name, { value }]) => [name, rows.map(value)])),
  };
}
