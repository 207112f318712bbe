/**
 * Householder tridiagonalisation of symmetric matrices on the GPU.
 *
 * @module
 */
import { ShapeError } from "../errors.ts";
import { GpuArray } from "../gpu/array.ts";
import type { Gpu } from "../gpu/device.ts";
import type { Dispatch } from "../gpu/kernel.ts";
import { gpuStruct } from "../gpu/struct.ts";
import type { SymmetricMatrices } from "./symmetric_batch.ts";
import tridiagonalSource from "../../shaders/linalg/tridiagonal.wgsl" with { type: "text" };

/** Largest order: four vectors of that length lie in workgroup memory. */
const MOST_ORDER = 1024;
/** Loop iterations that one dispatch may take: lavapipe ends a shader after 65,535. */
const MOST_ITERATIONS = 60_000;
/** Blocks of 4 rows that one sum takes, as in `tridiagonal.wgsl`. */
const GROUP = 8;

/** Tridiagonal matrices T = QᵀMQ in GPU memory, scaled, with the error that making them took. */
export class TridiagonalBatch implements Disposable {
  /** Number of matrices. */
  readonly count: number;
  /** Rows that each matrix has room for. */
  readonly rows: number;
  /** Largest order. */
  readonly order: number;
  /** Order of each matrix; shared with the batch it was made for. */
  readonly orders: GpuArray;
  /** For each matrix `rows` pairs: the diagonal, and what lies beside it. Both times the scale in `states`. */
  readonly entries: GpuArray;
  /** For each matrix four words: rows left, scale, Σ‖A_k‖_F, and the error, for M itself; see `tridiagonal.wgsl`. */
  readonly states: GpuArray;
  /** Copies of the matrices, to work on. */
  readonly copies: GpuArray;

  /**
   * Allocates room for the tridiagonal forms of a batch.
   *
   * @param gpu Device.
   * @param batch Matrices.
   */
  constructor(gpu: Gpu, batch: SymmetricMatrices) {
    ({ count: this.count, rows: this.rows, order: this.order, orders: this.orders } = batch);
    this.entries = new GpuArray(gpu, "tridiagonal matrices", this.count * this.rows * 2);
    this.states = new GpuArray(gpu, "tridiagonal states", this.count * 4);
    this.copies = new GpuArray(gpu, "copies to tridiagonalise", this.count * this.rows * this.rows);
  }

  /** Frees the memory, but for the orders. */
  [Symbol.dispose](): void {
    for (const array of [this.entries, this.states, this.copies]) array[Symbol.dispose]();
  }
}

/**
 * Brings all matrices of a batch to tridiagonal form.
 *
 * The error. T is, up to rounding of its eigenvalues, orthogonally similar to M + E with
 *
 *     ‖E‖₂ ≤ 1.05 u (8 L + 12 S + 310) Σ_k ‖A_k‖_F + 2⁻³⁴ (relative to the largest entry) + n 2⁻¹²⁶,   u = 2⁻²⁴,
 *
 * over the blocks A_k that remain before each reflection, measured. L = 13 + n/32 is the longest chain of roundings in an
 * entry of A u, whose sums are split; S = 7 + n / (4 lanes) + log₂ lanes that of a sum over all lanes. For one step, with
 * b = ‖A_k‖_F and H = I − τuuᵀ, τ = 2/‖u‖² exactly, for the u *computed* (Wilkinson 1965, ch. 5; here with constants; WGSL
 * divides to 5 u and takes roots to 9 u):
 *
 * - ‖x‖ is known to ε_σ = S u / 2 + 10 u, so Hx differs from α e by (3.9 ε_σ + 6 u) ‖x‖, and twice the square of that
 *   counts: (3.9 ε_σ + 6 u) b.
 * - τ is known to ε_τ = ε_σ + 9 u, A u to L u b ‖u‖ (a sum's error is its chain times Σ|a||u|), uᵀp to S u ‖u‖ ‖p‖. As
 *   ‖w‖ ≤ 2b / ‖u‖, w is known to (2L u + S u + 3ε_τ + 6u) 2b / ‖u‖, which moves uwᵀ + wuᵀ by 4 (…) b.
 * - The update itself rounds two products and two differences: 8 u b.
 *
 * Orthogonal similarity keeps these norms, so they add up to (8 L + 12 S + 310) u b a step. Since b falls with the spectrum,
 * a matrix of low rank is reduced with few errors, whatever n. A row whose squares sum to less than 2⁻⁸⁰ counts as zero.
 *
 * This is some hundred to a thousand times what is measured (1 … 17 u ‖M‖₂ for n up to 256): signs of roundings cancel, and
 * 310 is what WGSL's weakest division and root would do. The bound of `inertia.ts` is tighter.
 *
 * @param gpu Device.
 * @param batch Matrices, whole: both triangles are read.
 * @param out Where the tridiagonal matrices go. A matrix that is not finite gets an infinite error, and no form.
 * @returns The commands, to run one after the other.
 * @throws {ShapeError} Where an order is above 1,024, or above what the adapter's workgroup memory allows.
 */
