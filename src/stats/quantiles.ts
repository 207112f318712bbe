/**
 * Many replicas as one line and one band.
 *
 * @module
 */

/** Order statistics over the replicas, probe by probe; NaN where no replica has a finite value. */
export interface Summary {
  /** Lower edge of the band. */
  readonly low: readonly number[];
  /** Lower median: always a value of one of the replicas. */
  readonly median: readonly number[];
  /** Upper edge of the band. */
  readonly high: readonly number[];
}

/** Up to so many replicas, the band is their range: 10 % of them would be less than one. */
const rangeUpTo = 10;

/**
 * What the band of {@linkcode summarize} spans.
 *
 * @param replicas Number of replicas.
 * @returns In words.
 */
export function bandName(replicas: number): string {
  return replicas <= rangeUpTo ? "range" : "10–90 %";
}

/**
 * Median and band of the replicas at each probe: their range, or of more than ten what is left
 * without the outer tenth on each side. All three are values that a replica has, so those of ranks
 * are ranks.
 *
 * @param rows Values, `[replica][probe]`. What is not finite, or missing, is left out.
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
  for (let probe = 0; probe < probes; probe++) {
    const sorted = rows.map((row) => row[probe]).filter(Number.isFinite).sort((a, b) => a - b);
    const n = sorted.length;
    const outer = n <= rangeUpTo ? 0 : Math.ceil(n / 10) - 1;
    low.push(n > 0 ? sorted[outer] : NaN);
    median.push(n > 0 ? sorted[(n - 1) >> 1] : NaN);
    high.push(n > 0 ? sorted[n - 1 - outer] : NaN);
  }
  return { low, median, high };
}
