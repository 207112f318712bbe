/**
 * Comparison of single precision with a reference.
 *
 * @module
 */
import { assert } from "../deps.ts";

/**
 * Asserts that every entry is within its bound of the reference; NaN never is, infinity only of
 * itself.
 *
 * @param actual Entries from the GPU.
 * @param expected Entries of the reference.
 * @param bound Bound of the difference, or one for each entry.
 * @param what What is compared, for the message.
 */
export function assertWithin(
  actual: ArrayLike<number>,
  expected: ArrayLike<number>,
  bound: number | ArrayLike<number>,
  what: string,
): void {
  assert.equal(actual.length, expected.length, `${what}: number of entries`);
  for (let i = 0; i < expected.length; i++) {
    const most = typeof bound === "number" ? bound : bound[i];
    const close = actual[i] === expected[i] || Math.abs(actual[i] - expected[i]) <= most;
    if (!close) assert.fail(`${what}: entry ${i} is ${actual[i]}, should be ${expected[i]} ± ${most}`);
  }
}

/**
 * Asserts that two arrays have the same bits.
 *
 * @param actual Entries.
 * @param expected Entries.
 * @param what What is compared, for the message.
 */
export function assertSameBits(actual: Float32Array, expected: Float32Array, what: string): void {
  const bits = (array: Float32Array) => new Uint32Array(array.slice().buffer);
  const a = bits(actual), b = bits(expected);
  assert.equal(a.length, b.length, `${what}: number of entries`);
  for (let i = 0; i < a.length; i++) {
    if (a[i] !== b[i]) {
      assert.fail(`${what}: entry ${i} is ${actual[i]}, should be ${expected[i]} to the bit`);
    }
  }
}
