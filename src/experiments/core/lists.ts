/**
 * Lists of numbers.
 *
 * @module
 */

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
