/**
 * Eigenvalues of symmetric matrices, counted and found by Sturm sequences of their tridiagonal
 * forms on the GPU.
 *
 * @module
 */
import { checkKeys, checkName } from "../../check.ts";
import type { GpuArray } from "../../gpu/array.ts";
import type { Gpu } from "../../gpu/device.ts";
import { PacedCommands, type WorkOptions } from "../../gpu/paced_commands.ts";
import type { Dispatch } from "../../gpu/kernel.ts";
import { type GpuStruct, gpuStruct } from "../../gpu/struct.ts";
import { extent } from "../../stats/extent.ts";
import { selfTestDoubleSingle } from "../double_single/double_single_self_test.ts";
import { type EigenvalueCount, thresholdsOf } from "./eigenvalue_count.ts";
import { type Matrix, type PrecisionName, precisionNames } from "../matrix.ts";
import { type ScaledMatrix, scaledSingle, scaledThresholds } from "../scaled_matrix.ts";
import { inGroups } from "../pieces.ts";
import { SymmetricBatch } from "./symmetric_batch.ts";
import { readSturm, SturmWork } from "./sturm_work.ts";
import { bindSturmDoubleSingle } from "./sturm_double_single.ts";
import { bindTridiagonal, TridiagonalBatch } from "./tridiagonal.ts";
import { bindTridiagonalDoubleSingle } from "./tridiagonal_double_single.ts";
import sturmSource from "../../../shaders/linalg/count/sturm.wgsl" with { type: "text" };

/** Invocations per workgroup of `sturm.wgsl`. */
const WORKGROUP = 64;
/**
 * Binds counts of the eigenvalues of all matrices of a batch above all thresholds: at each ε itself
 * and at ε ± δ.
 *
 * Proof. The recurrence as rounded is exact for a T with other e. Take the factors 1 + δ of both
 * differences out of q, which leaves its sign. The quotient carries three roundings of its own,
 * with 5 u for WGSL's division, and three of those factors: at most 10 u on e², 5 u on e, and so 10
 * u max|e| in norm. A compiler that takes s off last rounds d − e²/q first, and perturbs d by u as
 * well. With the error δ₁ of the tridiagonal form, the counts are those of a matrix within δ = δ₁ +
 * u (10 max|e| + max|d|) + 2⁻⁵⁰ (relative to the largest entry) of M, and Weyl's theorem gives the
 * interval.
 *
 * @param gpu Device.
 * @param batch Tridiagonal forms.
 * @param work Thresholds, which the GPU may have written before, and memory for the counts.
 * @returns The command.
 */
export async function bindSturm(gpu: Gpu, batch: TridiagonalBatch, work: SturmWork): Promise<Dispatch> {
  const kernel = await gpu.kernel({ name: "sturm", files: [sturmSource] });
  return kernel.bind(
    [
      shapeOf(gpu, batch, work.thresholds),
      batch.orders,
      batch.entries,
      batch.states,
      work.epsilons,
      work.results,
    ],
    [Math.ceil(batch.count * work.thresholds / WORKGROUP)],
    30 * batch.count * work.thresholds * batch.rows,
  );
}

/**
 * Binds a search for all eigenvalues of all matrices of a batch by bisection. It finds those of T
 * to u (10 max|e| + max|d|) and their own rounding; those of M differ from them by the error of the
 * tridiagonal form.
 *
 * @param gpu Device.
 * @param batch Tridiagonal forms.
 * @param eigenvalues Receives them: `rows` for each matrix, descending, NaN for a matrix that was
 * not finite.
 * @returns The command.
 */
export async function bindBisection(
  gpu: Gpu,
  batch: TridiagonalBatch,
  eigenvalues: GpuArray,
): Promise<Dispatch> {
  const kernel = await gpu.kernel({ name: "sturm", files: [sturmSource], entryPoint: "bisect" });
  return kernel.bind(
    [shapeOf(gpu, batch, 0), batch.orders, batch.entries, batch.states, eigenvalues],
    [Math.ceil(batch.count * batch.rows / WORKGROUP)],
    300 * batch.count * batch.rows ** 2,
  );
}

