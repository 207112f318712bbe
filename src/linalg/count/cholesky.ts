/**
 * Bounds on eigenvalues of positive semidefinite matrices, by a diagonally pivoted Cholesky
 * factorisation on the GPU.
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
import { addDown, addUp, ldexpDown, ldexpUp } from "../directed.ts";
import type { EigenvalueCount } from "./eigenvalue_count.ts";
import type { Matrix } from "../matrix.ts";
import { inGroups } from "../pieces.ts";
import { type ScaledMatrix, scaledSingle } from "../scaled_matrix.ts";
import { ordersOf, SymmetricBatch, type SymmetricMatrices } from "./symmetric_batch.ts";
import pivotedSource from "../../../shaders/linalg/include/pivoted.wgsl" with { type: "text" };
import choleskySource from "../../../shaders/linalg/count/cholesky.wgsl" with { type: "text" };

/** Largest order: what a pivot needs lies in workgroup memory. */
const MOST_ORDER = 1024;
/**
 * Invocations per workgroup: on a CPU one vector; on a GPU no more than leave room in 16 KiB of
 * workgroup memory.
 */
const LANES = { cpu: 8, gpu: 64 } as const;

/** Bounds on the eigenvalues of a matrix. */
export interface EigenvalueBounds {
  /**
   * λ_(k+1) ≤ upper[k], infinite where nothing is known. Not in order beyond the first infinite
   * one.
   */
  readonly upper: Float64Array;
  /** λ_(k+1) ≥ lower[k], 0 where nothing is known. */
  readonly lower: Float64Array;
}

/** Memory for the factorisation of a batch of matrices. */
export class CholeskyWork implements Disposable {
  /** Copies of the matrices, 2 rows (rows + 4) bytes each. */
  readonly copies: GpuArray;
  /** Inverses of their factors, 4 rows² bytes each. */
  readonly inverses: GpuArray;
  /** Place and errors of each: eight words, see `cholesky.wgsl`. */
  readonly states: GpuArray;
  /**
   * For each matrix `rows` pairs: upper and lower bound of the eigenvalues, from the largest on.
   */
  readonly bounds: GpuArray;

  /**
   * Allocates the memory.
   *
   * @param gpu Device.
   * @param batch Matrices.
   */
  constructor(gpu: Gpu, batch: SymmetricMatrices) {
    const { count, rows } = batch;
    [this.copies, this.inverses, this.states, this.bounds] = allocateArrays(
      gpu,
      ["copies to factorise", count * rows * (rows + 4) / 2],
      ["inverse factors", count * rows * rows],
      ["Cholesky states", count * 8],
      ["eigenvalue bounds", count * rows * 2],
    );
  }

  /** Frees the memory. */
  [Symbol.dispose](): void {
    for (const array of [this.copies, this.inverses, this.states, this.bounds]) array[Symbol.dispose]();
  }
}

/**
 * Binds bounds on the eigenvalues of all matrices of a batch, from both sides.
 *
 * Proof, with u = 2⁻²⁴ and WGSL's division to 5 u, relative to a scale that is a power of two:
 *
 * - After k pivots M + E = Σ c_j t_j c_jᵀ + S for the computed c, t = fl(1/d) and S, with ‖E‖₂ ≤
 *   β_k = 1.01 u (Σ_j (2 ‖c_j‖² / d_j + ‖S_j‖_F) + 5 max d_j) + 2⁻⁵⁰, all measured;
 *   {@linkcode bindInertia} derives the terms. The sum has rank k, so Weyl's theorem gives
 *   λ_(k+1)(M) ≤ ‖S‖_F + β_k.
 * - The rows of the first k pivots satisfy M_kk + E_kk = N T⁻¹ Nᵀ, N_ij = c_ij t_j, and λ_k(M) ≥
 *   λ_k(M_kk) (Cauchy). The computed rows of Y = N⁻¹ satisfy N Y = I + F. Each step rounds N_ij and
 *   its products with y_j twice, and the difference once: ‖F‖_F ≤ φ = u Σ_j (2 ‖N_j‖ ‖y_j‖ +
 *   ‖Z_j‖_F), measured. So N⁻¹ = Y (I + F)⁻¹, and λ_k(M) ≥ (1 − φ)² / Σ_j t_j ‖y_j‖² − β_k where φ
 *   < 1.
 *
 * The trace makes the lower bound too small by a factor of up to k, and M_kk is not the best block:
 * the bound is proven, but weak. For Kahan's matrices it is worthless. The factors 1.01, 0.99 and
 * 0.999 cover the rounding of the sums.
 *
 * @param gpu Device.
 * @param batch Matrices, of which the lower triangle is read. An indefinite one has true bounds,
 * but weak ones.
 * @param work Room. A matrix that is not finite gets bounds of infinity and 0.
 * @returns The commands, to run one after the other.
 * @throws {ShapeError} Where an order is above 1,024.
 */
