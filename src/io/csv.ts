/**
 * Tables as comma-separated values.
 *
 * @module
 */
import { InputError, ShapeError } from "../errors.ts";
import { count } from "../format.ts";
import { snakeName } from "./json.ts";

/** Content of one cell. `null` is an empty cell. */
export type CsvValue = string | number | bigint | boolean | null;

/** A column: its name, in snake case or camel case, and its values from top to bottom. */
export type CsvColumn = readonly [name: string, values: ArrayLike<CsvValue>];

/** Writes one cell. A number is the shortest text that reads back exactly. */
function cell(value: CsvValue): string {
  if (value === null) return "";
  if (typeof value !== "string") return Object.is(value, -0) ? "-0" : String(value);
  return /[",\r\n]/.test(value) ? `"${value.replaceAll('"', '""')}"` : value;
}

/**
 * Writes a table as comma-separated values: a header, then one line per row, each ended by a line
 * feed. Text is quoted by RFC 4180 where it must be. A number is the shortest text that reads back
 * as the same double; one that is not finite is `NaN`, `Infinity` or `-Infinity`. `null` is an
 * empty cell.
 *
 * @param columns The columns from left to right, all of the same length.
 * @returns The text.
 * @throws {ShapeError} If the columns differ in length.
 * @throws {InputError} If there is no column, or two have the same name.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { csv } from "./csv.ts";
 *
 * const text = csv([
 *   ["step", [0, 1]],
 *   ["trainingLoss", Float64Array.of(0.1, NaN)],
 *   ["note", ["a, b", null]],
 * ]);
 * assert.equal(text, 'step,training_loss,note\n0,0.1,"a, b"\n1,NaN,\n');
 * ```
 */
export function csv(columns: readonly CsvColumn[]): string {
  if (columns.length === 0) throw new InputError("a table needs at least one column; give some");
  const names = columns.map(([name]) => snakeName(name));
  const lists = columns.map(([, values]) => values);
  if (new Set(names).size < names.length) {
    throw new InputError(`two columns share a name; give each its own: ${names.join(", ")}`);
  }
  const rows = lists[0].length;
  const odd = lists.findIndex((values) => values.length !== rows);
  if (odd >= 0) {
    throw new ShapeError(
      `column ${names[odd]} has ${count(lists[odd].length, "value")}, column ${names[0]} has ${rows}; ` +
        "give columns of one length",
    );
  }

  const lines = [csvLine(names)];
  for (let row = 0; row < rows; row++) lines.push(csvLine(lists.map((values) => values[row])));
  return lines.join("");
}

/**
 * Writes one row of a table, as {@linkcode csv} does.
 *
 * @param cells The cells from left to right, at least one.
 * @returns The line, with its line feed.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { csvLine } from "./csv.ts";
 *
 * assert.equal(csvLine([0.1, "a, b", null]), '0.1,"a, b",\n');
 * ```
 */
export function csvLine(cells: readonly CsvValue[]): string {
  // A line without any character would be taken for a blank one and skipped.
  if (cells.length === 1 && cell(cells[0]) === "") return '""\n';
  let line = cell(cells[0]);
  for (let i = 1; i < cells.length; i++) line += `,${cell(cells[i])}`;
  return `${line}\n`;
}
