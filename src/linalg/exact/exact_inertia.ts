/**
 * The inertia of symmetric integer matrices, exactly.
 *
 * @module
 */
import type { Steps } from "../../gpu/turns.ts";

/** Numbers of eigenvalues by their sign. */
export interface Inertia {
  /** Eigenvalues above 0. */
  readonly positive: number;
  /** Eigenvalues that are 0. */
  readonly zero: number;
  /** Eigenvalues below 0. */
  readonly negative: number;
}

/**
 * Counts the eigenvalues of a symmetric integer matrix by their sign, without rounding.
 *
 * Elimination is fraction-free (Bareiss, Math. Comp. 22, 1968): after k steps each entry is a minor
 * of order k + 1, a_ij ← (a_kk a_ij − a_ik a_jk) / p, with p the pivot before; the division leaves
 * no remainder, and no entry grows beyond Hadamard's bound. Pivots are the leading principal
 * minors, so a_kk and p have the same sign for each positive pivot of LDLᵀ, which are as many as
 * positive eigenvalues (Sylvester).
 *
 * A pivot of 0 is exchanged with a later diagonal entry, row and column. Where all of these are 0
 * but an entry a_ij is not, row and column i are added to row and column j, whose diagonal entry is
 * then 2 a_ij. Both are congruences of determinant ±1 on rows and columns not yet eliminated, so
 * inertia and divisibility stay. Where all entries are 0, the eigenvalues left are 0.
 *
 * Cost for order n and entries of b bits: n³/3 products and n³/6 quotients of numbers of up to n b
 * bits.
 *
 * @param rows Lower triangle by rows: entry (i, j) is `[i][j]`, j ≤ i. It is left as it is.
 * @returns The counts, after a step for each row of each elimination.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { finish } from "../../gpu/turns.ts";
 * import { exactInertia } from "./exact_inertia.ts";
 *
 * assert.deepEqual(finish(exactInertia([[0n], [3n, 0n]])), { positive: 1, zero: 0, negative: 1 });
 * ```
 */
export function* exactInertia(rows: readonly (readonly bigint[])[]): Steps<Inertia> {
  const a = rows.map((row) => [...row]);
  const n = a.length;
  let previous = 1n, positive = 0, negative = 0;
  for (let k = 0; k < n; k++) {
    if (a[k][k] === 0n && !findPivot(a, k)) break;
    const pivot = a[k][k];
    if (pivot > 0n === previous > 0n) positive++;
    else negative++;
    for (let i = k + 1; i < n; i++) {
      const row = a[i], factor = row[k];
      for (let j = k + 1; j <= i; j++) row[j] = (pivot * row[j] - factor * a[j][k]) / previous;
      yield;
    }
    previous = pivot;
  }
  return { positive, zero: n - positive - negative, negative };
}

/** Brings a diagonal entry other than 0 to place k, if there is any entry other than 0. */
function findPivot(a: bigint[][], k: number): boolean {
  const n = a.length;
  for (let i = k + 1; i < n; i++) {
    if (a[i][i] === 0n) continue;
    exchange(a, k, i);
    return true;
  }
  for (let i = k + 1; i < n; i++) {
    for (let j = k; j < i; j++) {
      if (a[i][j] === 0n) continue;
      // Row and column i are added to row and column j; both diagonal entries are 0.
      const corner = 2n * a[i][j];
      for (let l = k; l < n; l++) {
        if (l !== j) a[Math.max(j, l)][Math.min(j, l)] += a[Math.max(i, l)][Math.min(i, l)];
      }
      a[j][j] = corner;
      exchange(a, k, j);
      return true;
    }
  }
  return false;
}

/** Exchanges rows and columns k < i of what is left. */
function exchange(a: bigint[][], k: number, i: number): void {
  if (i === k) return;
  const n = a.length;
  [a[k][k], a[i][i]] = [a[i][i], a[k][k]];
  for (let l = k + 1; l < i; l++) [a[l][k], a[i][l]] = [a[i][l], a[l][k]];
  for (let l = i + 1; l < n; l++) [a[l][k], a[l][i]] = [a[l][i], a[l][k]];
}
