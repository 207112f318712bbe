/**
 * Eigenvalues and eigenvectors of symmetric matrices.
 *
 * @module
 */
import type { Gpu } from "../../gpu/device.ts";
import { EigenBatch } from "./eigen_batch.ts";
import { solveJacobi } from "./jacobi.ts";
import { checkFinite, ordersOf, singleEntries } from "../count/symmetric_batch.ts";
import type { Matrix } from "../matrix.ts";
import { symmetricMatrix } from "../symmetric_matrix.ts";

/** Eigenvalues and eigenvectors of one symmetric matrix. */
export interface Eigen {
  /** Eigenvalues, descending, `n`. */
  readonly values: Float32Array;
  /** Eigenvectors, one per row in the order of the eigenvalues, `n × n`. */
  readonly vectors: Matrix;
}

/**
 * Computes eigenvalues and eigenvectors of a batch of symmetric matrices, in single precision.
 * Waits for the GPU.
 *
 * Errors: each eigenvalue to about n u ‖A‖₂, u = 2⁻²⁴; those of a positive definite matrix whose
 * diagonal scaling is good also relative to themselves (Demmel and Veselić 1992).
 *
 * @param gpu Device.
 * @param matrices Symmetric matrices of any orders 1 ≤ n ≤ 2,048. The lower triangle counts; the
 * upper one may differ from it as rounding makes it differ, by 2⁻¹³ √|a_ii a_jj|. Entries of
 * float64 are rounded to single precision.
 * @returns Eigenvalues and eigenvectors of each.
 * @throws {ShapeError} Where a matrix is not square, too large, or has another number of entries
 * than its shape says.
 * @throws {InputError} Where they are no list of matrices, a matrix is not symmetric, or an entry
 * is NaN, infinite or beyond single precision.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { Gpu } from "../../gpu/device.ts";
 * import { eigh } from "./eigh.ts";
 *
 * using gpu = await Gpu.open();
 * const matrix = { rows: 2, columns: 2, data: Float32Array.of(2, 1, 1, 2) };
 * const [{ values }] = await eigh(gpu, [matrix]);
 * assert.deepEqual([...values].map(Math.round), [3, 1]);
 * ```
 */
export async function eigh(gpu: Gpu, matrices: readonly Matrix[]): Promise<Eigen[]> {
  const orders = ordersOf(matrices);
  checkFinite(matrices);
  if (matrices.length === 0) return [];
  const symmetric = matrices.map(symmetricMatrix);
  using batch = new EigenBatch(gpu, orders);
  const { rows } = batch;
  const padded = new Float32Array(batch.matrices.length);
  symmetric.forEach((matrix, index) => {
    const n = orders[index], entries = singleEntries(matrix);
    for (let i = 0; i < n; i++) {
      for (let j = 0; j < n; j++) {
        padded[(index * rows + i) * rows + j] = entries[Math.min(i, j) * n + Math.max(i, j)];
      }
    }
  });
  batch.matrices.write(padded);
  await solveJacobi(gpu, batch);
  const [solved, basis] = await Promise.all([batch.matrices.read(), batch.basis.read()]);
  return orders.map((n, index) => {
    const diagonal = Float32Array.from({ length: n }, (_, i) => solved[(index * rows + i) * rows + i]);
    const order = [...diagonal.keys()].sort((a, b) => diagonal[b] - diagonal[a]);
    const data = new Float32Array(n * n);
    order.forEach((from, to) => {
      const at = (index * rows + from) * rows;
      data.set(basis.subarray(at, at + n), to * n);
    });
    return { values: Float32Array.from(order, (i) => diagonal[i]), vectors: { rows: n, columns: n, data } };
  });
}
