/**
 * Tridiagonal forms of symmetric matrices, by Householder reflections on the GPU.
 *
 * @module
 */
import { ShapeError } from "../../errors.ts";
import { allocateArrays, type GpuArray } from "../../gpu/array.ts";
import type { Gpu } from "../../gpu/device.ts";
import type { Dispatch } from "../../gpu/kernel.ts";
import { gpuStruct } from "../../gpu/struct.ts";
import { doubleSingleFiles, type DoubleSingleForm } from "../double_single/double_single.ts";
import { type StepIterations, stepsPerDispatch } from "../iterations.ts";
import type { SymmetricMatrices } from "./symmetric_batch.ts";
import tridiagonalSource from "../../../shaders/linalg/count/tridiagonal.wgsl" with { type: "text" };
import frameSource from "../../../shaders/linalg/include/tridiagonal_frame.wgsl" with { type: "text" };

/**
 * Largest order: three vectors of that length lie in workgroup memory. A quarter of it where that
 * memory is small.
 */
const MOST_ORDER = 2048, LARGE_MEMORY = 30_000;
/** Blocks of 4 rows in one sum, as in `tridiagonal.wgsl`. */
const GROUP = 8;

/** Tridiagonal matrices T = QᵀMQ in GPU memory, scaled, with bounds on the error of making them. */
export class TridiagonalBatch implements Disposable {
  /** Number of matrices. */
  readonly count: number;
  /** Rows that each matrix has room for. */
  readonly rows: number;
  /** Largest order. */
  readonly order: number;
  /** Order of each matrix; shared with the batch it was made for. */
  readonly orders: GpuArray;
  /**
   * For each matrix `rows` pairs of numbers: the diagonal, and what lies beside it. Both times the
   * scale in `states`.
   */
  readonly entries: GpuArray;
  /**
   * For each matrix four words: rows left, scale, error so far, and the bound for M itself; see
   * `tridiagonal.wgsl`.
   */
  readonly states: GpuArray;
  /** Copies of the matrices, to work on. */
  readonly copies: GpuArray;

  /**
   * Allocates room for the tridiagonal forms of a batch.
   *
   * @param gpu Device.
   * @param batch Matrices.
   * @param words Words per number: 1 for single precision, 2 for double-single. Default: 1.
   */
  constructor(gpu: Gpu, batch: SymmetricMatrices, words: 1 | 2 = 1) {
    ({ count: this.count, rows: this.rows, order: this.order, orders: this.orders } = batch);
    [this.entries, this.states, this.copies] = allocateArrays(
      gpu,
      ["tridiagonal matrices", this.count * this.rows * 2 * words],
      ["tridiagonal states", this.count * 4],
      ["copies to tridiagonalise", this.count * this.rows ** 2 * words],
    );
  }

  /** Frees the memory, except for the orders. */
  [Symbol.dispose](): void {
    for (const array of [this.entries, this.states, this.copies]) array[Symbol.dispose]();
  }
}

/**
 * Binds the reduction of all matrices of a batch to tridiagonal form.
 *
 * The error. T is, up to rounding of its eigenvalues, orthogonally similar to M + E with
 *
 *     ‖E‖₂ ≤ 1.01 u Σ_k (23 ‖B_k‖_F + 27 ‖g_k‖ / ‖u_k‖ + 6 ‖x_k‖) + 2⁻³⁶ + n 2⁻¹²⁶,
 *
 * u = 2⁻²⁴ and 2⁻³⁶ relative to the largest entry, over the rows x_k that leave and the blocks B_k
 * that remain; all three norms are measured. For one step let H = I − τ̃ u uᵀ, τ̃ = 2 / uᵀu exactly
 * for the *computed* u (Wilkinson 1965, ch. 5), γ = ‖g‖ / ‖u‖, and ω = ‖u‖ ‖w‖. Double-single sums
 * and quotients (xᵀx, uᵀu, uᵀg, c, τ) are good to 1.1 u when rounded. Then
 *
 * - α and the last entry of u round, so that Hx is off α e by at most 5.5 u ‖x‖: with α̂ = x − u in
 *   that entry, Hx − α̂ e = (α̂² − ‖x‖²) u / ‖u‖², and ‖u‖² ≥ 2 ‖x‖².
 * - g = B u: a product and three sums within four rows, another sum where rows were shared out, and
 *   the result, since sums of these carry their rounding along: 5 u ‖B‖_F ‖u‖ + u ‖g‖. The exact w
 *   for a g that is off by δ is off by at most τ̃ ‖δ‖, and uwᵀ + wuᵀ by 4 ‖δ‖ / ‖u‖: 20.4 u ‖B‖_F +
 *   4 u γ.
 * - w = τ (g − c u) with c and τ: 8.4 u |c| + 6.2 u ω + 0.4 u γ, twice ‖u‖ times.
 * - B − uwᵀ − wuᵀ rounds two products and two differences: 2.1 u ‖B‖_F + 4 u ω. It is symmetric to
 *   the bit.
 *
 * As c² + ω²/4 = γ², 8.4 |c| + 10.2 ω ≤ 22.1 γ. Orthogonal similarity keeps norms, so steps add up.
 * The norms of the blocks fall with the spectrum, so a matrix of fast decay is reduced with small
 * errors, whatever n: Gram matrices of features with 5·10⁻⁶ λ₁. A row whose squares sum to less
 * than 2⁻⁶⁴ counts as zero, and its norm as error.
 *
 * Measured, T is off by 1 … 3 u ‖M‖₂ for n up to 2,048: signs of roundings cancel. WGSL does not
 * ask for rounding to nearest, and a compiler may rearrange sums. Where the self-test of
 * double-single arithmetic finds that the adapter's own arithmetic does so, take the integer form.
 *
 * @param gpu Device.
 * @param batch Matrices, of which the upper triangle is read.
 * @param out Receives the tridiagonal matrices. A matrix that is not finite gets an infinite bound,
 * and no form.
 * @param form Form of the double-single arithmetic that the adapter needs; see
 * {@linkcode doubleSingleFiles}. Where the bound is not wanted, the adapter's own arithmetic is
 * enough.
 * @returns The commands, to run one after the other.
 * @throws {ShapeError} Where an order is above 2,048, or above 512 where the adapter's workgroup
 * memory is small.
 */
