/**
 * Least and largest value.
 *
 * @module
 */

/**
 * Finds the least and the largest of any number of values. `Math.min(...values)` throws where there
 * are more than about 125,000.
 *
 * @param values Values.
 * @returns Both ends, as `Math.min` and `Math.max` give them: NaN if a value is, and Infinity and
 * −Infinity if there is none.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { extent } from "./extent.ts";
 *
 * assert.deepEqual(extent([3, 1, 2]), [1, 3]);
 * ```
 */
export function extent(values: Iterable<number>): [low: number, high: number] {
  let low = Infinity, high = -Infinity;
  for (const value of values) {
    low = Math.min(low, value);
    high = Math.max(high, value);
  }
  return [low, high];
}
