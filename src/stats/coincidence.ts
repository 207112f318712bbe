/**
 * Whether events of two kinds happen at the same times: a test against circular shifts.
 *
 * @module
 */
import { InputError } from "../errors.ts";
import { extent } from "./extent.ts";
import { mean } from "./mean.ts";
import { monteCarloPValue } from "./p_values.ts";

/**
 * Tests whether events of two kinds happen near each other.
 *
 * - Statistic: the distance from each event to the nearest one of the other kind, its mean over the
 *   events of one kind and over those of the other, and the mean of both. It takes no lag that all
 *   events have in common.
 * - Null: the times of one kind say nothing about those of the other. The events of one are shifted
 *   together in a circle, by every whole number of indices. Near shifts, which match nearly as
 *   well, are among them: a p-value is no less than the share of times that are as near.
 * - Tail: one-sided, nearer.
 *
 * @param first Times of the events of one kind, whole numbers from 0, below the length.
 * @param second Times of the others.
 * @param length Number of times.
 * @returns The p-value; NaN without events of both kinds.
 * @throws {InputError} If a time is not in range.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { testCoincidence } from "./coincidence.ts";
 *
 * assert.equal(testCoincidence([20, 45, 130], [20, 45, 130], 200), 1 / 200);
 * assert(testCoincidence([20, 45, 130], [60, 95, 170], 200) > 0.1);
 * ```
 */
export function testCoincidence(first: readonly number[], second: readonly number[], length: number): number {
  for (const time of [...first, ...second]) {
    if (!Number.isInteger(time) || time < 0 || time >= length) {
      throw new InputError(`time ${time} of an event: give a whole number from 0, below ${length}`);
    }
  }
  if (first.length === 0 || second.length === 0) return NaN;
  const apart = (from: readonly number[], to: readonly number[]) =>
    mean(from.map((time) => extent(to.map((other) => Math.abs(time - other)))[0]));
  const nearness = (shift: number) => {
    const shifted = first.map((time) => (time + shift) % length);
    return -(apart(shifted, second) + apart(second, shifted)) / 2;
  };
  return monteCarloPValue(nearness(0), Array.from({ length: length - 1 }, (_, i) => nearness(i + 1)));
}