export async function bindTridiagonal(
  gpu: Gpu,
  batch: SymmetricMatrices,
  out: TridiagonalBatch,
  form: DoubleSingleForm,
): Promise<Dispatch[]> {
  const { order, rows } = batch;
  const vectors = order <= 512 ? 128 : 512;
  const most = gpu.limits.maxComputeWorkgroupStorageSize < LARGE_MEMORY ? MOST_ORDER / 4 : MOST_ORDER;
  if (order > most) {
    throw new ShapeError(
      `a matrix of order ${order} is too large to tridiagonalise here: at most ${most}`,
    );
  }
  const lanes = tridiagonalLanes(gpu, order);
  const constants = { LANES: lanes, VECTORS: vectors };
  const files = [...doubleSingleFiles(form), frameSource, tridiagonalSource];
  const source = { name: `tridiagonal (${form})`, files };
  const kernel = await gpu.kernel(source, constants);
  return stepsPerDispatch(order, tridiagonalIterations(order, lanes)).map((steps, index) => {
    const shape = gpuStruct(gpu, "tridiagonal shape", ["u32", rows, steps, index === 0 ? 1 : 0, 0]);
    return kernel.bind(
      [shape, batch.orders, batch.matrices, out.copies, out.entries, out.states],
      [batch.count],
      8 * steps * order ** 2 * batch.count,
    );
  });
}

/**
 * Chooses the invocations per matrix: on a CPU as few as leave a step far below the limit of
 * iterations; on a GPU several for each block of rows.
 *
 * @param gpu Device.
 * @param order Order of the matrix.
 * @returns Their number.
 */
export function tridiagonalLanes(gpu: Gpu, order: number): number {
  if (gpu.software) return order <= 512 ? 8 : order <= 1024 ? 16 : 64;
  return order <= 64 ? 64 : 128;
}

/**
 * Counts the loop iterations of the steps of `tridiagonal.wgsl` and
 * `tridiagonal_double_single.wgsl`.
 *
 * @param order Order of the matrix.
 * @param lanes Invocations that share it.
 * @returns The iterations.
 */
export function tridiagonalIterations(order: number, lanes: number): StepIterations {
  const blocksOf = (rows: number) => Math.ceil(rows / 4);
  const across = Math.min(lanes, 2 ** Math.ceil(Math.log2(blocksOf(order))));
  const slices = lanes / across;
  const sweep = (rows: number) => {
    const groups = Math.ceil(Math.ceil(blocksOf(rows) / GROUP) / slices);
    return Math.ceil(blocksOf(rows) / across) * (groups * (GROUP + 2) + 2) + 1;
  };
  return {
    load: 2 * Math.ceil(blocksOf(order) ** 2 / lanes) + 3 * Math.log2(lanes),
    step: (left) => {
      const perLane = Math.ceil(blocksOf(left) / lanes) + 1;
      const sum = lanes <= 16 ? lanes : Math.log2(lanes) + 1;
      return sweep(left) + (5 + slices) * perLane + 3 * sum + 8;
    },
    // A dispatch clears three vectors, and updates what is left once more.
    end: (left) => 300 + sweep(left),
  };
}
