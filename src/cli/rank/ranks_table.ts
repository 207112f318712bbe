/**
 * Ranks of many arrays as one table.
 *
 * @module
 */
import { count, formatNumbers, printable } from "../../format.ts";
import { normalizationText } from "../../io/normalization.ts";
import type { NamedRanks } from "../../io/rank_json.ts";
import { textTable } from "../../display/text_table.ts";

/**
 * Writes the ranks of arrays as a table of one row each.
 *
 * @param all The ranks, at the same thresholds.
 * @returns Lines for a terminal: what all have in common, the table, and whether ranks are certain.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { ranksTable } from "./ranks_table.ts";
 *
 * const ranks = [1, 2].map((k) => ({
 *   name: `ckpt/${k}.npy`, file: `ckpt/${k}.npy`, tensor: null, shape: [100, 3], axes: [1],
 *   rows: 100, columns: 3, normalization: { kind: "mean" },
 *   kind: "count", rankMethod: "inertia", precision: "single", threshold: "absolute",
 *   largest: null,
 *   ranks: [{ epsilon: 1e-6, rank: k, low: k, high: 2 }],
 * } as const));
 * assert.deepEqual(ranksTable(ranks).split("\n"), [
 *   "2 arrays in ckpt/: thresholds ε, weights 1/samples (mean)",
 *   "  by inertia in single precision",
 *   "  file    samples   features   λ₁   1e-6",
 *   "  1.npy       100          3    –    1–2",
 *   "  2.npy       100          3    –      2",
 *   "  a–b: not certain, the rank is at least a and at most b",
 * ]);
 * ```
 */
export function ranksTable(all: readonly NamedRanks[]): string {
  const [{ threshold, normalization, ranks }] = all;
  const relative = threshold === "relative", folder = commonFolder(all.map(({ file }) => file));
  const hasTensors = all.some(({ tensor }) => tensor !== null);
  const header = [
    "file",
    ...hasTensors ? ["tensor"] : [],
    "samples",
    "features",
    "λ₁",
    ...formatNumbers(ranks.map(({ epsilon }) => epsilon)),
  ];
  const body = all.map((each) => [
    printable(each.file.slice(folder.length)),
    ...hasTensors ? [printable(each.tensor ?? "–")] : [],
    String(each.rows),
    String(each.columns),
    largest(each),
    ...each.ranks.map(({ low, high }) => low === high ? String(low) : `${low}–${high}`),
  ]);
  const distinct = (texts: string[]) => [...new Set(texts)].join(" or ");
  const methods = distinct(all.map(({ rankMethod }) => rankMethod));
  const precisions = distinct(all.map(({ precision }) => precision));
  const isCertain = all.every(({ ranks }) => ranks.every(({ low, high }) => low === high));
  return [
    `${count(all.length, "array")}${folder === "" ? "" : ` in ${printable(folder)}`}: ` +
    `thresholds ${relative ? "as shares of λ₁" : "ε"}, ${normalizationText(normalization, null)}`,
    `  by ${methods} in ${precisions} precision`,
    ...textTable([header, ...body], hasTensors ? 2 : 1),
    isCertain ? "  all ranks are certain" : "  a–b: not certain, the rank is at least a and at most b",
  ].join("\n");
}

/** The folder that all files are in, with a slash behind it. */
function commonFolder(files: readonly string[]): string {
  let [folder] = files;
  do folder = folder.slice(0, folder.lastIndexOf("/", folder.length - 2) + 1); while (
    !files.every((file) => file.startsWith(folder))
  );
  return folder;
}

/** The largest eigenvalue, as far as it is known. */
function largest(named: NamedRanks): string {
  const short = (value: number) => String(Number(value.toPrecision(5)));
  if (named.kind === "spectrum") return short(named.eigenvalues[0]);
  if (named.largest === null) return "–";
  const [low, high] = [named.largest.low, named.largest.high].map(short);
  return low === high ? low : `${low}–${high}`;
}
