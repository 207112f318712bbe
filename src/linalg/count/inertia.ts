/**
 * Numbers of eigenvalues above thresholds, by the inertia of M − εI on the GPU.
 *
 * @module
 */
import { ShapeError } from "../../errors.ts";
import { allocateArrays, type GpuArray } from "../../gpu/array.ts";
import type { Gpu } from "../../gpu/device.ts";
import { PacedCommands, type WorkOptions } from "../../gpu/paced_commands.ts";
import type { Dispatch } from "../../gpu/kernel.ts";
import { gpuStruct } from "../../gpu/struct.ts";
import { extent } from "../../stats/extent.ts";
import { type StepIterations, stepsPerDispatch } from "../iterations.ts";
import type { Matrix } from "../matrix.ts";
import { inGroups } from "../pieces.ts";
import { U } from "../rounding.ts";
import {
  type CountedMatrix,
  countsIn,
  type EigenvalueCount,
  type ShiftedCount,
  thresholdsOf,
} from "./eigenvalue_count.ts";
import { type ScaledMatrix, scaledSingle, scaledThresholds } from "../scaled_matrix.ts";
import { SymmetricBatch, type SymmetricMatrices } from "./symmetric_batch.ts";
import pivotedSource from "../../../shaders/linalg/include/pivoted.wgsl" with { type: "text" };
import inertiaSource from "../../../shaders/linalg/count/inertia.wgsl" with { type: "text" };

/** Largest order: the columns of a pivot lie in workgroup memory. */
const MOST_ORDER = 1024;
/** 32-bit words of one result, see `inertia.wgsl`. */
const RESULT_WORDS = 8;
/** Counts per threshold: at ε, where it was needed; at ε + margin; at ε − margin. */
const COUNTS = 3;

/**
 * Thresholds of a batch of matrices, and memory to count at them: 4 rows (rows + 4) bytes for each
 * threshold of a matrix, 17 KiB for n = 64, 1 MiB for n = 512.
 */
export class InertiaWork implements Disposable {
  /** Thresholds per matrix. */
  readonly thresholds: number;
  /** For each threshold ε and the margin to start with, those of one matrix beside each other. */
  readonly epsilons: GpuArray;
  /** Copies of the matrices: two per threshold, 2 rows (rows + 4) bytes each. */
  readonly copies: GpuArray;
  /** The counts, three records of eight words per threshold. */
  readonly results: GpuArray;

  /**
   * Allocates the memory.
   *
   * @param gpu Device.
   * @param batch Matrices.
   * @param thresholds Thresholds per matrix, one at least.
   * @throws {ShapeError} Where the adapter does not allow so many copies.
   */
  constructor(gpu: Gpu, batch: SymmetricMatrices, thresholds: number) {
    const count = batch.count * thresholds;
    this.thresholds = thresholds;
    [this.copies, this.epsilons, this.results] = allocateArrays(
      gpu,
      ["copies for their inertia", 2 * count * copyWords(batch.rows)],
      ["thresholds", 2 * count],
      ["inertia", count * COUNTS * RESULT_WORDS],
    );
  }

  /** Frees the memory. */
  [Symbol.dispose](): void {
    for (const array of [this.epsilons, this.copies, this.results]) array[Symbol.dispose]();
  }
}

/** Counts the words of a triangle in blocks of 4 × 4. */
function copyWords(rows: number): number {
  return rows * (rows + 4) / 2;
}

