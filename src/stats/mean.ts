/**
 * The mean.
 *
 * @module
 */

/**
 * Computes the mean of numbers.
 *
 * @param values The numbers.
 * @returns Their mean; NaN without numbers.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { mean } from "./mean.ts";
 *
 * assert.equal(mean([1, 2, 6]), 3);
 * ```
 */
export function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
