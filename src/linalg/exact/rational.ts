/**
 * Rational numbers, exactly: thresholds and enclosures of eigenvalues.
 *
 * @module
 */
import { dyadic, trailingZeros } from "./dyadic.ts";

/** The number n / d. */
export interface Rational {
  /** Numerator. */
  readonly n: bigint;
  /** Denominator, above 0. */
  readonly d: bigint;
}

/**
 * Takes a finite number exactly, in lowest terms.
 *
 * @param x A finite number.
 * @returns The same number.
 * @throws {RangeError} If it is not finite.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { rational } from "./rational.ts";
 *
 * assert.deepEqual(rational(0.75), { n: 3n, d: 4n });
 * ```
 */
export function rational(x: number): Rational {
  const { n, e } = dyadic(x);
  if (n === 0n) return { n, d: 1n };
  const zeros = trailingZeros(n);
  return scaled({ n: n >> BigInt(zeros), d: 1n }, e + zeros);
}

/** a · 2^e. */
export function scaled({ n, d }: Rational, e: number): Rational {
  return e >= 0 ? { n: n << BigInt(e), d } : { n, d: d << BigInt(-e) };
}

/** a · b. */
export function product(a: Rational, b: Rational): Rational {
  return { n: a.n * b.n, d: a.d * b.d };
}

/**
 * (a + b) / 2. Powers of two are cancelled, and odd parts of denominators kept where they agree, so
 * that halving an interval again and again adds a bit each time.
 */
export function midpoint(a: Rational, b: Rational): Rational {
  const i = trailingZeros(a.d), j = trailingZeros(b.d), most = Math.max(i, j);
  const [p, q] = [a.d >> BigInt(i), b.d >> BigInt(j)];
  const [x, y] = [a.n << BigInt(most - i), b.n << BigInt(most - j)];
  const n = p === q ? x + y : x * q + y * p, odd = p === q || q === 1n ? p : p === 1n ? q : p * q;
  if (n === 0n) return { n, d: 1n };
  const zeros = Math.min(trailingZeros(n), most + 1);
  return { n: n >> BigInt(zeros), d: odd << BigInt(most + 1 - zeros) };
}

/** Whether a < b. */
export function isLess(a: Rational, b: Rational): boolean {
  return a.n * b.d < b.n * a.d;
}

/** The greatest whole number that is not above a. */
export function floor({ n, d }: Rational): bigint {
  return n >= 0n ? n / d : -((d - 1n - n) / d);
}
