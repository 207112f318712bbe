/**
 * Lists of numbers.
 *
 * @module
 */

/**
 * Computes the mean of numbers.
 *
 * @param values The numbers.
 * @returns Their mean; NaN without numbers.
 */
export function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

/**
 * Sorts numbers in ascending order, each once.
 *
 * @param values The numbers, in any order.
 * @returns The sorted list.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { ascending } from "./lists.ts";
 *
 * assert.deepEqual(ascending([64, 8, 64]), [8, 64]);
 * ```
 */
export function ascending(values: readonly number[]): number[] {
  return [...new Set(values)].sort((a, b) => a - b);
}
