/**
 * Eigenvalues of symmetric matrices.
 *
 * @module
 */
import { GpuArray } from "../../gpu/array.ts";
import { checkKeys } from "../../check.ts";
import type { Gpu } from "../../gpu/device.ts";
import { PacedCommands, type WorkOptions } from "../../gpu/paced_commands.ts";
import { extent } from "../../stats/extent.ts";
import { bindBisection } from "../count/sturm.ts";
import { checkFinite, ordersOf, SymmetricBatch } from "../count/symmetric_batch.ts";
import type { Matrix } from "../matrix.ts";
import { inGroups } from "../pieces.ts";
import { ldexp } from "../rounding.ts";
import { type ScaledMatrix, scaledSingle } from "../scaled_matrix.ts";
import { symmetricMatrix } from "../symmetric_matrix.ts";
import { bindTridiagonal, TridiagonalBatch } from "../count/tridiagonal.ts";

/**
 * Computes the eigenvalues alone of a batch of symmetric matrices, in single precision, like
 * `numpy.linalg.eigvalsh`. It takes the way of tridiagonal forms and bisection, many times faster
 * than `eigh`. Waits for the GPU.
 *
 * Errors: each eigenvalue to about n u ‖A‖₂, u = 2⁻²⁴, like those of `eigh`. Roundings of random
 * sign amount to √n u ‖A‖₂, and measured errors are 1 … 3 u ‖A‖₂ for n up to 2,048. `eigh` also
 * gives the small eigenvalues of a positive definite matrix with a good diagonal scaling right
 * relative to themselves; this function does not. Matrices are scaled by powers of two, so this
 * holds for entries of any magnitude.
 *
 * @param gpu Device.
 * @param matrices Symmetric matrices of any orders 1 ≤ n ≤ 2,048. The lower triangle counts; the
 * upper one may differ from it as rounding makes it differ, by 2⁻¹³ √|a_ii a_jj|. Entries of
 * float64 are rounded to 24 bits.
 * @param options Signal to stop.
 * @returns Eigenvalues of each, descending. One beyond float64 is infinite.
 * @throws {ShapeError} Where a matrix is not square, too large, or has another number of entries
 * than its shape says.
 * @throws {InputError} Where they are no list of matrices, a matrix is not symmetric, or an entry
 * is NaN or infinite.
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
export async function eigvalsh(
  gpu: Gpu,
  matrices: readonly Matrix[],
  options: WorkOptions = {},
): Promise<Float64Array[]> {
  checkKeys("options of eigvalsh", options, ["signal"]);
  const orders = ordersOf(matrices);
  checkFinite(matrices);
  if (matrices.length === 0) return [];
  const scaled = matrices.map(symmetricMatrix).map(scaledSingle);
  const [, order] = extent(orders);
  return await inGroups(gpu, scaled, order ** 3, (group) => solve(gpu, group, options));
}

async function solve(
  gpu: Gpu,
  scaled: readonly ScaledMatrix[],
  options: WorkOptions,
): Promise<Float64Array[]> {
  using batch = new SymmetricBatch(gpu, scaled);
  using reduced = new TridiagonalBatch(gpu, batch);
  using values = new GpuArray(gpu, "eigenvalues", batch.count * batch.rows);
  using commands = new PacedCommands(gpu, options);
  await commands.run(await bindTridiagonal(gpu, batch, reduced, "float"));
  await commands.run([await bindBisection(gpu, reduced, values)]);
  commands.submit();
  const words = await values.read();
  return scaled.map(({ rows: n }, index) => {
    const own = words.subarray(index * batch.rows, index * batch.rows + n);
    return Float64Array.from(own, (value) => ldexp(value, -scaled[index].exponent));
  });
}
