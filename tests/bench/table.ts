/** Tables of benchmarks. @module */

/** Prints rows in columns, the first one to the left, the others to the right. */
export function printTable(head: readonly string[], rows: readonly (readonly string[])[]): void {
  const widths = head.map((title, k) => Math.max(title.length, ...rows.map((row) => row[k].length)));
  for (const row of [head, widths.map((width) => "─".repeat(width)), ...rows]) {
    console.log(row.map((cell, k) => k === 0 ? cell.padEnd(widths[k]) : cell.padStart(widths[k])).join("  "));
  }
}

/** A number to three digits. */
export function digits(value: number): string {
  return Number(value.toPrecision(3)).toString();
}
