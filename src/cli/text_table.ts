/**
 * Tables for a terminal.
 *
 * @module
 */

/**
 * Lines up cells in columns: two blanks before the first, three between them.
 *
 * @param rows Rows of cells, as many in each; the first row is the header.
 * @param left Number of leading columns that are aligned to the left, the others are to the right. Default: 0.
 * @returns A line for each row.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { textTable } from "./text_table.ts";
 *
 * assert.deepEqual(textTable([["name", "ms"], ["gemm", "0.25"]], 1), ["  name     ms", "  gemm   0.25"]);
 * ```
 */
export function textTable(rows: readonly (readonly string[])[], left = 0): string[] {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => row[column].length)));
  return rows.map((row) => {
    const cells = row.map((cell, i) => i < left ? cell.padEnd(widths[i]) : cell.padStart(widths[i]));
    return `  ${cells.join("   ")}`.trimEnd();
  });
}
