/**
 * Reduces matrices to bidiagonal form in float64 on the host, with a bound on the error.
 *
 * @module
 */
import type { Steps } from "../../gpu/turns.ts";
import {
  PARTIAL,
  projectionRoundings,
  reflect,
  reflectionBound,
  type RowRange,
  sumOfSquares,
  U64,
  UNDERFLOW,
  updateAndProject,
} from "./reflection.ts";

/** An upper bidiagonal matrix B, and how far its singular values may be off. */
export interface Bidiagonal {
  /** Its diagonal, n. */
  readonly diagonal: Float64Array;
  /** What stands above the diagonal, n − 1. */
  readonly above: Float64Array;
  /** Bound α: the singular values of B are those of a matrix within α of the one given. */
  readonly bound: number;
}

/**
 * Reduces a matrix of m ≥ n to bidiagonal form by reflections from the left and from the right, as
 * LAPACK's `gebd2` does, in 4 m n² − 4/3 n³ operations. Each block is passed over twice a step: the
 * reflection from one side is applied while the other side's is made ready.
 *
 * Reflections are orthogonal, so the errors of the steps add up. A step errs by the share
 * {@linkcode reflectionBound} of the norm N_k of the block that is left. N_k² is that of the whole
 * less the squares of the entries that have left the block, plus what rounding may have added: 2 N₀
 * α + α².
 *
 * @param a Entries, row-major, `rows × columns`, of magnitudes whose squares float64 can hold. They
 * are overwritten.
 * @param rows Number of rows m.
 * @param columns Number of columns n ≤ m.
 * @param options Function to call with the share of the work that is done, after each column.
 * @returns B and the bound, after a step for each column.
 */
export function* bidiagonalize(
  a: Float64Array,
  rows: number,
  columns: number,
  { onShare }: { readonly onShare?: ((share: number) => void) | undefined } = {},
): Steps<Bidiagonal> {
  const m = rows, n = columns;
  const diagonal = new Float64Array(n), above = new Float64Array(Math.max(0, n - 1));
  const u = new Float64Array(m), z = new Float64Array(m);
  const v = new Float64Array(n), y = new Float64Array(n), partial = new Float64Array(n);
  // Sums of squares are right to far less than this.
  const square = sumOfSquares(a, 0, m * n) * (1 + 2 ** -20), norm = Math.sqrt(square);
  let bound = UNDERFLOW, left = square;
  for (let k = 0; k < n; k++) {
    for (let i = k; i < m; i++) u[i] = a[i * n + k] - z[i] * v[k];
    const { head, factor } = reflect(u, k, m);
    diagonal[k] = head;
    const block = Math.sqrt(Math.max(0, left) + 2 * norm * bound + bound * bound + 8 * n * U64 * square);
    bound += block * reflectionBound(m - k, projectionRoundings(m - k));
    y.fill(0);
    for (let from = k; from < m; from += PARTIAL) {
      partial.fill(0);
      const range = { columns: n, first: k + 1, from, to: Math.min(m, from + PARTIAL) };
      updateAndProject(a, range, { z, v }, u, partial);
      for (let j = k + 1; j < n; j++) y[j] += partial[j];
    }
    if (k + 1 === n) break;
    for (let j = k + 1; j < n; j++) {
      y[j] *= factor;
      v[j] = a[k * n + j] - u[k] * y[j];
    }
    const right = reflect(v, k + 1, n);
    above[k] = right.head;
    // Of a dot product along a row: a product, and the sums within and of partial sums.
    bound += block * reflectionBound(n - k, 1 + PARTIAL + Math.ceil((n - k) / PARTIAL));
    updateAndMultiply(a, { columns: n, first: k + 1, from: k + 1, to: m }, { u, y }, v, z);
    for (let i = k + 1; i < m; i++) z[i] *= right.factor;
    left -= (head * head + right.head * right.head) * (1 - 2 ** -20);
    onShare?.(1 - (1 - (k + 1) / n) ** 2 * (1 - (k + 1) / m));
    yield;
  }
  return { diagonal, above, bound };
}

/** A ← A − u yᵀ, z ← A v, four rows at a time. */
function updateAndMultiply(
  a: Float64Array,
  { columns: n, first, from, to }: RowRange,
  { u, y }: { readonly u: Float64Array; readonly y: Float64Array },
  v: Float64Array,
  z: Float64Array,
): void {
  let i = from;
  for (; i + 4 <= to; i += 4) {
    const u0 = u[i], u1 = u[i + 1], u2 = u[i + 2], u3 = u[i + 3];
    const r0 = a.subarray(i * n, (i + 1) * n), r1 = a.subarray((i + 1) * n, (i + 2) * n);
    const r2 = a.subarray((i + 2) * n, (i + 3) * n), r3 = a.subarray((i + 3) * n, (i + 4) * n);
    let z0 = 0, z1 = 0, z2 = 0, z3 = 0;
    for (let j = first; j < n;) {
      const end = Math.min(n, j + PARTIAL);
      let s0 = 0, s1 = 0, s2 = 0, s3 = 0;
      for (; j < end; j++) {
        const yj = y[j], vj = v[j];
        const a0 = r0[j] - u0 * yj, a1 = r1[j] - u1 * yj, a2 = r2[j] - u2 * yj, a3 = r3[j] - u3 * yj;
        r0[j] = a0;
        r1[j] = a1;
        r2[j] = a2;
        r3[j] = a3;
        s0 += a0 * vj;
        s1 += a1 * vj;
        s2 += a2 * vj;
        s3 += a3 * vj;
      }
      z0 += s0;
      z1 += s1;
      z2 += s2;
      z3 += s3;
    }
    z[i] = z0;
    z[i + 1] = z1;
    z[i + 2] = z2;
    z[i + 3] = z3;
  }
  for (; i < to; i++) {
    const row = a.subarray(i * n, (i + 1) * n), ui = u[i];
    let sum = 0;
    for (let j = first; j < n;) {
      const end = Math.min(n, j + PARTIAL);
      let part = 0;
      for (; j < end; j++) {
        const entry = row[j] - ui * y[j];
        row[j] = entry;
        part += entry * v[j];
      }
      sum += part;
    }
    z[i] = sum;
  }
}
