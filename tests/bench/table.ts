/** The table of the benchmarks. @module */
import { textTable } from "../../src/display/text_table.ts";
import { digits, type Line, type Section } from "./section.ts";

const HEAD = ["", "median", "least", "most", "speed-up, share", "bar", ""];

/**
 * Writes sections as one table, notes below.
 *
 * @param sections Sections.
 * @returns Its lines.
 */
export function benchTable(sections: readonly Section[]): string[] {
  const rows = sections.flatMap(({ lines }) => lines.map(cells));
  // A row is one line, however wide.
  const [head, ...table] = textTable([HEAD, ...rows], 1, Infinity);
  let next = 0;
  const text = sections.flatMap((
    { title, lines },
  ) => ["", title, ...table.slice(next, next += lines.length)]);
  const notes = sections.flatMap(({ title, notes }) => notes.map((note) => `${title}: ${note}`));
  return [head, ...text, ...(notes.length > 0 ? ["", ...notes] : [])];
}

function cells({ name, times, verdict }: Line): string[] {
  const figures = times ? [times.median, times.least, times.most].map(digits) : ["", "", ""];
  const met = verdict?.met ?? null;
  return [
    `  ${name}`,
    ...figures,
    verdict?.text ?? "",
    verdict?.bar ?? "",
    met === null ? "" : met ? "met" : "missed",
  ];
}
