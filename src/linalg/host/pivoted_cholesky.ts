/**
 * Pivoted Cholesky factors of symmetric matrices of low rank, in float64 on the host, certified.
 *
 * @module
 */
import type { Steps } from "../../gpu/turns.ts";
import { sumOfSquares, U64, UNDERFLOW } from "./reflection.ts";

/** A factor L of a matrix, and how far L Lᵀ is from it. */
export interface PivotedFactor {
  /** L, row-major, `order × columns`, its rows in the order of the pivots. */
  readonly factor: Float64Array;
  /** Number of columns k. */
  readonly columns: number;
  /** Bound on ‖P A Pᵀ − L Lᵀ‖₂ for a permutation P. */
  readonly bound: number;
}

/**
 * Factorises a symmetric matrix, the largest diagonal entry first, until what is left is small: A −
 * L Lᵀ, whose largest eigenvalues a positive semidefinite matrix loses first. It takes n² k
 * operations. The bound holds for any symmetric matrix, semidefinite or not.
 *
 * What is left is at hand, so its Frobenius norm is computed, not estimated. A step rounds each
 * product l_i l_j and each difference R − l_i l_j: with B ≥ ‖R‖_F at all steps, k steps are off by
 * u (k B + Σ‖l‖²) in Frobenius norm. An entry of l is a quotient by a root, and l_i times this root
 * is off by 2 u of itself: another 2 u Σ‖l‖². B is ‖A‖_F + Σ‖l‖², the norms of all that was added.
 *
 * @param a Entries, row-major, `order × order`; the lower triangle is read, and overwritten.
 * @param order Order n.
 * @param until Sum of the remaining diagonal at which to stop.
 * @returns The factor and the bound, after a step for each column.
 */
export function* pivotedCholesky(a: Float64Array, order: number, until: number): Steps<PivotedFactor> {
  const n = order;
  const norm = lowerNorm(a, n, 0), column = new Float64Array(n);
  let k = 0, squares = 0;
  for (; k < n; k++) {
    let pivot = k, trace = 0;
    for (let i = k; i < n; i++) {
      trace += a[i * n + i];
      if (a[i * n + i] > a[pivot * n + pivot]) pivot = i;
    }
    if (!(trace > until && a[pivot * n + pivot] > 0)) break;
    exchange(a, n, k, pivot);
    eliminate(a, n, k, column);
    squares += sumOfSquares(column, k, n);
    yield;
  }
  const factor = new Float64Array(n * k);
  for (let i = 0; i < n; i++) factor.set(a.subarray(i * n, i * n + Math.min(k, i + 1)), i * k);
  const rounding = U64 * (k * (norm + squares) + 3 * squares);
  return { factor, columns: k, bound: (lowerNorm(a, n, k) + rounding) * (1 + 2 ** -20) + n * UNDERFLOW };
}

/** Frobenius norm of the symmetric block from an index on, by its lower triangle. */
function lowerNorm(a: Float64Array, n: number, first: number): number {
  let sum = 0;
  for (let i = first; i < n; i++) {
    sum += 2 * sumOfSquares(a, i * n + first, i * n + i) + a[i * n + i] ** 2;
  }
  return Math.sqrt(sum);
}

/** Exchanges two rows and columns k < p of the lower triangle. */
function exchange(a: Float64Array, n: number, k: number, p: number): void {
  if (k === p) return;
  const swap = (x: number, y: number) => [a[x], a[y]] = [a[y], a[x]];
  for (let j = 0; j < k; j++) swap(k * n + j, p * n + j);
  for (let i = k + 1; i < p; i++) swap(i * n + k, p * n + i);
  for (let i = p + 1; i < n; i++) swap(i * n + k, i * n + p);
  swap(k * n + k, p * n + p);
}

/** Puts column k of L in place, and takes its products off the block behind it. */
function eliminate(a: Float64Array, n: number, k: number, column: Float64Array): void {
  const root = Math.sqrt(a[k * n + k]);
  for (let i = k; i < n; i++) column[i] = a[i * n + k] = i === k ? root : a[i * n + k] / root;
  for (let i = k + 1; i < n; i++) {
    const row = a.subarray(i * n, i * n + i + 1), factor = column[i];
    for (let j = k + 1; j <= i; j++) row[j] -= factor * column[j];
  }
}