/**
 * Binds counts of the eigenvalues of all matrices of a batch above all thresholds: at ε ± the
 * margin to start with. Where that leaves a doubt, it counts at ε itself, which also measures the
 * error, and at ε ± 5/4 of that error.
 *
 * Proof. With P (M − sI) Pᵀ + E = L D Lᵀ exactly, for the computed D and an L that exists,
 * Sylvester's law makes the number of positive pivots the number of eigenvalues of M + E above s (E
 * permuted back). Let u = 2⁻²⁴, and let WGSL's division be within 2½ units in the last place, 5 u.
 * All is relative to the scaled matrix, whose scale is a power of two.
 *
 * - M − sI rounds once: u ‖A₀‖_F.
 * - A 1 × 1 pivot d and its column x. Take D = t = fl(1/d) and, for the column of L, x below 1/t.
 *   Then the column is met exactly, and the pivot to 5 u |d|. The remainder a − (t x_i) x_j takes
 *   two roundings in the product and one in the difference: 2u ‖x‖² / |d| + u ‖A_k‖_F.
 * - A 2 × 2 pivot, largest entry b, diagonal entries below α |b|. Take D = t [c −1; −1 a] for the
 *   computed t, c and a, and [x y] below D⁻¹. Entries of D⁻¹ have relative errors of 8 u off the
 *   diagonal and 13 u on it, 16 u |b| in norm. Products p x_j and q y_j take at most five
 *   roundings, ‖|D|‖₂ ≤ 2.8 / |b|, and the differences two: 14 u (‖x‖² + ‖y‖²) / |b| + 2u ‖A_k‖_F.
 *   D has one positive and one negative eigenvalue: |a|, |c| < 0.65.
 * - The errors at the pivots are blocks of one diagonal, so their norm is the largest of them. The
 *   others add up.
 * - If nothing above 2⁻⁵⁰ remains, it counts as zero and its norm as error; 2⁻⁵⁰ makes up for
 *   underflow.
 *
 * The kernel measures all of these norms. The factor 1.01 covers terms in u² and the rounding of
 * the sums: no lane adds more than about a thousand terms. For positive semidefinite M and small ε
 * the sum is about u (2 tr M + Σ_k ‖A_k‖_F), whatever n.
 *
 * @param gpu Device.
 * @param batch Matrices, of which the lower triangle is read.
 * @param work Thresholds and room. They may be written by the GPU before.
 * @returns The commands, to run one after the other.
 * @throws {ShapeError} Where an order is above 1,024.
 */
export async function bindInertia(
  gpu: Gpu,
  batch: SymmetricMatrices,
  work: InertiaWork,
): Promise<Dispatch[]> {
  if (batch.order > MOST_ORDER) {
    throw new ShapeError(
      `a matrix of order ${batch.order} is too large for its inertia: use an order of at most ${MOST_ORDER}`,
    );
  }
  const lanes = inertiaLanes(gpu, batch.order);
  const kernel = await gpu.kernel({ name: "inertia", files: [pivotedSource, inertiaSource] }, {
    LANES: lanes,
  });
  const dispatches: Dispatch[] = [];
  for (const stage of [0, 1, 2]) {
    const sides = stage === 1 ? 1 : 2;
    stepsPerDispatch(batch.order, iterationsOf(batch.order, lanes)).forEach((steps, index) => {
      const shape = gpuStruct(
        gpu,
        "inertia shape",
        ["u32", batch.rows, copyWords(batch.rows), stage, steps, index === 0 ? 1 : 0, 0],
      );
      dispatches.push(kernel.bind(
        [shape, batch.orders, work.epsilons, batch.matrices, work.copies, work.results],
        [batch.count, work.thresholds, sides],
        2 * steps * batch.order ** 2 * batch.count * work.thresholds * sides,
      ));
    });
  }
  return dispatches;
}

/**
 * Chooses the lanes: on a CPU one vector, which no barrier interrupts; on a GPU as many as the
 * order can feed.
 */
function inertiaLanes(gpu: Gpu, order: number): number {
  if (gpu.software) return 8;
  return order <= 64 ? 32 : Math.min(256, gpu.limits.maxComputeInvocationsPerWorkgroup);
}

/**
 * Counts the loop iterations of the steps of `inertia.wgsl`. The search for a 2 × 2 pivot counts,
 * whether there is one or not.
 */
function iterationsOf(order: number, lanes: number): StepIterations {
  const blocks = Math.ceil(order / 4);
  const step = (left: number) => {
    const side = Math.ceil(left / 4);
    const sweep = Math.ceil(side * (side - 1) / 2 / lanes) + Math.ceil(side / lanes);
    return sweep + Math.ceil(4 * side / lanes) + Math.log2(lanes) + 24;
  };
  return {
    load: 12 * (Math.ceil(blocks * (blocks + 1) / 2 / lanes) + 1),
    step,
    // A dispatch looks once more than it makes steps.
    end: step,
  };
}

/**
 * Estimates a margin to start with: above the error that a semidefinite matrix is likely to have,
 * and at least a 64th of |ε|, which costs little certainty and covers much. With pivots d_k of M −
 * εI, all positive, the terms of the error are 2 tr M, 5 d_1 and the norms of what remains, which
 * fall as the spectrum does: about 2 + 0.7 r times ‖M‖_F for the r = (tr M)² / ‖M‖_F² eigenvalues
 * that count. Measured for families of semidefinite matrices and small ε, the error is 0.5 to 1.1
 * of that sum.
 *
 * @param matrix Matrix of order n.
 * @returns The margin at a threshold.
 */
