/**
 * The tables of an experiment as far as a page can hold them.
 *
 * @module
 */
import { cutRecords } from "../cockpit/data/csv_text.ts";
import type { TableRecord } from "../cockpit/data/experiment_file.ts";

/**
 * Characters of all tables of a page. Random doubles, the worst case, take 0.6 letters of base64
 * each, so that a page stays below 2 MB.
 */
export const MOST_CHARACTERS = 2_500_000;

/** A table whose text can be made again and again. */
export interface TableSource {
  /** Name of its file. */
  readonly file: string;
  /** Explanations of its columns, by their names. */
  readonly help: Readonly<Record<string, string>>;
  /**
   * Makes its text.
   *
   * @returns The header and the rows, in pieces.
   */
  pieces(): Iterable<string>;
}

/** Goes through the records of a table. */
function* recordsOf(source: TableSource): Generator<string> {
  let left = "";
  for (const piece of source.pieces()) {
    const { records, rest } = cutRecords(left + piece);
    left = rest;
    yield* records;
  }
  if (left !== "") yield left;
}

/** Characters that each table may take, so that small ones are whole. */
function shares(sizes: readonly number[], most: number): number[] {
  const order = sizes.map((_, i) => i).sort((a, b) => sizes[a] - sizes[b]);
  const given = new Array<number>(sizes.length).fill(0);
  let left = most;
  for (const [done, i] of order.entries()) {
    given[i] = Math.min(sizes[i], left / (sizes.length - done));
    left -= given[i];
  }
  return given;
}

/**
 * Takes the tables into a page: small ones whole, of large ones every so many rows.
 *
 * @param sources The tables.
 * @param most Characters of all of them together.
 * @returns The tables.
 */
export function pageTables(sources: readonly TableSource[], most: number = MOST_CHARACTERS): TableRecord[] {
  const counted = sources.map((source) => {
    let rows = -1, size = 0;
    for (const record of recordsOf(source)) {
      rows++;
      size += record.length;
    }
    return { rows: Math.max(0, rows), size };
  });
  const given = shares(counted.map(({ size }) => size), most);
  return sources.map((source, t) => {
    const { rows, size } = counted[t], every = Math.max(1, Math.ceil(size / Math.max(1, given[t])));
    let csv = "", row = -1;
    for (const record of recordsOf(source)) {
      if (row < 0 || row % every === 0) csv += record;
      row++;
    }
    return { file: source.file, help: source.help, rows, every, csv };
  });
}
