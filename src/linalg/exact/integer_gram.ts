/**
 * Gram matrices of integer vectors, exactly.
 *
 * @module
 */
import type { Steps } from "../../gpu/turns.ts";
import { bitLength } from "./dyadic.ts";

/**
 * Computes the products Σ_l u_l a_il a_jl of integer vectors a_i.
 *
 * A row of the result is one big number, with an entry in every so many bits: Σ_l u_l a_il P_l, P_l
 * = Σ_j a_jl 2^(j · bits). So there is one product of big integers for each entry of each vector,
 * not for each pair, and the loops over j run inside it.
 *
 * @param vectors Vectors a_i, all of one length.
 * @param multipliers Integers u_l ≥ 0, one for each entry of a vector; `null` for 1.
 * @returns Lower triangle by rows: entry (i, j) is `[i][j]`, j ≤ i; after a step for each entry of
 * a vector.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { finish } from "../../gpu/turns.ts";
 * import { integerGram } from "./integer_gram.ts";
 *
 * assert.deepEqual(finish(integerGram([[1n, 2n], [-3n, 1n]], null)), [[5n], [-1n, 10n]]);
 * ```
 */
export function* integerGram(
  vectors: readonly (readonly bigint[])[],
  multipliers: readonly bigint[] | null,
): Steps<bigint[][]> {
  const length = vectors[0].length;
  const widest = (values: readonly bigint[]) => values.reduce((most, n) => Math.max(most, bitLength(n)), 0);
  const width = vectors.reduce((most, vector) => Math.max(most, widest(vector)), 0);
  // A bit for the sign, and one to spare.
  const field = 2 * width + (multipliers ? widest(multipliers) : 1) + bitLength(BigInt(length)) + 2;
  const shift = BigInt(field);
  const sums = vectors.map(() => 0n);
  for (let l = 0; l < length; l++) {
    let packed = 0n;
    for (let j = vectors.length - 1; j >= 0; j--) packed = (packed << shift) + vectors[j][l];
    if (packed === 0n) continue;
    const multiplier = multipliers ? multipliers[l] : 1n;
    vectors.forEach((vector, i) => {
      if (vector[l] !== 0n) sums[i] += multiplier * vector[l] * packed;
    });
    yield;
  }
  const rows: bigint[][] = [];
  for (let i = 0; i < sums.length; i++, yield) {
    let sum = sums[i];
    const row: bigint[] = [];
    for (let j = 0; j <= i; j++) {
      const entry = BigInt.asIntN(field, sum);
      row.push(entry);
      sum = (sum - entry) >> shift;
    }
    rows.push(row);
  }
  return rows;
}
