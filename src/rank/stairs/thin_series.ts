/**
 * Long series of probes, thinned to a number of probes that tests can take.
 *
 * @module
 */

/**
 * Most probes of a series. Stairs, reaches and lags are shares of a series, the shortest one in 200
 * of it: 100 probes of so many. More would add time and no stair that can be seen.
 */
const MOST_PROBES = 20_000;

/** Some probes of a series. */
export interface ThinSeries {
  /** Indices of the probes, ascending: every `stride`-th one, and the last. */
  readonly indices: readonly number[];
  /** Distance of neighbours, but for the last; 1 for a series of up to 20,000 probes. */
  readonly stride: number;
}

/**
 * Picks probes of a long series: every s-th one, with the least s that leaves 20,000, and the last.
 *
 * @param count Number of probes.
 * @returns The probes; all of them if there are no more than 20,000.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { thinSeries } from "./thin_series.ts";
 *
 * const { indices, stride } = thinSeries(50_000);
 * assert.deepEqual([indices.length, stride, indices[1], indices.at(-1)], [16_668, 3, 3, 49_999]);
 * ```
 */
export function thinSeries(count: number): ThinSeries {
  const stride = Math.max(1, Math.ceil((count - 1) / (MOST_PROBES - 1)));
  const indices = Array.from({ length: Math.ceil((count - 1) / stride) }, (_, k) => k * stride);
  return { indices: count > 0 ? [...indices, count - 1] : [], stride };
}