function shapeOf(gpu: Gpu, batch: TridiagonalBatch, thresholds: number): GpuStruct {
  return gpuStruct(gpu, "sturm shape", ["u32", batch.rows, thresholds, batch.count, 0]);
}

/** Options of {@linkcode countBySturm}. */
export interface SturmOptions extends WorkOptions {
  /**
   * Arithmetic. `single` proves little below 10⁻⁵ λ₁. `double`, double-single arithmetic for orders
   * up to 512, takes three times as long and proves counts down to about 10⁻¹¹ λ₁. Default:
   * `single`.
   */
  readonly precision?: PrecisionName;
}

/**
 * Counts the eigenvalues of symmetric matrices above thresholds. Waits for the GPU.
 *
 * @param gpu Device.
 * @param matrices Symmetric matrices of any orders 1 ≤ n ≤ 2,048, or 512 in double precision, and
 * of any magnitude. Entries of float64 are rounded to 24 bits, which the intervals cover.
 * @param epsilons Thresholds of each matrix, as many for each.
 * @param options Precision.
 * @returns A certified count for each threshold of each matrix; 0 in [0, n] where a matrix is not
 * finite.
 * @throws {InputError} Where they are no list of matrices, or an option or precision does not
 * exist.
 * @throws {ShapeError} Where a matrix is not square or too large, has another number of entries
 * than its shape says, or has more or fewer thresholds than the first.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { Gpu } from "../../gpu/device.ts";
 * import { countBySturm } from "./sturm.ts";
 *
 * using gpu = await Gpu.open();
 * const matrix = { rows: 2, columns: 2, data: Float32Array.of(2, 1, 1, 2) };
 * const [counts] = await countBySturm(gpu, [matrix], [[2, 0.5]]);
 * assert.deepEqual(counts, [{ count: 1, low: 1, high: 1 }, { count: 2, low: 2, high: 2 }]);
 * ```
 */
export async function countBySturm(
  gpu: Gpu,
  matrices: readonly Matrix[],
  epsilons: readonly (readonly number[])[],
  options: SturmOptions = {},
): Promise<EigenvalueCount[][]> {
  checkKeys("options of countBySturm", options, ["precision", "signal"]);
  const { precision = "single", signal } = options;
  checkName("precision", precision, precisionNames);
  if (matrices.length === 0) return [];
  const thresholds = thresholdsOf(matrices, epsilons);
  if (thresholds === 0) return matrices.map(() => []);
  const all = matrices.map((matrix, index) => ({ matrix: scaledSingle(matrix), epsilons: epsilons[index] }));
  const [, order] = extent(matrices.map(({ rows }) => rows));
  const operations = (precision === "double" ? 20 : 1) * order ** 3;
  return await inGroups(gpu, all, operations, (group) => count(gpu, group, { precision, signal }));
}

async function count(
  gpu: Gpu,
  group: readonly { readonly matrix: ScaledMatrix; readonly epsilons: readonly number[] }[],
  { precision, signal }: SturmOptions,
): Promise<EigenvalueCount[][]> {
  const scaled = group.map(({ matrix }) => matrix), epsilons = group.map((each) => each.epsilons);
  const thresholds = epsilons[0].length;
  const { form } = await selfTestDoubleSingle(gpu);
  using batch = new SymmetricBatch(gpu, scaled);
  const double = precision === "double";
  using reduced = new TridiagonalBatch(gpu, batch, double ? 2 : 1);
  using work = new SturmWork(gpu, batch.count, thresholds);
  work.epsilons.write(
    Float32Array.from(scaled.flatMap((matrix, index) => scaledThresholds(epsilons[index], matrix))),
  );
  using commands = new PacedCommands(gpu, { signal });
  await commands.run(
    await (double ? bindTridiagonalDoubleSingle : bindTridiagonal)(gpu, batch, reduced, form),
  );
  await commands.run([
    await (double ? bindSturmDoubleSingle(gpu, reduced, work, form) : bindSturm(gpu, reduced, work)),
  ]);
  commands.submit();
  return await readSturm(work, scaled, epsilons);
}
