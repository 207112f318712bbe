/**
 * Arithmetic on the host in pairs of float64, about 106 bits.
 *
 * Each operation errs by at most a few 2⁻¹⁰⁴ of its result, as long as the parts of its operands
 * are between about 10⁻²⁷⁰ and 10³⁰⁰.
 *
 * Source: T. J. Dekker, Numer. Math. 18, 1971; Y. Hida, X. S. Li, D. H. Bailey, "Algorithms for
 * quad-double precision floating point arithmetic", ARITH-15, 2001.
 *
 * @module
 */

/** A sum of two float64, the second at most half an ulp of the first. */
export type DoubleDouble = readonly [high: number, low: number];

/** 0. */
export const ZERO: DoubleDouble = [0, 0];

/**
 * Finds what rounding took from a sum of two float64.
 *
 * @param a Number.
 * @param b Number.
 * @param sum Their sum as it rounds.
 * @returns a + b − sum, exactly.
 */
export function lostBySum(a: number, b: number, sum: number): number {
  const part = sum - a;
  return (a - (sum - part)) + (b - part);
}

/**
 * Adds two float64.
 *
 * @param a Number.
 * @param b Number.
 * @returns a + b, exactly.
 */
export function exactSum(a: number, b: number): DoubleDouble {
  const sum = a + b;
  return [sum, lostBySum(a, b, sum)];
}

/** The same where |a| ≥ |b|. */
function quickSum(a: number, b: number): DoubleDouble {
  const sum = a + b;
  return [sum, b - (sum - a)];
}

/** Factor that splits a float64 into halves of 26 bits. */
const SPLIT = 2 ** 27 + 1;

function exactProduct(a: number, b: number): DoubleDouble {
  const product = a * b, c = SPLIT * a, d = SPLIT * b;
  const high = c - (c - a), low = a - high, top = d - (d - b), rest = b - top;
  return [product, ((high * top - product) + high * rest + low * top) + low * rest];
}

/**
 * Adds.
 *
 * @param a Number.
 * @param b Number.
 * @returns a + b.
 */
export function add(a: DoubleDouble, b: DoubleDouble): DoubleDouble {
  const [high, carried] = exactSum(a[0], b[0]), [low, rest] = exactSum(a[1], b[1]);
  const [sum, left] = quickSum(high, carried + low);
  return quickSum(sum, left + rest);
}

/**
 * Changes the sign.
 *
 * @param a Number.
 * @returns −a.
 */
export function negate([high, low]: DoubleDouble): DoubleDouble {
  return [-high, -low];
}

/**
 * Multiplies.
 *
 * @param a Number.
 * @param b Number.
 * @returns a b.
 */
export function multiply(a: DoubleDouble, b: DoubleDouble): DoubleDouble {
  const [high, low] = exactProduct(a[0], b[0]);
  return quickSum(high, low + (a[0] * b[1] + a[1] * b[0]));
}

/**
 * Divides.
 *
 * @param a Number.
 * @param b Number other than 0.
 * @returns a / b.
 */
export function divide(a: DoubleDouble, b: DoubleDouble): DoubleDouble {
  let left = a, quotient = ZERO;
  // Each digit of 53 bits leaves that much less.
  for (let digit = 0; digit < 3; digit++) {
    const part: DoubleDouble = [left[0] / b[0], 0];
    quotient = add(quotient, part);
    left = add(left, negate(multiply(part, b)));
  }
  return quotient;
}

/**
 * Takes the square root.
 *
 * @param a Number of at least 0.
 * @returns √a.
 */
export function squareRoot(a: DoubleDouble): DoubleDouble {
  if (a[0] <= 0) return ZERO;
  const root: DoubleDouble = [Math.sqrt(a[0]), 0];
  const left = add(a, negate(multiply(root, root)));
  return add(root, [left[0] / (2 * root[0]), 0]);
}
