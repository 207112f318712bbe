/**
 * Exact arithmetic of numbers n · 2^e, which floats are: conversion to integers.
 *
 * @module
 */

/** The number n · 2^e. */
export interface Dyadic {
  readonly n: bigint;
  readonly e: number;
}

/** Bits of a double. */
const bits = new DataView(new ArrayBuffer(8));

/**
 * Takes a finite number exactly, subnormal ones included.
 *
 * @param x A finite number.
 * @returns n and e with x = n · 2^e.
 * @throws {RangeError} If it is not finite.
 */
export function dyadic(x: number): Dyadic {
  if (!Number.isFinite(x)) throw new RangeError(`${x} is not finite`);
  if (x === 0) return { n: 0n, e: 0 };
  bits.setFloat64(0, x);
  const word = bits.getBigUint64(0);
  const exponent = Number((word >> 52n) & 2047n);
  const fraction = word & (2n ** 52n - 1n);
  const n = exponent === 0 ? fraction : fraction | 2n ** 52n;
  return { n: x < 0 ? -n : n, e: Math.max(exponent, 1) - 1075 };
}

/** The numbers n_i · 2^e, of one exponent. */
export interface DyadicVector {
  readonly n: readonly bigint[];
  readonly e: number;
}

/**
 * Takes finite numbers as integers times one power of two, the greatest there is.
 *
 * @param values Finite numbers.
 * @returns The integers, and the exponent; 0 for zeros.
 * @throws {RangeError} If one is not finite.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { dyadicVector } from "./dyadic.ts";
 *
 * assert.deepEqual(dyadicVector([0.75, -6, 0]), { n: [3n, -24n, 0n], e: -2 });
 * ```
 */
export function dyadicVector(values: ArrayLike<number>): DyadicVector {
  const all = Array.from(values, dyadic);
  const least = all.reduce((e, value) => value.n === 0n ? e : Math.min(e, value.e), Infinity);
  if (least === Infinity) return { n: all.map(() => 0n), e: 0 };
  const n = all.map((value) => value.n === 0n ? 0n : value.n << BigInt(value.e - least));
  // Bits that are 0 in every one of them.
  const common = trailingZeros(n.reduce((any, each) => any | each, 0n));
  return { n: common === 0 ? n : n.map((each) => each >> BigInt(common)), e: least + common };
}

/** The largest power of two that divides a number other than 0, as its exponent. */
export function trailingZeros(n: bigint): number {
  return bitLength(n & -n) - 1;
}

/** Number of bits of a magnitude; 0 for 0. */
export function bitLength(n: bigint): number {
  if (n === 0n) return 0;
  const digits = (n < 0n ? -n : n).toString(16);
  return 4 * digits.length - Math.clz32(parseInt(digits[0], 16)) + 28;
}