export async function tridiagonalise(
  gpu: Gpu,
  batch: SymmetricMatrices,
  out: TridiagonalBatch,
): Promise<Dispatch[]> {
  const { order, rows } = batch;
  const vectors = order <= 512 ? 128 : 256;
  const most = gpu.limits.maxComputeWorkgroupStorageSize < 20_000 ? 512 : MOST_ORDER;
  if (order > most) {
    throw new ShapeError(`a matrix of order ${order} is too large to tridiagonalise here: at most ${most}`);
  }
  const lanes = tridiagonalLanes(gpu, order);
  const constants = { LANES: lanes, VECTORS: vectors };
  const kernel = await gpu.kernel({ name: "tridiagonal", files: [tridiagonalSource] }, constants);
  return stepsPerDispatch(order, lanes).map((steps, index) => {
    const shape = gpuStruct(gpu, "tridiagonal shape", ["u32", rows, steps, index === 0 ? 1 : 0]);
    return kernel.bind(
      [shape, batch.orders, batch.matrices, out.copies, out.entries, out.states],
      [batch.count],
    );
  });
}

/** On a CPU as few lanes as leave the copy of a matrix below the limit of iterations; on a GPU some a block of rows. */
function tridiagonalLanes(gpu: Gpu, order: number): number {
  if (gpu.software) return order <= 512 ? 8 : 16;
  return order <= 64 ? 64 : Math.min(256, gpu.limits.maxComputeInvocationsPerWorkgroup);
}

/**
 * Steps of each dispatch, so that none takes more than {@linkcode MOST_ITERATIONS}, counting as lavapipe does: a loop
 * takes one iteration more than its body.
 */
function stepsPerDispatch(order: number, lanes: number): number[] {
  const blocksOf = (rows: number) => Math.ceil(rows / 4);
  const across = Math.min(lanes, 2 ** Math.ceil(Math.log2(blocksOf(order))));
  const slices = lanes / across;
  const sweep = (rows: number) => {
    const groups = Math.ceil(Math.ceil(blocksOf(rows) / GROUP) / slices);
    return Math.ceil(blocksOf(rows) / across) * (groups * (GROUP + 2) + 2) + 1;
  };
  const load = 2 * Math.ceil(4 * blocksOf(order) * blocksOf(order) / lanes) + 3 * Math.log2(lanes) + 300;
  const dispatches = [0];
  let budget = MOST_ITERATIONS - load - sweep(order);
  for (let left = order; left > 0; left--) {
    const perLane = Math.ceil(blocksOf(left) / lanes) + 1;
    const step = sweep(left) + (4 + slices) * perLane + 2 * Math.log2(lanes) + 8;
    if (budget < step) {
      dispatches.push(0);
      budget = MOST_ITERATIONS - 300 - sweep(left);
    }
    budget -= step;
    dispatches[dispatches.length - 1]++;
  }
  return dispatches;
}
