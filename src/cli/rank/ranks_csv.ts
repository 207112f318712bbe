/**
 * Ranks of many arrays as one tidy table for other programs.
 *
 * @module
 */
import type { NamedRanks } from "../../io/rank_json.ts";
import { type Column, type Columns, type Table, table } from "../../io/table.ts";
import { addDown, addUp } from "../../linalg/directed.ts";
import type { RankInterval } from "../../rank/certificates/rank_interval.ts";
import type { SpectralRanks } from "../../rank/ranks/spectral_bounds.ts";

/** A rank at a threshold, and the array that it is of. */
interface Row {
  readonly named: NamedRanks;
  readonly at: RankInterval;
}

/** Other ranks of a spectrum, which an array that was only counted has not. */
const MEASURES: Readonly<Record<keyof SpectralRanks, string>> = {
  effectiveRank: "exponential of the entropy of the singular values",
  rankMe: "the same, smoothed as in RankMe",
  stableRank: "sum of the eigenvalues, divided by the largest",
  participationRatio: "square of the sum of the eigenvalues, divided by the sum of their squares",
  energyRank: "fewest eigenvalues that hold 90 % of their sum",
  nuclearNormRatio: "sum of the singular values, divided by the largest",
};

/** Bounds of the largest eigenvalue, as far as they are known. */
function largestOf(named: NamedRanks): { readonly low: number; readonly high: number } | null {
  if (named.kind === "count") return named.largest;
  const { eigenvalues: [value], bounds: [bound] } = named;
  return { low: Math.max(0, addDown(value, -bound)), high: addUp(value, bound) };
}

const measures: Columns<Row> = Object.fromEntries(
  Object.entries(MEASURES).flatMap(([key, help]) => {
    const name = key as keyof SpectralRanks;
    const entries: [string, Column<Row>][] = [
      [name, {
        help: `${help}; empty where no spectrum was solved`,
        value: ({ named }: Row) => named.kind === "spectrum" ? named[name] : null,
      }],
      [`${name}Bound`, {
        help: `bound on the error of ${name.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)}`,
        value: ({ named }: Row) => named.kind === "spectrum" ? named.spectralBounds[name] : null,
      }],
    ];
    return entries;
  }),
);

const columns: Columns<Row> = {
  file: { help: "path of the file", value: ({ named }) => named.file },
  tensor: { help: "name of the array in the file; empty in a .npy file", value: ({ named }) => named.tensor },
  samples: { help: "samples, rows of the matrix", value: ({ named }) => named.rows },
  features: { help: "features of a sample, columns of the matrix", value: ({ named }) => named.columns },
  normalization: {
    help: "weight of each sample: mean, sum, integral, or weights of a file",
    value: ({ named }) => named.normalization.kind,
  },
  rankMethod: { help: "method that computed the ranks", value: ({ named }) => named.rankMethod },
  precision: { help: "arithmetic: single or double", value: ({ named }) => named.precision },
  threshold: {
    help: "absolute, or relative to the largest eigenvalue",
    value: ({ named }) => named.threshold,
  },
  epsilon: { help: "threshold of the rank", value: ({ at }) => at.epsilon },
  rank: { help: "number of eigenvalues above the threshold", value: ({ at }) => at.rank },
  rankLow: { help: "least rank that the bounds allow", value: ({ at }) => at.low },
  rankHigh: { help: "greatest rank that the bounds allow", value: ({ at }) => at.high },
  largestLow: {
    help: "lower bound of the largest eigenvalue; empty if it is not known",
    value: ({ named }) => largestOf(named)?.low ?? null,
  },
  largestHigh: { help: "upper bound of it", value: ({ named }) => largestOf(named)?.high ?? null },
  ...measures,
};

/**
 * Makes the table of the ranks of arrays: one row for each array and threshold.
 *
 * @param all The ranks.
 * @returns The table.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { ranksCsv } from "./ranks_csv.ts";
 *
 * const { csv } = ranksCsv([{
 *   name: "a.npy", file: "a.npy", tensor: null, shape: [100, 3], axes: [1],
 *   rows: 100, columns: 3, normalization: { kind: "mean" },
 *   kind: "count", rankMethod: "inertia", precision: "single", threshold: "absolute",
 *   largest: null,
 *   ranks: [{ epsilon: 1e-6, rank: 2, low: 2, high: 3 }],
 * }]);
 * assert.match(csv, /^file,tensor,samples,.*\na\.npy,,100,3,mean,inertia,single,absolute,/);
 * ```
 */
export function ranksCsv(all: readonly NamedRanks[]): Table {
  return table(all.flatMap((named) => named.ranks.map((at) => ({ named, at }))), columns);
}
