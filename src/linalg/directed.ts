/**
 * Sums and products that are rounded up or down, for bounds that must hold to the last bit and at
 * the ends of the range of float64.
 *
 * @module
 */
import { lostBySum } from "./double_double.ts";
import { exponentOf, ldexp } from "./rounding.ts";

/** Splits a number of 53 bits into two halves (Dekker 1971). */
const SPLITTER = 2 ** 27 + 1;
const float = new Float64Array(1), integer = new BigInt64Array(float.buffer);

/**
 * Adds two numbers and rounds up.
 *
 * @param a A number.
 * @param b A number.
 * @returns The least float64 of at least a + b; NaN where one is.
 */
export function addUp(a: number, b: number): number {
  const sum = a + b;
  if (!Number.isFinite(sum)) return sum < 0 && a > sum && b > sum ? -Number.MAX_VALUE : sum;
  // NaN where it overflowed.
  return lostBySum(a, b, sum) <= 0 ? sum : next(sum);
}

/**
 * Adds two numbers and rounds down.
 *
 * @param a A number.
 * @param b A number.
 * @returns The greatest float64 of at most a + b; NaN where one is.
 */
export function addDown(a: number, b: number): number {
  return -addUp(-a, -b);
}

/**
 * Multiplies two numbers and rounds up.
 *
 * @param a A number ≥ 0.
 * @param b A number ≥ 0.
 * @returns The least float64 of at least a b; NaN where one is.
 */
export function multiplyUp(a: number, b: number): number {
  return product(a, b, 1);
}

/**
 * Multiplies two numbers and rounds down.
 *
 * @param a A number ≥ 0.
 * @param b A number ≥ 0.
 * @returns The greatest float64 of at most a b; NaN where one is.
 */
export function multiplyDown(a: number, b: number): number {
  return product(a, b, -1);
}

/**
 * Multiplies by a power of two and rounds up.
 *
 * @param x A number.
 * @param exponent A whole number e.
 * @returns The least float64 of at least x 2^e.
 */
export function ldexpUp(x: number, exponent: number): number {
  return shifted(x, 0, exponent, 1);
}

/**
 * Multiplies by a power of two and rounds down.
 *
 * @param x A number.
 * @param exponent A whole number e.
 * @returns The greatest float64 of at most x 2^e.
 */
export function ldexpDown(x: number, exponent: number): number {
  return shifted(x, 0, exponent, -1);
}

/** a b, rounded up (1) or down (−1). */
function product(a: number, b: number, direction: 1 | -1): number {
  if (a === 0 || b === 0 || !Number.isFinite(a) || !Number.isFinite(b)) return a * b;
  const [e, f] = [exponentOf(a), exponentOf(b)];
  const x = ldexp(a, -e), y = ldexp(b, -f), high = x * y;
  const [[x1, x0], [y1, y0]] = [x, y].map((value) => {
    const most = SPLITTER * value, upper = most - (most - value);
    return [upper, value - upper];
  });
  const low = x0 * y0 - (high - x1 * y1 - x0 * y1 - x1 * y0);
  return shifted(high, low, e + f, direction);
}

/** (high + low) 2^e for a low of at most half an ulp of high, rounded up (1) or down (−1). */
function shifted(high: number, low: number, exponent: number, direction: 1 | -1): number {
  if (high === 0 || !Number.isFinite(high)) return high;
  const nearest = ldexp(high, exponent);
  if (!Number.isFinite(nearest)) {
    return Math.sign(nearest) === direction ? nearest : Math.sign(nearest) * Number.MAX_VALUE;
  }
  // Both are multiples of an ulp of high or less, and near each other: the difference is exact.
  const short = low - (ldexp(nearest, -exponent) - high);
  return short * direction <= 0 ? nearest : direction * next(direction * nearest);
}

/** The least float64 above a finite one. */
function next(x: number): number {
  if (x === 0) return Number.MIN_VALUE;
  float[0] = x;
  integer[0] += x > 0 ? 1n : -1n;
  return float[0];
}
