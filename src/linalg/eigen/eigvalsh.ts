/**
 * Eigenvalues of symmetric matrices given by the host.
 *
 * @module
 */
import { GpuArray } from "../../gpu/array.ts";
import { Commands } from "../../gpu/commands.ts";
import type { Gpu } from "../../gpu/device.ts";
import { bindBisection } from "../count/sturm.ts";
import { checkFinite, ordersOf, SymmetricBatch } from "../count/symmetric_batch.ts";
import type { Matrix } from "../matrix.ts";
import { bindTridiagonal, TridiagonalBatch } from "../count/tridiagonal.ts";

/**
 * Eigenvalues alone of a batch of symmetric matrices, in single precision, as
 * `numpy.linalg.eigvalsh` gives them: by tridiagonal form and bisection, many times faster than
 * `eigh`. Waits for the GPU.
 *
 * Errors: each eigenvalue to about n u ‖A‖₂, u = 2⁻²⁴, like those of `eigh`; √n u ‖A‖₂ is what
 * roundings of random sign amount to, and 1 … 3 u ‖A‖₂ what is seen for n up to 2,048. What `eigh`
 * has and this gives up: the small eigenvalues of a positive definite matrix that is diagonally
 * scaled well, right relative to themselves.
 *
 * @param gpu Device.
 * @param matrices Row-major `n × n` each, of any orders 1 ≤ n ≤ 2,048; only the upper triangle is
 * read.
 * @returns Eigenvalues of each, descending.
 * @throws {ShapeError} Where a matrix is not square, or too large.
 * @throws {InputError} Where an entry is NaN or infinite.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { Gpu } from "../../gpu/device.ts";
 * import { eigvalsh } from "./eigvalsh.ts";
 *
 * using gpu = await Gpu.open();
 * const matrix = { rows: 2, columns: 2, data: Float32Array.of(2, 1, 1, 2) };
 * const [values] = await eigvalsh(gpu, [matrix]);
 * assert.deepEqual([...values].map(Math.round), [3, 1]);
 * ```
 */
export async function eigvalsh(gpu: Gpu, matrices: readonly Matrix[]): Promise<Float32Array[]> {
  const orders = ordersOf(matrices);
  checkFinite(matrices);
  if (matrices.length === 0) return [];
  using batch = new SymmetricBatch(gpu, matrices);
  using reduced = new TridiagonalBatch(gpu, batch);
  using values = new GpuArray(gpu, "eigenvalues", batch.count * batch.rows);
  const commands = new Commands(gpu);
  commands.run(
    ...await bindTridiagonal(gpu, batch, reduced, "float"),
    await bindBisection(gpu, reduced, values),
  );
  commands.submit();
  const words = await values.read();
  return orders.map((n, index) => words.slice(index * batch.rows, index * batch.rows + n));
}
