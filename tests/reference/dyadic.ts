/**
 * Exact arithmetic of numbers n · 2^e, which floats, their sums and their products are.
 *
 * @module
 */
import { bitLength, type Dyadic } from "../../src/linalg/exact/dyadic.ts";

export { type Dyadic, dyadic } from "../../src/linalg/exact/dyadic.ts";

/** a + b. */
export function plus(a: Dyadic, b: Dyadic): Dyadic {
  const e = Math.min(a.e, b.e);
  return { n: (a.n << BigInt(a.e - e)) + (b.n << BigInt(b.e - e)), e };
}

/** −a. */
export function minus(a: Dyadic): Dyadic {
  return { n: -a.n, e: a.e };
}

/** a · b. */
export function times(a: Dyadic, b: Dyadic): Dyadic {
  return { n: a.n * b.n, e: a.e + b.e };
}

/** |a| / |b| to some 15 digits; 0 / 0 is 0. */
export function ratio(a: Dyadic, b: Dyadic): number {
  if (a.n === 0n) return 0;
  if (b.n === 0n) return Infinity;
  const [x, y] = [a, b].map(({ n, e }) => {
    const magnitude = n < 0n ? -n : n;
    const excess = bitLength(n) - 60;
    const leading = Number(excess > 0 ? magnitude >> BigInt(excess) : magnitude);
    return { leading, e: e + Math.max(excess, 0) };
  });
  return x.leading / y.leading * 2 ** (x.e - y.e);
}

/** −1, 0 or 1. */
export function signOf({ n }: Dyadic): -1 | 0 | 1 {
  return n < 0n ? -1 : n > 0n ? 1 : 0;
}
