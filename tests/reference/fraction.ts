/**
 * Exact arithmetic of fractions of big integers.
 *
 * @module
 */

/** The fraction n / d, with d > 0; not reduced. */
export interface Fraction {
  readonly n: bigint;
  readonly d: bigint;
}

/** A finite float64 number, exactly. */
export function fraction(x: number): Fraction {
  if (!Number.isFinite(x)) throw new RangeError(`${x} is not finite`);
  // Scaled by powers of two, which are exact, until it is an integer.
  let scale = 0;
  while (!Number.isInteger(x)) {
    x *= 2;
    scale++;
  }
  return { n: BigInt(x), d: 1n << BigInt(scale) };
}

/** a + b. */
export function add(a: Fraction, b: Fraction): Fraction {
  return a.d === b.d ? { n: a.n + b.n, d: a.d } : { n: a.n * b.d + b.n * a.d, d: a.d * b.d };
}

/** a − b. */
export function subtract(a: Fraction, b: Fraction): Fraction {
  return add(a, { n: -b.n, d: b.d });
}

/** a · b. */
export function multiply(a: Fraction, b: Fraction): Fraction {
  return { n: a.n * b.n, d: a.d * b.d };
}

/** a / b. */
export function divide(a: Fraction, b: Fraction): Fraction {
  if (b.n === 0n) throw new RangeError("division by 0");
  return b.n < 0n ? { n: -a.n * b.d, d: -a.d * b.n } : { n: a.n * b.d, d: a.d * b.n };
}

/** Σ a_i b_i. */
export function dot(a: readonly Fraction[], b: readonly Fraction[]): Fraction {
  return a.reduce((sum, value, i) => add(sum, multiply(value, b[i])), fraction(0));
}

/** −1, 0 or 1 as a is below, equal to or above b. */
export function compare(a: Fraction, b: Fraction): -1 | 0 | 1 {
  const difference = a.n * b.d - b.n * a.d;
  return difference < 0n ? -1 : difference > 0n ? 1 : 0;
}

/** The fraction to some 16 digits. */
export function toNumber({ n, d }: Fraction): number {
  const negative = n < 0n, magnitude = negative ? -n : n;
  if (magnitude === 0n) return 0;
  // As many leading bits of n / d as an integer of 64 bits has.
  const shift = 64 - (bits(magnitude) - bits(d));
  const quotient = shift >= 0 ? (magnitude << BigInt(shift)) / d : magnitude / (d << BigInt(-shift));
  // In two steps, since one power may be out of range.
  const half = Math.trunc(shift / 2), value = Number(quotient) * 2 ** -half * 2 ** (half - shift);
  return negative ? -value : value;
}

/** Least float64 number found whose square is at least a ≥ 0. */
export function rootAbove(a: Fraction): number {
  let root = Math.sqrt(toNumber(a));
  while (compare(multiply(fraction(root), fraction(root)), a) < 0) root += root * 2 ** -52 + Number.MIN_VALUE;
  return root;
}

function bits(n: bigint): number {
  return n.toString(16).length * 4;
}
