/**
 * The best place of a ladder of values.
 *
 * @module
 */

/**
 * Finds where a series is least, unless that is at one of its ends: the least place may then lie
 * beyond.
 *
 * @param places Places, ascending.
 * @param values Values there; those that are not finite do not count.
 * @returns The place of the least value, the first of several; NaN at an end, or where no value
 * counts.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { innerMinimum } from "./inner_minimum.ts";
 *
 * assert.equal(innerMinimum([0.1, 1, 10], [3, 2, NaN]), 1);
 * assert.equal(innerMinimum([0.1, 1, 10], [3, 2, 1]), NaN);
 * ```
 */
export function innerMinimum(places: readonly number[], values: readonly number[]): number {
  let best = -1;
  for (const [i, value] of values.entries()) {
    if (Number.isFinite(value) && !(value >= values[best])) best = i;
  }
  return best > 0 && best < places.length - 1 ? places[best] : NaN;
}
