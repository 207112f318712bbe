/**
 * Seeded random numbers on the host, for choosing samples. Random numbers of a network are drawn on
 * the GPU.
 *
 * @module
 */

/**
 * Makes a generator of uniform random numbers: sfc32 by Chris Doty-Humphrey (PractRand 0.93), 128
 * bits of state, seeded as PractRand seeds it from one 64-bit number.
 *
 * @param seed Whole number from 0 to 2⁵³ − 1.
 * @returns A function that returns the next number of [0, 1), a multiple of 2⁻³².
 */
export function uniform(seed: number): () => number {
  let a = 0, b = seed >>> 0, c = Math.floor(seed / 2 ** 32) >>> 0, counter = 1;
  const next = () => {
    const t = (a + b + counter) | 0;
    counter = (counter + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = ((c << 21) | (c >>> 11)) + t | 0;
    return (t >>> 0) / 2 ** 32;
  };
  // The first rounds carry the seed into all of the state.
  for (let round = 0; round < 12; round++) next();
  return next;
}

/**
 * Makes a generator of standard normal numbers (Box and Muller). It uses one number of each pair,
 * so a normal number takes two uniform numbers.
 *
 * @param random Source of uniform numbers of [0, 1).
 * @returns A function that returns the next number.
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { normal, uniform } from "./random.ts";
 *
 * const next = normal(uniform(7));
 * assert(Math.abs(next()) < 9);
 * ```
 */
export function normal(random: () => number): () => number {
  return () => Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
}

/**
 * Draws a random permutation (Fisher and Yates).
 *
 * @param count Number of things to permute.
 * @param random Source of uniform numbers of [0, 1).
 * @returns The numbers 0 … count − 1 in random order.
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { permutation, uniform } from "./random.ts";
 *
 * assert.deepEqual(permutation(100, uniform(7)), permutation(100, uniform(7)));
 * ```
 */
export function permutation(count: number, random: () => number): Uint32Array {
  const order = Uint32Array.from({ length: count }, (_, i) => i);
  for (let i = count - 1; i > 0; i--) {
    const j = Math.floor(random() * (i + 1));
    [order[i], order[j]] = [order[j], order[i]];
  }
  return order;
}