export async function bindCholesky(
  gpu: Gpu,
  batch: SymmetricMatrices,
  work: CholeskyWork,
): Promise<Dispatch[]> {
  const { order, rows, count } = batch;
  if (order > MOST_ORDER) {
    throw new ShapeError(
      `a matrix of order ${order} is too large to factorise: use an order of at most ${MOST_ORDER}`,
    );
  }
  const lanes = gpu.software ? LANES.cpu : LANES.gpu;
  const kernel = await gpu.kernel({ name: "cholesky", files: [pivotedSource, choleskySource] }, {
    LANES: lanes,
  });
  return stepsPerDispatch(order, iterationsOf(order, lanes)).map((steps, index) => {
    const shape = gpuStruct(
      gpu,
      "cholesky shape",
      ["u32", rows, rows * (rows + 4) / 2, steps, index === 0 ? 1 : 0, 0],
    );
    const { inverses, copies, states, bounds } = work;
    const arrays = [shape, batch.orders, inverses, batch.matrices, copies, states, bounds];
    return kernel.bind(arrays, [count], 4 * steps * order ** 2 * count);
  });
}

/** Counts the loop iterations of the steps of `cholesky.wgsl`. */
function iterationsOf(order: number, lanes: number): StepIterations {
  const blocks = Math.ceil(order / 4);
  const step = (left: number) => {
    const side = Math.ceil(left / 4), across = Math.ceil((order - left + 1) / 4);
    const look = Math.ceil(side * (side - 1) / 2 / lanes) + Math.ceil(side / lanes);
    const inverse = Math.ceil(left * across / lanes) + 2 * Math.ceil(across / lanes) +
      Math.ceil(left / lanes);
    return look + inverse + Math.ceil(4 * side / lanes) + 2 * Math.log2(lanes) + 16;
  };
  return {
    load: 12 * (Math.ceil(blocks * (blocks + 1) / 2 / lanes) + 1) + Math.ceil(order / lanes),
    step,
    // A dispatch looks once more than it makes steps.
    end: step,
  };
}

/**
 * Bounds the eigenvalues of positive semidefinite matrices. Waits for the GPU.
 *
 * @param gpu Device.
 * @param matrices Square matrices of any orders 1 ≤ n ≤ 1,024, and of any magnitude; only the lower
 * triangle is read. Entries of float64 are rounded to 24 bits, which the bounds cover.
 * @param options Signal to stop.
 * @returns Bounds on the eigenvalues of each. A matrix that is not finite has bounds of infinity
 * and 0.
 * @throws {InputError} Where they are no list of matrices.
 * @throws {ShapeError} Where a matrix is not square or too large, or has another number of entries
 * than its shape says.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { Gpu } from "../../gpu/device.ts";
 * import { boundByCholesky, countBetween } from "./cholesky.ts";
 *
 * using gpu = await Gpu.open();
 * const matrix = { rows: 2, columns: 2, data: Float32Array.of(9, 0, 0, 1) };
 * const [bounds] = await boundByCholesky(gpu, [matrix]);
 * assert.deepEqual(countBetween(bounds, 3), { count: 1, low: 1, high: 1 });
 * ```
 */
export async function boundByCholesky(
  gpu: Gpu,
  matrices: readonly Matrix[],
  options: WorkOptions = {},
): Promise<EigenvalueBounds[]> {
  if (matrices.length === 0) return [];
  const [, order] = extent(ordersOf(matrices));
  return await inGroups(gpu, matrices.map(scaledSingle), order ** 3, (group) => bound(gpu, group, options));
}

async function bound(
  gpu: Gpu,
  scaled: readonly ScaledMatrix[],
  options: WorkOptions,
): Promise<EigenvalueBounds[]> {
  using batch = new SymmetricBatch(gpu, scaled);
  using work = new CholeskyWork(gpu, batch);
  using commands = new PacedCommands(gpu, options);
  await commands.run(await bindCholesky(gpu, batch, work));
  commands.submit();
  const words = await work.bounds.read();
  return scaled.map(({ rows: n, exponent, rounding }, index) => {
    const part = (which: number, unscale: (bound: number) => number) =>
      Float64Array.from({ length: n }, (_, k) => unscale(words[2 * (index * batch.rows + k) + which]));
    return {
      upper: part(0, (bound) => ldexpUp(addUp(bound, rounding), -exponent)),
      lower: part(1, (bound) => ldexpDown(Math.max(0, addDown(bound, -rounding)), -exponent)),
    };
  });
}

/**
 * Counts the eigenvalues above a threshold by their bounds.
 *
 * @param bounds Bounds of all eigenvalues of a matrix.
 * @param epsilon Threshold ε.
 * @returns low, the largest k with a lower bound of λ_k above ε; high, the first k with an upper
 * bound of λ_(k+1) of at most ε, or n; and count, between them, which includes those whose bounds
 * have a geometric mean above ε.
 */
export function countBetween({ upper, lower }: EigenvalueBounds, epsilon: number): EigenvalueCount {
  const first = upper.findIndex((bound) => bound <= epsilon);
  const high = first < 0 ? upper.length : first;
  const low = epsilon < 0 ? 0 : lower.findLastIndex((bound) => bound > epsilon) + 1;
  let count = low;
  while (count < high && Math.sqrt(upper[count]) * Math.sqrt(lower[count]) > epsilon) count++;
  return { count, low, high };
}
