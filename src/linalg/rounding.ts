/**
 * Constants of rounding that error bounds are made of, and powers of two.
 *
 * @module
 */

/** Unit roundoff u of single precision: a rounded operation is off by at most u of its result. */
export const U = 2 ** -24;

/** Unit u² of errors in double-single arithmetic; `double_single.wgsl` counts its errors in it. */
export const U2 = 2 ** -48;

/** Least positive normal number of single precision. Adapters may take smaller ones for 0. */
export const LEAST_NORMAL = 2 ** -126;

/**
 * Bounds the relative error of roundings that follow each other.
 *
 * @param k Number of roundings.
 * @param u Unit roundoff. Default: that of single precision.
 * @returns γ_k = k u / (1 − k u).
 */
export function gamma(k: number, u: number = U): number {
  return k * u / (1 - k * u);
}

const float = new Float64Array(1), halves = new Uint32Array(float.buffer);
/** The half of a float64 with its exponent: the second where numbers begin with their low bits. */
const HIGH = new Uint32Array(Float64Array.of(1).buffer)[1] > 0 ? 1 : 0;

/**
 * Finds the exponent of a number.
 *
 * @param x A finite number other than 0.
 * @returns e with |x| in [2^e, 2^(e + 1)): −1074 … 1023.
 */
export function exponentOf(x: number): number {
  float[0] = x;
  const exponent = halves[HIGH] >>> 20 & 2047;
  return exponent > 0 ? exponent - 1023 : exponentOf(x * 2 ** 54) - 54;
}

/**
 * Multiplies by a power of two, also by one that float64 can not hold. It rounds at most once, and
 * only where the result is subnormal or infinite.
 *
 * @param x Any number.
 * @param exponent A whole number e.
 * @returns x 2^e.
 */
export function ldexp(x: number, exponent: number): number {
  if (Math.abs(exponent) <= 1022) return x * 2 ** exponent;
  if (x === 0 || !Number.isFinite(x)) return x;
  const own = exponentOf(x), half = Math.trunc(-own / 2), e = own + exponent;
  const mantissa = x * 2 ** half * 2 ** (-own - half);
  if (e > 1023) return mantissa * Infinity;
  return e >= -1022 ? mantissa * 2 ** e : mantissa * 2 ** -1022 * 2 ** Math.max(e + 1022, -60);
}
