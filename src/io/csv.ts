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

/** Name of a column and its meaning. */
export interface ColumnHelp {
  /** Name, in snake case or camel case. On disk it is in snake case. */
  readonly name: string;
  /** Meaning of its values, with unit and range, and what an empty cell means. */
  readonly help: string;
}

/** A column with its values. */
export interface ExplainedColumn extends ColumnHelp {
  /** Values from top to bottom. */
  readonly values: ArrayLike<CsvValue>;
}

/** A column of a table: with its meaning, or only its name and its values from top to bottom. */
export type CsvColumn = ExplainedColumn | readonly [name: string, values: ArrayLike<CsvValue>];

/** A column whose values follow from rows. */
export interface ColumnOf<Row> extends ColumnHelp {
  /** Takes the value of a cell from its row. */
  readonly of: (row: Row) => CsvValue;
}

/**
 * Lists what the columns of a table mean, for `run.json`.
 *
 * @param columns The columns.
 * @returns The meanings by the names of the columns on disk.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { columnHelp } from "./csv.ts";
 *
 * const columns = [{ name: "rankLow", help: "least rank" }];
 * assert.deepEqual(columnHelp(columns), { rank_low: "least rank" });
 * ```
 */
export function columnHelp(columns: readonly ColumnHelp[]): Record<string, string> {
  return Object.fromEntries(columns.map(({ name, help }) => [snakeName(name), help]));
}

/**
 * Takes the values of columns from rows.
 *
 * @param columns The columns.
 * @param rows The rows from top to bottom.
 * @returns The columns with their values, for {@linkcode csv}.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { columnsOf, csv } from "./csv.ts";
 *
 * const columns = [
 *   { name: "step", help: "updates so far", of: ([step]: number[]) => step },
 *   { name: "finalLoss", help: "loss at the end", of: ([, loss]: number[]) => loss },
 * ];
 * const table = columnsOf(columns, [[0, 0.5], [10, 0.25]]);
 * assert.equal(csv(table), "step,final_loss\n0,0.5\n10,0.25\n");
 * ```
 */
export function columnsOf<Row>(columns: readonly ColumnOf<Row>[], rows: readonly Row[]): ExplainedColumn[] {
  return columns.map(({ name, help, of }) => ({ name, help, values: rows.map(of) }));
}

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
 *   { name: "step", help: "updates so far", values: [0, 1] },
 *   { name: "trainingLoss", help: "loss on all samples", values: Float64Array.of(0.1, NaN) },
 *   { name: "note", help: "remarks, if any", values: ["a, b", null] },
 * ]);
 * assert.equal(text, 'step,training_loss,note\n0,0.1,"a, b"\n1,NaN,\n');
 * ```
 */
export function csv(columns: readonly CsvColumn[]): string {
  if (columns.length === 0) throw new InputError("a table needs at least one column; give some");
  const names = columns.map((column) => snakeName("name" in column ? column.name : column[0]));
  const lists = columns.map((column) => "name" in column ? column.values : column[1]);
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

  // A line without any character would be taken for a blank one and skipped.
  const line = (cells: string[]) => (cells.length === 1 && cells[0] === "" ? '""' : cells.join(",")) + "\n";
  const lines = [line(names.map(cell))];
  for (let row = 0; row < rows; row++) lines.push(line(lists.map((values) => cell(values[row]))));
  return lines.join("");
}
