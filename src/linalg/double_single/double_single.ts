/**
 * Double-single numbers x = hi + lo: about 48 bits in two single-precision words, for adapters
 * without float64. The arithmetic is in `shaders/linalg/include/double_single.wgsl`; this module
 * lists its files and converts numbers.
 *
 * @module
 */
import commonSource from "../../../shaders/linalg/include/double_single.wgsl" with { type: "text" };
import floatSource from "../../../shaders/linalg/include/double_single_float.wgsl" with { type: "text" };
import integerSource from "../../../shaders/linalg/include/double_single_integer.wgsl" with { type: "text" };

/**
 * Form of the arithmetic: the adapter's own, or integers on the bits where that does not round as
 * it must. Both give the same bits; `selfTestDoubleSingle` says which one an adapter needs.
 */
export type DoubleSingleForm = "float" | "integer";

const SINGLE_MAX = (2 - 2 ** -23) * 2 ** 127;
/**
 * The largest low word that leaves {@linkcode SINGLE_MAX} the nearest single: the number just below
 * half its ulp.
 */
const LOW_MAX = (1 - 2 ** -24) * 2 ** 103;

/**
 * Lists the WGSL files that a kernel with double-single arithmetic needs before its own. The kernel
 * supplies `fn run_time_zero() -> u32`, a 0 that it reads from a buffer.
 *
 * @param form Which form of the arithmetic.
 * @returns Texts of the files.
 */
export function doubleSingleFiles(form: DoubleSingleForm): readonly string[] {
  return [form === "float" ? floatSource : integerSource, commonSource];
}

/**
 * Rounds a number to double-single, with a relative error of at most 2⁻⁴⁹ while |x| ≥ 2⁻¹⁰⁰; below,
 * an adapter may take the low word for 0. Finite numbers beyond the range become the largest there
 * is; infinities and NaN stay in the high word; −0 keeps its sign.
 *
 * @param x Number.
 * @returns `[hi, lo]`, hi = x rounded to single precision, |lo| ≤ ulp(hi) / 2.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { joinDouble, splitDouble } from "./double_single.ts";
 *
 * assert.deepEqual(splitDouble(1 + 2 ** -40), [1, 2 ** -40]);
 * assert.ok(Math.abs(joinDouble(...splitDouble(Math.PI)) / Math.PI - 1) <= 2 ** -49);
 * ```
 */
export function splitDouble(x: number): [hi: number, lo: number] {
  if (x === 0 || Number.isNaN(x)) return [x, x];
  if (!Number.isFinite(x)) return [x, 0];
  const hi = Math.fround(x);
  if (!Number.isFinite(hi)) return [Math.sign(x) * SINGLE_MAX, Math.sign(x) * LOW_MAX];
  const lo = Math.fround(x - hi);
  // Near the end of the range lo may round up to half an ulp of hi, where hi + lo would round to
  // infinity.
  return [hi, Math.abs(hi) === SINGLE_MAX ? Math.min(LOW_MAX, Math.max(-LOW_MAX, lo)) : lo];
}

/**
 * Rounds a double-single number to float64.
 *
 * @param hi High word.
 * @param lo Low word; ignored where the high one is infinite or NaN.
 * @returns hi + lo.
 */
export function joinDouble(hi: number, lo: number): number {
  return Number.isFinite(hi) ? hi + lo : hi;
}

/**
 * Rounds numbers to double-single.
 *
 * @param numbers Numbers.
 * @returns Their words hi, lo, hi, lo, …: an `array<vec2f>` for a kernel.
 */
export function splitDoubles(numbers: Float64Array): Float32Array {
  const words = new Float32Array(2 * numbers.length);
  for (let i = 0; i < numbers.length; i++) words.set(splitDouble(numbers[i]), 2 * i);
  return words;
}

/**
 * Puts high and low words beside each other.
 *
 * @param high High words.
 * @param low Low words; `null` where all are 0.
 * @param scale Factor of both, a power of two. Default: 1.
 * @returns Words hi, lo, hi, lo, ….
 */
export function interleave(high: Float32Array, low: Float32Array | null, scale = 1): Float32Array {
  const words = new Float32Array(2 * high.length);
  for (let i = 0; i < high.length; i++) {
    words[2 * i] = scale * high[i];
    if (low) words[2 * i + 1] = scale * low[i];
  }
  return words;
}

/**
 * Rounds double-single numbers to float64.
 *
 * @param words Words hi, lo, hi, lo, ….
 * @returns The numbers.
 */
export function joinDoubles(words: Float32Array): Float64Array {
  return Float64Array.from(
    { length: words.length / 2 },
    (_, i) => joinDouble(words[2 * i], words[2 * i + 1]),
  );
}
