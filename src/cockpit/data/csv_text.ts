/**
 * Reads tables of comma-separated values, as the programs write them.
 *
 * @module
 */

/** A table. */
export interface CsvTable {
  /** Names of the columns. */
  readonly names: readonly string[];
  /** Cells as they stand in the file, column by column. */
  readonly columns: readonly (readonly string[])[];
}

/**
 * Cuts a text into its records. Line feeds within quotes end none.
 *
 * @param text Whole records, or the beginning of one at the end.
 * @returns The records with their line feeds, and what follows the last.
 */
export function cutRecords(text: string): { readonly records: string[]; readonly rest: string } {
  const records: string[] = [];
  let from = 0, isQuoted = false;
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code === 34) isQuoted = !isQuoted;
    if (code !== 10 || isQuoted) continue;
    records.push(text.slice(from, at + 1));
    from = at + 1;
  }
  return { records, rest: text.slice(from) };
}

/** Cells of a record without its line feed. */
function cellsOf(record: string): string[] {
  if (!record.includes('"')) return record.split(",");
  const cells: string[] = [];
  const pattern = /(?:"((?:[^"]|"")*)"|([^,]*))(,|$)/gy;
  for (let match = pattern.exec(record); match; match = pattern.exec(record)) {
    cells.push(match[1]?.replaceAll('""', '"') ?? match[2]);
    if (match[3] === "") break;
  }
  return cells;
}

/**
 * Reads a table.
 *
 * @param text A header, then a line for each row.
 * @returns The table. Cells that a row lacks are empty.
 */
export function parseCsv(text: string): CsvTable {
  const { records, rest } = cutRecords(text);
  if (rest !== "") records.push(rest);
  const rows = records.map((record) => cellsOf(record.replace(/\r?\n$/, "")));
  const names = rows.shift() ?? [];
  return { names, columns: names.map((_, c) => rows.map((cells) => cells[c] ?? "")) };
}

const NUMBER = /^(-?(\d+\.?\d*|\.\d+)([eE][-+]?\d+)?|NaN|-?Infinity)$/;

/**
 * Reads the numbers of a column.
 *
 * @param cells The cells.
 * @returns The numbers, NaN for empty cells; `null` for a column of text, or without a number.
 */
export function numbersOf(cells: readonly string[]): Float64Array | null {
  const numbers = new Float64Array(cells.length).fill(NaN);
  let isAny = false;
  for (const [i, cell] of cells.entries()) {
    if (cell === "") continue;
    if (!NUMBER.test(cell)) return null;
    numbers[i] = Number(cell);
    isAny = true;
  }
  return isAny ? numbers : null;
}
