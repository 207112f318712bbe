/**
 * Eigenvalues and eigenvectors of symmetric matrices.
 *
 * @module
 */
import { checkKeys } from "../../check.ts";
import type { Gpu } from "../../gpu/device.ts";
import type { WorkOptions } from "../../gpu/paced_commands.ts";
import { extent } from "../../stats/extent.ts";
import { EigenBatch } from "./eigen_batch.ts";
import { solveJacobi } from "./jacobi.ts";
import { checkFinite, ordersOf } from "../count/symmetric_batch.ts";
import type { Matrix } from "../matrix.ts";
import { inGroups } from "../pieces.ts";
import { ldexp } from "../rounding.ts";
import { type ScaledMatrix, scaledSingle } from "../scaled_matrix.ts";
import { symmetricMatrix } from "../symmetric_matrix.ts";

/** Eigenvalues and eigenvectors of one symmetric matrix. */
export interface Eigen {
  /** Eigenvalues, descending, `n`. */
  readonly values: Float64Array;
  /** Eigenvectors, one per row in the order of the eigenvalues, `n × n`. */
  readonly vectors: Matrix;
}

/**
 * Computes eigenvalues and eigenvectors of a batch of symmetric matrices, in single precision.
 * Waits for the GPU.
 *
 * Errors: each eigenvalue to about n u ‖A‖₂, u = 2⁻²⁴. Those of a positive definite matrix whose
 * diagonal scaling is good, to about n u (λ + 2⁻⁶⁰ λ₁): relative to themselves (Demmel and Veselić
 * 1992) as far down as 10⁻¹⁸ λ₁, and to within 5·10⁻²⁶ n λ₁ below. Matrices are scaled by powers of
 * two, so this holds for entries of any magnitude; entries below 2⁻¹²⁶ of the largest count as 0.
 *
 * @param gpu Device.
 * @param matrices Symmetric matrices of any orders 1 ≤ n ≤ 2,048. The lower triangle counts; the
 * upper one may differ from it as rounding makes it differ, by 2⁻¹³ √|a_ii a_jj|. Entries of
 * float64 are rounded to 24 bits.
 * @param options Signal to stop.
 * @returns Eigenvalues and eigenvectors of each. An eigenvalue beyond float64 is infinite.
 * @throws {ShapeError} Where a matrix is not square, too large, or has another number of entries
 * than its shape says.
 * @throws {InputError} Where they are no list of matrices, a matrix is not symmetric, or an entry
 * is NaN or infinite.
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
export async function eigh(
  gpu: Gpu,
  matrices: readonly Matrix[],
  options: WorkOptions = {},
): Promise<Eigen[]> {
  checkKeys("options of eigh", options, ["signal"]);
  const orders = ordersOf(matrices);
  checkFinite(matrices);
  if (matrices.length === 0) return [];
  const scaled = matrices.map(symmetricMatrix).map(scaledSingle);
  const [, order] = extent(orders);
  return await inGroups(gpu, scaled, 12 * order ** 3, (group) => solve(gpu, group, options));
}

async function solve(gpu: Gpu, scaled: readonly ScaledMatrix[], options: WorkOptions): Promise<Eigen[]> {
  const orders = scaled.map(({ rows }) => rows);
  using batch = new EigenBatch(gpu, orders);
  const { rows } = batch;
  const padded = new Float32Array(batch.matrices.length);
  scaled.forEach(({ rows: n, data: entries }, index) => {
    for (let i = 0; i < n; i++) {
      for (let j = 0; j < n; j++) {
        padded[(index * rows + i) * rows + j] = entries[Math.min(i, j) * n + Math.max(i, j)];
      }
    }
  });
  batch.matrices.write(padded);
  await solveJacobi(gpu, batch, options);
  const [solved, basis] = await Promise.all([batch.matrices.read(), batch.basis.read()]);
  return orders.map((n, index) => {
    const { exponent } = scaled[index];
    const diagonal = Float32Array.from({ length: n }, (_, i) => solved[(index * rows + i) * rows + i]);
    const order = [...diagonal.keys()].sort((a, b) => diagonal[b] - diagonal[a]);
    const data = new Float32Array(n * n);
    order.forEach((from, to) => {
      const at = (index * rows + from) * rows;
      data.set(basis.subarray(at, at + n), to * n);
    });
    const values = Float64Array.from(order, (i) => ldexp(diagonal[i], -exponent));
    return { values, vectors: { rows: n, columns: n, data } };
  });
}
