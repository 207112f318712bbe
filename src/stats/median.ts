/**
 * The lower median.
 *
 * @module
 */

/**
 * Computes the lower median: the smallest value with at least half of the values at or below it.
 * Unlike the mean of the two middle values it is always one of the values, so the median of ranks
 * is a rank. It is also monotone: the lower medians of certified bounds bound the lower median of
 * the ranks.
 *
 * @param values The values, in any order. NaN values are left out.
 * @returns The lower median; NaN without values.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { lowerMedian } from "./median.ts";
 *
 * assert.equal(lowerMedian([9, 7, 8, 7]), 7);
 * ```
 */
export function lowerMedian(values: Iterable<number>): number {
  const sorted = Float64Array.from(values).filter((value) => !Number.isNaN(value)).sort();
  return sorted.length === 0 ? NaN : sorted[(sorted.length - 1) >> 1];
}
