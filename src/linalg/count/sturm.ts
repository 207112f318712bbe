/**
 * Eigenvalues of symmetric matrices counted, and found, by Sturm sequences of their tridiagonal forms on the GPU.
 *
 * @module
 */
import { allocateArrays, type GpuArray } from "../../gpu/array.ts";
import { Commands } from "../../gpu/commands.ts";
import type { Gpu } from "../../gpu/device.ts";
import type { Dispatch } from "../../gpu/kernel.ts";
import { type GpuStruct, gpuStruct } from "../../gpu/struct.ts";
import { selfTestDoubleSingle } from "../double_single/double_single_self_test.ts";
import { countsIn, type EigenvalueCount, type ShiftedCount, thresholdsOf } from "./eigenvalue_count.ts";
import { SymmetricBatch } from "./symmetric_batch.ts";
import { bindSturmDoubleSingle } from "./sturm_double_single.ts";
import { bindTridiagonal, TridiagonalBatch } from "./tridiagonal.ts";
import { bindTridiagonalDoubleSingle } from "./tridiagonal_double_single.ts";
import sturmSource from "../../../shaders/linalg/count/sturm.wgsl" with { type: "text" };

/** Invocations a workgroup of `sturm.wgsl`. */
const WORKGROUP = 64;
/** Words of one record: three shifts and their error, three counts and a rest. */
const RECORD_WORDS = 8;

/** Thresholds of a batch of matrices, and what was counted at them. */
export class SturmWork implements Disposable {
  /** Thresholds a matrix. */
  readonly thresholds: number;
  /** Thresholds ε, those of one matrix beside each other. */
  readonly epsilons: GpuArray;
  /** What was counted: eight words a threshold. */
  readonly results: GpuArray;

  /**
   * Allocates it.
   *
   * @param gpu Device.
   * @param count Number of matrices.
   * @param thresholds Thresholds a matrix, one at least.
   */
  constructor(gpu: Gpu, count: number, thresholds: number) {
    this.thresholds = thresholds;
    [this.epsilons, this.results] = allocateArrays(
      gpu,
      ["thresholds", count * thresholds],
      ["Sturm counts", count * thresholds * RECORD_WORDS],
    );
  }

  /** Frees the memory. */
  [Symbol.dispose](): void {
    this.epsilons[Symbol.dispose]();
    this.results[Symbol.dispose]();
  }
}

/**
 * Counts the eigenvalues of all matrices of a batch above all thresholds: at each ε itself and at ε ± δ.
 *
 * What is proven. The recurrence as rounded is exact for a T with other e: take the factors 1 + δ of both differences out
 * of q, which leaves its sign, and the quotient carries three roundings of its own, WGSL's division counting 5 u, and three
 * of those factors: 10 u on e² at most, 5 u on e, and so 10 u max|e| in norm. A compiler that takes s off last instead rounds
 * d − e²/q first, and perturbs d by u as well. With what the tridiagonal form is off, δ₁, the counts are those of a matrix
 * within δ = δ₁ + u (10 max|e| + max|d|) + 2⁻⁵⁰ (relative to the largest entry) of M, and Weyl's theorem gives the interval.
 *
 * @param gpu Device.
 * @param batch Tridiagonal forms.
 * @param work Thresholds, which may be written by the GPU before, and room for the counts.
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
  );
}

/**
 * Finds all eigenvalues of all matrices of a batch by bisection. Those of T are found to u (10 max|e| + max|d|) and their
 * own rounding; those of M are as far off as the tridiagonal form.
 *
 * @param gpu Device.
 * @param batch Tridiagonal forms.
 * @param eigenvalues Where they go: `rows` for each matrix, descending, NaN for a matrix that was not finite.
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
  );
}

function shapeOf(gpu: Gpu, batch: TridiagonalBatch, thresholds: number): GpuStruct {
  return gpuStruct(gpu, "sturm shape", ["u32", batch.rows, thresholds, batch.count, 0]);
}

/**
 * Reads the counts. Waits for the GPU.
 *
 * @param work Where {@linkcode bindSturm} left the counts.
 * @param orders Orders of the matrices.
 * @param epsilons Thresholds of each matrix, as they are meant; those on the GPU may be rounded.
 * @returns A count for each threshold of each matrix. A matrix or threshold that is not finite counts 0 in [0, n].
 */
export async function readSturm(
  work: SturmWork,
  orders: readonly number[],
  epsilons: readonly (readonly number[])[],
): Promise<EigenvalueCount[][]> {
  const words = await work.results.readUint32();
  const floats = new Float32Array(words.buffer, words.byteOffset, words.length);
  return orders.map((order, index) => {
    const first = index * work.thresholds * RECORD_WORDS;
    const known = Array.from({ length: 3 * work.thresholds }, (_, k): ShiftedCount => {
      const at = first + Math.floor(k / 3) * RECORD_WORDS, which = k % 3;
      return { shift: floats[at + which], bound: floats[at + 3], count: words[at + 4 + which] };
    });
    return countsIn(known, order, epsilons[index]);
  });
}

/**
 * Counts the eigenvalues of symmetric matrices given by the host above thresholds. Waits for the GPU.
 *
 * @param gpu Device.
 * @param matrices Row-major `n × n` each, symmetric, of any orders 1 ≤ n ≤ 2,048.
 * @param epsilons Thresholds of each matrix, as many for each.
 * @param precision `single`: certain of little below 10⁻⁵ λ₁. `double`: in double-single arithmetic, for orders up to 512,
 * which takes three times as long and is certain down to some 10⁻¹¹ λ₁. Default: `single`.
 * @returns A certified count for each threshold of each matrix.
 * @throws {ShapeError} Where a matrix is not square or too large, or has more or fewer thresholds than the first.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { Gpu } from "../../gpu/device.ts";
 * import { countBySturm } from "./sturm.ts";
 *
 * using gpu = await Gpu.open();
 * const [counts] = await countBySturm(gpu, [Float32Array.of(2, 1, 1, 2)], [[2, 0.5]]);
 * assert.deepEqual(counts, [{ count: 1, low: 1, high: 1 }, { count: 2, low: 2, high: 2 }]);
 * ```
 */
export async function countBySturm(
  gpu: Gpu,
  matrices: readonly Float32Array[],
  epsilons: readonly (readonly number[])[],
  precision: "single" | "double" = "single",
): Promise<EigenvalueCount[][]> {
  if (matrices.length === 0) return [];
  const thresholds = thresholdsOf(matrices, epsilons);
  if (thresholds === 0) return matrices.map(() => []);
  const { form } = await selfTestDoubleSingle(gpu);
  using batch = new SymmetricBatch(gpu, matrices);
  const double = precision === "double";
  using reduced = new TridiagonalBatch(gpu, batch, double ? 2 : 1);
  using work = new SturmWork(gpu, batch.count, thresholds);
  work.epsilons.write(Float32Array.from(epsilons.flat()));
  const commands = new Commands(gpu);
  commands.run(
    ...await (double ? bindTridiagonalDoubleSingle : bindTridiagonal)(gpu, batch, reduced, form),
    await (double ? bindSturmDoubleSingle(gpu, reduced, work, form) : bindSturm(gpu, reduced, work)),
  );
  commands.submit();
  return await readSturm(work, matrices.map(({ length }) => Math.sqrt(length)), epsilons);
}
