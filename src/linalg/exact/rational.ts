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

/** (a + b) / 2. */
export function midpoint(a: Rational, b: Rational): Rational {
  const n = a.n * b.d + b.n * a.d, d = 2n * a.d * b.d;
  if (n === 0n) return { n, d: 1n };
  const zeros = BigInt(Math.min(trailingZeros(n), trailingZeros(d)));
  return { n: n >> zeros, d: d >> zeros };
}

/** Whether a < b. */
export function isLess(a: Rational, b: Rational): boolean {
  return a.n * b.d < b.n * a.d;
}

/** The greatest whole number that is not above a. */
export function floor({ n, d }: Rational): bigint {
  return n >= 0n ? n / d : -((d - 1n - n) / d);
}
