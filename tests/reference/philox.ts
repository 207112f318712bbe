/**
 * Philox4x32-10 (Salmon, Moraes, Dror, Shaw, SC'11) in whole numbers of any length.
 *
 * @module
 */

/** Purposes that a counter is spent on, the third word of it. */
export const PURPOSE = { weights: 1, biases: 2, batches: 3 } as const;

const WORD = 0xffffffffn;

/**
 * Evaluates the random function.
 *
 * @param counter Four words.
 * @param key Two words.
 * @returns Four words.
 */
export function philox(counter: readonly number[], key: readonly number[]): number[] {
  let [c0, c1, c2, c3] = counter.map(BigInt);
  let [k0, k1] = key.map(BigInt);
  for (let round = 0; round < 10; round++) {
    const product0 = 0xd2511f53n * c0, product1 = 0xcd9e8d57n * c2;
    [c0, c1, c2, c3] = [
      (product1 >> 32n) ^ c1 ^ k0,
      product1 & WORD,
      (product0 >> 32n) ^ c3 ^ k1,
      product0 & WORD,
    ];
    k0 = (k0 + 0x9e3779b9n) & WORD;
    k1 = (k1 + 0xbb67ae85n) & WORD;
  }
  return [c0, c1, c2, c3].map(Number);
}

/**
 * The uniform number in (0, 1) that a word stands for: the middle of one of 2²³ equal intervals.
 *
 * @param bits The word.
 * @returns The number.
 */
export function uniformOpen(bits: number): number {
  return (Math.floor(bits / 2 ** 9) + 0.5) / 2 ** 23;
}
