/**
 * Tables that explain their columns, which have a name, a value and an explanation.
 *
 * @module
 */
import { type TablePage, tableView } from "../display/table_view.ts";
import { withView } from "../display/view.ts";
import { count } from "../format.ts";
import { csv, csvLine, type CsvValue } from "./csv.ts";
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

/** `init_scale` as `initScale`. */
export type CamelCase<Name extends string> = Name extends `${infer Head}_${infer Tail}`
  ? `${Head}${Capitalize<CamelCase<Tail>>}`
  : Name;

/**
 * Columns as {@linkcode table} takes them. Of a column whose value is the row's field of the same
 * name, in camel case, the explanation is enough.
 */
export type GivenColumns<Row, Name extends string> =
  & Readonly<Record<string, Column<Row> | string>>
  & {
    readonly [Each in Name]:
      | Column<Row>
      | ([Row] extends [{ readonly [Key in CamelCase<Each>]: CsvValue }] ? string : never);
  };

/** A table. Its text is made when it is asked for. */
export interface Table {
  /** Explanations of the columns, by their names on disk. */
  readonly columns: Readonly<Record<string, string>>;
  /** The table as comma-separated values. Take {@linkcode Table.pieces} where it may be large. */
  readonly csv: string;
  /**
   * Makes the same text piece by piece, so that little memory is needed.
   *
   * @returns Whole lines, of about 64 KiB together.
   */
  pieces(): Iterable<string>;
}

/** Characters of a piece. */
const PIECE = 2 ** 16;

/**
 * Makes a table.
 *
 * @param rows The rows. They are iterated over each time the text is made.
 * @param given The columns: explanation and value, or the explanation alone where the value is the
 * row's field of the same name, in camel case.
 * @returns The table.
 * @throws {InputError} If there is no column, or two have the same name.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { table } from "./table.ts";
 *
 * const { csv, columns } = table([{ loss: 0.5 }], {
 *   loss: "mean squared error",
 *   root: { help: "its root", value: ({ loss }) => Math.sqrt(2 * loss) },
 * });
 * assert.equal(csv, "loss,root\n0.5,1\n");
 * assert.equal(columns.loss, "mean squared error");
 * ```
 */
export function table<Row, const Name extends string = string>(
  rows: Iterable<Row>,
  given: GivenColumns<NoInfer<Row>, Name>,
): Table {
  const entries = Object.entries<Column<Row> | string>(given).map(([name, column]) =>
    [name, typeof column === "string" ? fieldColumn<Row>(name, column) : column] as const
  );
  const columns: Columns<Row> = Object.fromEntries(entries);
  // Checks the names.
  const header = csv(entries.map(([name]) => [name, []]));
  function* pieces(): Generator<string> {
    let piece = header;
    for (const lines of linesOf(rows, columns)) {
      yield piece + lines;
      piece = "";
    }
    if (piece !== "") yield piece;
  }
  const made: Table = {
    columns: Object.fromEntries(entries.map(([name, { help }]) => [snakeName(name), help])),
    get csv() {
      return [...pieces()].join("");
    },
    pieces,
  };
  return withView(made, tableView(() => firstRows(rows, columns)));
}

/** Makes the column of a field. */
function fieldColumn<Row>(name: string, help: string): Column<Row> {
  const key = name.replace(/_+(.)/g, (_, letter: string) => letter.toUpperCase()) as keyof Row;
  return { help, value: (row) => row[key] as CsvValue };
}

/** Rows that a notebook shows. */
const MOST_SHOWN = 20;

/** The first rows for a notebook, with numbers rounded to six digits. */
function firstRows<Row>(rows: Iterable<Row>, columns: Columns<Row>): TablePage {
  const entries = Object.entries(columns), first: Row[] = [];
  let isComplete = true;
  for (const row of rows) {
    isComplete = first.length < MOST_SHOWN;
    if (!isComplete) break;
    first.push(row);
  }
  const cells = (row: Row) =>
    entries.map(([, { value }]) => {
      const cell = value(row);
      return typeof cell === "number" ? String(Number(cell.toPrecision(6))) : String(cell ?? "");
    });
  return {
    heading: `${isComplete ? count(first.length, "row") : `the first ${MOST_SHOWN} rows`} of ${
      count(entries.length, "column")
    }`,
    tables: [{
      rows: [entries.map(([name]) => snakeName(name)), ...first.map(cells)],
      help: entries.map(([, { help }]) => help),
    }],
  };
}

/**
 * Writes the rows of a table without its header.
 *
 * @param rows The rows.
 * @param columns The columns.
 * @returns Whole lines, of about 64 KiB together; none if there is no row.
 */
export function* linesOf<Row>(rows: Iterable<Row>, columns: Columns<Row>): Generator<string, void, void> {
  const all = Object.values(columns);
  let piece = "";
  for (const row of rows) {
    piece += csvLine(all.map(({ value }) => value(row)));
    if (piece.length < PIECE) continue;
    yield piece;
    piece = "";
  }
  if (piece !== "") yield piece;
}
