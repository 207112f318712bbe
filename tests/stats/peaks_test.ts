import { findPeaks } from "../../src/stats/peaks.ts";
import { assert } from "../deps.ts";

Deno.test("findPeaks: a peak is higher by the factor than what lies before and behind it", () => {
  const peaks = (values: number[], factor = 3, floor = 1e-9) => findPeaks(values, { factor, floor });
  assert.deepEqual(peaks([1, 10, 1, 7, 2]), [1, 3]);
  // A ripple of less than the factor belongs to the peak it lies on.
  assert.deepEqual(peaks([1, 10, 6, 9, 1]), [1]);
  assert.deepEqual(peaks([1, 9, 6, 10, 1]), [3]);
  // Exactly the factor is not more than it.
  assert.deepEqual(peaks([1, 3, 1]), []);
  assert.deepEqual(peaks([1, 4, 1]), [1]);
  assert.deepEqual(peaks([1, 4, 1], 4), []);
});

Deno.test("findPeaks: a series that only falls, only rises, or stays has none", () => {
  const options = { factor: 2, floor: 1e-6 };
  const decay = Array.from({ length: 200 }, (_, i) => Math.exp(-i / 5) + 0.1 * Math.exp(-i / 50));
  assert.deepEqual(findPeaks(decay, options), []);
  assert.deepEqual(findPeaks(decay.toReversed(), options), []);
  assert.deepEqual(findPeaks([1], options), []);
  assert.deepEqual(findPeaks([], options), []);
  assert.deepEqual(findPeaks([2, 2, 2], options), []);
});

Deno.test("findPeaks: values below the floor count as it, and those that are not finite do not count", () => {
  const options = { factor: 3, floor: 1 };
  assert.deepEqual(findPeaks([-5, 2, 0, 1e-9, 2.9, 0], options), []);
  assert.deepEqual(findPeaks([-5, 4, 0], options), [1]);
  assert.deepEqual(findPeaks([NaN, 1, NaN, 9, Infinity, 2, NaN], options), [3]);
  assert.deepEqual(findPeaks([NaN, NaN], options), []);
});
