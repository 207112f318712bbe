/**
 * Tables as lines of text.
 *
 * @module
 */
import { extent } from "../stats/extent.ts";

/** Blanks before the first column and between columns. */
const MARGIN = 2, GAP = 3;

/** Length of the longest of some texts. */
const longest = (texts: readonly string[]) => Math.max(0, extent(texts.map((text) => text.length))[1]);

/** Total width of columns with their margin and gaps. */
const total = (widths: readonly number[]) =>
  MARGIN + widths.reduce((sum, width) => sum + width, 0) + GAP * Math.max(0, widths.length - 1);

/** Breaks a cell at blanks. A word that is longer than the column has a line of its own. */
function breakCell(cell: string, width: number): string[] {
  const lines: string[] = [];
  for (const word of cell.split(" ")) {
    const last = lines.at(-1);
    if (last !== undefined && last.length + 1 + word.length <= width) {
      lines[lines.length - 1] = `${last} ${word}`;
    } else lines.push(word);
  }
  return lines;
}

/**
 * Narrows the widest columns until the table fits or each column is as narrow as its longest word.
 */
function fit(natural: readonly number[], least: readonly number[], width: number): number[] {
  const widths = [...natural];
  while (total(widths) > width) {
    const wide = widths.map((w, i) => w > least[i] ? w : 0);
    const most = Math.max(...wide);
    if (most === 0) break;
    widths[wide.indexOf(most)]--;
  }
  return widths;
}

/** Groups columns so that each group fits. The leading columns are part of every group. */
function groupColumns(least: readonly number[], leading: number, width: number): number[][] {
  const keys = [...least.keys()].slice(0, leading);
  const groups: number[][] = [];
  for (let column = leading; column < least.length; column++) {
    const last = groups.at(-1);
    const joined = [...last ?? [], column];
    if (last && total(joined.map((i) => least[i])) <= width) last.push(column);
    else groups.push([...keys, column]);
  }
  return groups.length === 0 ? [keys] : groups;
}

/**
 * Lines up cells in columns: two blanks before the first, three between them. A table wider than
 * the terminal has its cells broken at blanks. If that is not enough, columns that do not fit
 * follow beneath, after a blank line and beside the leading columns again. A line is longer than
 * `width` only where two words together are.
 *
 * @param rows Rows of cells, as many in each; the first row is the header.
 * @param left Number of leading columns that are aligned to the left; the others, numbers mostly,
 * to the right. Default: 0.
 * @param width Characters in a line. Default: 80.
 * @returns A line for each row, or several where cells are broken.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { textTable } from "./text_table.ts";
 *
 * const rows = [["name", "time in ms"], ["gemm", "0.25"]];
 * assert.deepEqual(textTable(rows, 1), ["  name   time in ms", "  gemm         0.25"]);
 * const narrow = ["         time in", "  name        ms", "  gemm      0.25"];
 * assert.deepEqual(textTable(rows, 1, 18), narrow);
 * ```
 */
export function textTable(rows: readonly (readonly string[])[], left = 0, width = 80): string[] {
  const columns = (rows[0] ?? []).map((_, column) => rows.map((row) => row[column]));
  const natural = columns.map(longest);
  const least = columns.map((cells) => longest(cells.flatMap((cell) => cell.split(" "))));
  const groups = total(least) <= width
    ? [[...columns.keys()]]
    : groupColumns(least, Math.max(1, left), width);
  return groups.flatMap((group, i) => {
    const room = fit(group.map((column) => natural[column]), group.map((column) => least[column]), width);
    const broken = rows.map((row) => group.map((column, k) => breakCell(row[column], room[k])));
    const widths = group.map((_, k) => longest(broken.flatMap((cells) => cells[k])));
    const lines = broken.flatMap((cells, row) => {
      const height = Math.max(1, ...cells.map((cell) => cell.length));
      return Array.from({ length: height }, (_, line) => {
        // Words of the header stand just above the numbers, those of a row begin at its first line.
        const parts = cells.map((cell) => cell[row === 0 ? line - height + cell.length : line] ?? "");
        const padded = parts.map((part, k) =>
          group[k] < left ? part.padEnd(widths[k]) : part.padStart(widths[k])
        );
        return `${" ".repeat(MARGIN)}${padded.join(" ".repeat(GAP))}`.trimEnd();
      });
    });
    return i === 0 ? lines : ["", ...lines];
  });
}
