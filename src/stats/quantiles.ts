/**
 * Median and band of several replicas.
 *
 * @module
 */
/** Median and band of the replicas at each probe; NaN where no replica has a finite value. */
export interface Summary {
  /** Lower edge of the band. */
  readonly low: readonly number[];
  /** Lower median, see `lowerMedian`. */
  readonly median: readonly number[];
  /** Upper edge of the band. */
  readonly high: readonly number[];
}

/** Most replicas whose band is their range: 10 % of these are less than one replica. */
const MOST_OF_RANGE = 10;

/**
 * Names what the band of {@linkcode summarize} spans.
 *
 * @param replicas Number of replicas.
 * @returns A phrase for the legend.
 */
export function bandName(replicas: number): string {
  return replicas <= MOST_OF_RANGE ? "range" : "10–90 %";
}

/**
 * Computes median and band of the replicas at each probe. The band is the range of up to ten
 * replicas; of more it leaves out the outer tenth on each side. Median and edges are values of
 * replicas, so those of ranks are ranks.
 *
 * @param rows Values, `[replica][probe]`. Values that are not finite or missing are left out.
 * @param probes Number of probes.
 * @returns The summary.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { summarize } from "./quantiles.ts";
 *
 * const { low, median, high } = summarize([[3, 1], [7, NaN], [4, 2]], 2);
 * assert.deepEqual([low, median, high], [[3, 1], [4, 1], [7, 2]]);
 * ```
 */
export function summarize(rows: readonly (readonly number[])[], probes: number): Summary {
  const low: number[] = [], median: number[] = [], high: number[] = [];
  const values = new Float64Array(rows.length);
  for (let probe = 0; probe < probes; probe++) {
    let n = 0;
    for (const row of rows) if (Number.isFinite(row[probe])) values[n++] = row[probe];
    const sorted = values.subarray(0, n).sort();
    const outer = n <= MOST_OF_RANGE ? 0 : Math.ceil(n / 10) - 1;
    low.push(n > 0 ? sorted[outer] : NaN);
    median.push(n > 0 ? sorted[(n - 1) >> 1] : NaN);
    high.push(n > 0 ? sorted[n - 1 - outer] : NaN);
  }
  return { low, median, high };
}
