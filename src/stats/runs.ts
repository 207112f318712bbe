/**
 * Runs in a series.
 *
 * @module
 */

/** Neighbours in a series. */
export interface SeriesRun {
  /** Index of the first. */
  readonly first: number;
  /** Their number. */
  readonly length: number;
}

/**
 * Finds the longest run of values that are alike.
 *
 * @param values The series.
 * @param isOne Tells which values belong to a run.
 * @returns The first of the longest runs; `{ first: 0, length: 0 }` if there is none.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { longestRun } from "./runs.ts";
 *
 * assert.deepEqual(longestRun([1, 2, 2, 1, 2], (value) => value === 2), { first: 1, length: 2 });
 * ```
 */
export function longestRun<Value>(values: readonly Value[], isOne: (value: Value) => boolean): SeriesRun {
  let longest: SeriesRun = { first: 0, length: 0 };
  for (let i = 0, first = 0; i < values.length; i++) {
    if (!isOne(values[i])) first = i + 1;
    else if (i + 1 - first > longest.length) longest = { first, length: i + 1 - first };
  }
  return longest;
}
