/**
 * Tables as comma-separated values.
 *
 * @module
 */
import { InputError, ShapeError } from "../errors.ts";

/** Content of one cell. `null` is an empty cell. */
export type CsvValue = string | number | bigint | boolean | null;

/** One column: its name and its values from top to bottom. */
export type CsvColumn = readonly [name: string, values: ArrayLike<CsvValue>];

/** Writes one cell. Numbers are as short as reading them back exactly allows. */
function cell(value: CsvValue): string {
  if (value === null) return "";
  if (typeof value !== "string") return Object.is(value, -0) ? "-0" : String(value);
  return /[",\r\n]/.test(value) ? `"${value.replaceAll('"', '""')}"` : value;
}

/**
 * Writes a table as comma-separated values: a header, then one line per row, each ended by a line feed. Text is quoted
 * by RFC 4180 where it must be, a number is the shortest text that reads back as the same double, what is not finite is
 * `NaN`, `Infinity` or `-Infinity`, and `null` is an empty cell.
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
 * const text = csv([["step", [0, 1]], ["loss", Float64Array.of(0.1, NaN)], ["note", ["a, b", null]]]);
 * assert.equal(text, 'step,loss,note\n0,0.1,"a, b"\n1,NaN,\n');
 * ```
 */
export function csv(columns: readonly CsvColumn[]): string {
  if (columns.length === 0) throw new InputError("a table needs at least one column");
  const names = columns.map(([name]) => name);
  if (new Set(names).size < names.length) {
    throw new InputError(`two columns share a name: ${names.join(", ")}`);
  }
  const rows = columns[0][1].length;
  const odd = columns.find(([, values]) => values.length !== rows);
  if (odd) {
    throw new ShapeError(`column ${odd[0]} has ${odd[1].length} values, column ${names[0]} has ${rows}`);
  }

  // A line without any character would be taken for a blank one and skipped.
  const line = (cells: string[]) => (cells.length === 1 && cells[0] === "" ? '""' : cells.join(",")) + "\n";
  const lines = [line(names.map(cell))];
  for (let row = 0; row < rows; row++) lines.push(line(columns.map(([, values]) => cell(values[row]))));
  return lines.join("");
}