function likelyMargin({ rows: n, data: matrix }: Matrix): (epsilon: number) => number {
  let squares = 0, trace = 0, largest = 0;
  for (let i = 0, e = 0; i < n; i++) {
    for (const end = e + i; e < end; e++) squares += 2 * matrix[e] ** 2;
    squares += matrix[e] ** 2;
    trace += Math.abs(matrix[e]);
    largest = Math.max(largest, Math.abs(matrix[e]));
    e += n - i;
  }
  const norm = Math.sqrt(squares);
  const bound = 1.25 * U * (2 * trace + 5 * largest + 2 * norm + 0.7 * trace ** 2 / (norm || 1));
  return (epsilon) => Math.max(Math.abs(epsilon) / 64, bound);
}

/**
 * Reads the counts. Waits for the GPU.
 *
 * @param batch The matrices.
 * @param work The memory where {@linkcode bindInertia} left the counts.
 * @param matrices Orders of the matrices, and how they were scaled.
 * @param epsilons Thresholds of each matrix as the caller gave them; those on the GPU may be
 * rounded.
 * @returns A count for each threshold of each matrix. A matrix or threshold that is not finite
 * counts 0 in [0, n].
 */
export async function readInertia(
  batch: SymmetricMatrices,
  work: InertiaWork,
  matrices: readonly CountedMatrix[],
  epsilons: readonly (readonly number[])[],
): Promise<EigenvalueCount[][]> {
  const words = await work.results.readUint32();
  const floats = new Float32Array(words.buffer, words.byteOffset, words.length);
  return Array.from({ length: batch.count }, (_, index) => {
    const perMatrix = COUNTS * work.thresholds;
    const known = Array.from({ length: perMatrix }, (_, k): ShiftedCount => {
      const at = (index * perMatrix + k) * RESULT_WORDS;
      return { shift: floats[at], bound: floats[at + 1], count: words[at + 2] };
    });
    return countsIn(known, matrices[index], epsilons[index]);
  });
}

/**
 * Counts the eigenvalues of symmetric matrices above thresholds. Waits for the GPU.
 *
 * @param gpu Device.
 * @param matrices Symmetric matrices of any orders 1 ≤ n ≤ 1,024, and of any magnitude; only the
 * lower triangle is read. Entries of float64 are rounded to 24 bits, which the intervals cover.
 * @param epsilons Thresholds of each matrix, as many for each.
 * @param options Signal to stop.
 * @returns A certified count for each threshold of each matrix; 0 in [0, n] where a matrix is not
 * finite.
 * @throws {InputError} Where they are no list of matrices.
 * @throws {ShapeError} Where a matrix is not square or too large, has another number of entries
 * than its shape says, or has more or fewer thresholds than the first.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { Gpu } from "../../gpu/device.ts";
 * import { countByInertia } from "./inertia.ts";
 *
 * using gpu = await Gpu.open();
 * const matrix = { rows: 2, columns: 2, data: Float32Array.of(2, 1, 1, 2) };
 * const [counts] = await countByInertia(gpu, [matrix], [[2, 0.5]]);
 * assert.deepEqual(counts, [{ count: 1, low: 1, high: 1 }, { count: 2, low: 2, high: 2 }]);
 * ```
 */
export async function countByInertia(
  gpu: Gpu,
  matrices: readonly Matrix[],
  epsilons: readonly (readonly number[])[],
  options: WorkOptions = {},
): Promise<EigenvalueCount[][]> {
  if (matrices.length === 0) return [];
  const thresholds = thresholdsOf(matrices, epsilons);
  if (thresholds === 0) return matrices.map(() => []);
  const all = matrices.map((matrix, index) => ({ matrix: scaledSingle(matrix), epsilons: epsilons[index] }));
  const [, order] = extent(matrices.map(({ rows }) => rows)), operations = thresholds * order ** 3;
  return await inGroups(gpu, all, operations, (group) => count(gpu, group, options));
}

async function count(
  gpu: Gpu,
  group: readonly { readonly matrix: ScaledMatrix; readonly epsilons: readonly number[] }[],
  options: WorkOptions,
): Promise<EigenvalueCount[][]> {
  const scaled = group.map(({ matrix }) => matrix), epsilons = group.map((each) => each.epsilons);
  const thresholds = epsilons[0].length;
  using batch = new SymmetricBatch(gpu, scaled);
  using work = new InertiaWork(gpu, batch, thresholds);
  work.epsilons.write(Float32Array.from(
    scaled.flatMap((matrix, index) => {
      const margin = likelyMargin(matrix);
      return scaledThresholds(epsilons[index], matrix).flatMap((epsilon) => [epsilon, margin(epsilon)]);
    }),
  ));
  using commands = new PacedCommands(gpu, options);
  await commands.run(await bindInertia(gpu, batch, work));
  commands.submit();
  return await readInertia(batch, work, scaled, epsilons);
}
