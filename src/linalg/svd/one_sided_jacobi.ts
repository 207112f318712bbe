/**
 * Singular values by one-sided Jacobi rotations on the GPU.
 *
 * @module
 */
import { ShapeError } from "../../errors.ts";
import { GpuArray } from "../../gpu/array.ts";
import type { Gpu } from "../../gpu/device.ts";
import type { Dispatch } from "../../gpu/kernel.ts";
import { gpuStruct } from "../../gpu/struct.ts";
import type { MatrixView } from "../matrix_view.ts";
import { U } from "../rounding.ts";
import { qrLevels } from "./qr.ts";
import pairsSource from "../../../shaders/linalg/include/jacobi_pairs.wgsl" with { type: "text" };
import sweepSource from "../../../shaders/linalg/include/jacobi_sweep.wgsl" with { type: "text" };
import jacobiSource from "../../../shaders/linalg/svd/one_sided_jacobi.wgsl" with { type: "text" };
import measureSource from "../../../shaders/linalg/svd/one_sided_jacobi_measure.wgsl" with { type: "text" };
import stateSource from "../../../shaders/linalg/include/one_sided_state.wgsl" with { type: "text" };

/**
 * Most rows of a matrix, and vectors per row: loops over entries stay below the 65,535 iterations
 * of lavapipe.
 */
const MOST_ORDER = 2048, MOST_STRIDE = 1024;
/**
 * Most rows, and vectors per row, up to which one workgroup does a whole sweep: 28 pairs of 8
 * blocks.
 */
const MOST_ORDER_ALONE = 64, MOST_STRIDE_ALONE = 256;
/**
 * Share of the largest norm below which norms are not told apart: their squares are far from
 * vanishing.
 */
export const FLOOR = 2 ** -30;

/** Words of one matrix in {@linkcode OneSidedJacobi.progress}. */
const PROGRESS_WORDS = 5;

/** Matrices whose singular values are wanted. */
export interface RowMatrices {
  /**
   * The rows, an even number of vectors each, padded with zero rows to a multiple of 32;
   * overwritten.
   */
  readonly matrices: MatrixView;
  /** Number of rows of each matrix. */
  readonly order: number;
  /** Number of matrices. */
  readonly count: number;
  /** Vectors of a row that count; those behind them are rotated with them. Default: all. */
  readonly counted?: number;
  /**
   * Whether rows are made orthogonal relative to the norms of both, so that the normalised rows are
   * right singular vectors, also those of small singular values. Default: relative to the largest
   * norm, which is enough for the values.
   */
  readonly vectors?: boolean;
}

/** Progress of the solver with one matrix. */
export interface OneSidedProgress {
  /** Largest norm of a row. */
  readonly largest: number;
  /**
   * ‖E‖_F / `largest`: the part left to rotate in the last sweep moves singular values by at most
   * this share of σ₁. With `vectors`, the same relative to each pair of rows, which moves singular
   * values by half as much of themselves.
   */
  readonly off: number;
  /** Sweeps made, with the last one, which only looked. */
  readonly sweeps: number;
  /** Whether the last sweep found nothing to rotate. */
  readonly done: boolean;
  /**
   * Pairs of blocks rotated, of b (b − 1) / 2 in a sweep of b blocks of 8 rows, padding included.
   */
  readonly rotated: number;
}

/** Commands that find singular values, and the arrays that receive them. */
export interface OneSidedJacobi {
  /** Takes the norms. To be run once, first. */
  readonly start: Dispatch;
  /**
   * One sweep, to be run again and again; commands return at once for a matrix that is done. Ten
   * are enough for most.
   */
  readonly sweep: readonly Dispatch[];
  /** Singular values, unordered: for each matrix `order` rounded up to a multiple of 16 or 32. */
  readonly values: GpuArray;
  /** Progress of each matrix; see {@linkcode decodeProgress}. */
  readonly progress: GpuArray;
}

/**
 * Computes the share of the largest norm, |gᵢⱼ| / (dᵢ + dⱼ), up to which two rows count as
 * orthogonal. Their products round by about u √n / 8 in sums of dot products of 4. For vectors it
 * is the share of both norms, |gᵢⱼ| / (dᵢ dⱼ), four times as much: rows that fall in geometric
 * progression round all their products to one side.
 *
 * @param columns Entries n of a row.
 * @param vectors Whether vectors are wanted. Default: false.
 * @returns u (1 + √n / 8), or four times that.
 */
export function oneSidedThreshold(columns: number, vectors = false): number {
  return (vectors ? 4 : 1) * U * (1 + Math.sqrt(columns) / 8);
}

/**
 * Bounds |σ̂_i − σ_i| of singular values found by {@linkcode bindQr} and
 * {@linkcode bindOneSidedJacobi}: the bound of the factorisation, the part left to rotate, and the
 * rounding of rotations. A row is in 2 `rotated` / b of the pairs that were rotated, b ≥ n / 8
 * blocks, each time by a matrix of 15 rounds of rotations, which are off by 0.4 u each (√15 · 0.4 =
 * 1.6), in sums of 16 terms (1.5 u): 2.2 u with independent roundings of mean zero, here three
 * times that.
 *
 * @param options Shape of the matrix A before its factorisation, the length of its longest column,
 * and the progress.
 * @returns The bound, absolute.
 */
export function singularValueBound(
  options: {
    readonly rows: number;
    readonly columns: number;
    readonly longestColumn: number;
    readonly progress: OneSidedProgress;
  },
): number {
  const { rows, columns, longestColumn, progress } = options;
  const factored = 6 * U * Math.sqrt(columns + 32 * qrLevels(rows)) * longestColumn;
  const turns = progress.rotated / Math.ceil(columns / 16);
  return factored + (6.6 * U * Math.sqrt(turns) + 4 * U + progress.off) * progress.largest;
}

/**
 * Binds the computation of singular values.
 *
 * Singular values are the norms of the rows when those are orthogonal, to
 * {@linkcode oneSidedThreshold} of the largest for each pair. For the full depth of single
 * precision give the R factor of a matrix: AᵀA loses the small singular values of A, R does not.
 *
 * Dispatches: one to start; 2 per sweep for up to 64 rows, order / 8 beyond, half of that on a
 * software adapter.
 *
 * @param gpu Device.
 * @param operand Matrices; their largest entries should be near 1, since squares of entries are
 * summed.
 * @param stack Owner of the arrays.
 * @returns The commands.
 * @throws {ShapeError} Where there are more than 2,048 rows, or more than 4,096 entries in a row.
 */
export async function bindOneSidedJacobi(
  gpu: Gpu,
  operand: RowMatrices,
  stack: DisposableStack,
): Promise<OneSidedJacobi> {
  const { matrices: { array, stride, batch, offset = 0 }, order, count, vectors = false } = operand;
  const { counted = stride } = operand;
  if (order > MOST_ORDER) {
    throw new ShapeError(`a matrix with ${order} rows and columns is too large: use at most ${MOST_ORDER}`);
  }
  if (stride > MOST_STRIDE) {
    throw new ShapeError(`rows of ${4 * stride} entries are too long: give R of the transposed matrix`);
  }
  if (stride % 2 !== 0) throw new RangeError("rows must be padded to an even number of vectors");
  const lanes = gpu.software ? 8 : 32;
  const rotate = await gpu.kernel(
    { name: "one_sided_jacobi", files: [stateSource, pairsSource, sweepSource, jacobiSource] },
    { LANES: lanes, SLICES: Math.floor(lanes / 3) },
  );
  const measure = await gpu.kernel({ name: "one_sided_jacobi_measure", files: [stateSource, measureSource] });
  // One workgroup does a sweep of a small matrix. Several share a round of a larger one: on
  // lavapipe, where a dispatch costs as much as a pair of blocks, few with more to do.
  const alone = order <= MOST_ORDER_ALONE && stride <= MOST_STRIDE_ALONE;
  const width = gpu.software && !alone ? 2 : 1;
  const blocks = alone ? 2 * Math.ceil(order / 16) : 4 * Math.ceil(order / 32);
  const values = stack.use(new GpuArray(gpu, "singular values", count * blocks * 8));
  const progress = stack.use(new GpuArray(gpu, "singular value progress", count * PROGRESS_WORDS));
  const seen = stack.use(new GpuArray(gpu, "products of rows", 2 * count * blocks ** 2));
  const shape = (firstRound: number, rounds: number, restart: boolean) =>
    gpuStruct(
      gpu,
      "one_sided_jacobi shape",
      ["u32", blocks, stride, batch, offset, counted, width, firstRound, rounds],
      ["f32", oneSidedThreshold(4 * counted, vectors)],
      ["u32", restart ? 1 : 0],
      ["f32", vectors ? FLOOR : 0],
    );
  const judge = (restart: boolean) =>
    measure.bind(
      [shape(0, 0, restart), array, progress, seen, values],
      [1, count],
      8 * count * order * stride,
    );
  const players = blocks / width;
  const rounds = alone ? players - 1 : 1;
  const sweep: Dispatch[] = [];
  const operations = 32 * count * order ** 2 * stride * rounds / (players - 1);
  for (let round = 0; round < players - 1; round += rounds) {
    const bound = [shape(round, rounds, false), array, progress, seen];
    sweep.push(rotate.bind(bound, [alone ? 1 : players / 2, count], operations));
  }
  return { start: judge(true), sweep: [...sweep, judge(false)], values, progress };
}

/**
 * Decodes the progress of the solver.
 *
 * @param words Words of {@linkcode OneSidedJacobi.progress}.
 * @returns Progress with each matrix.
 */
export function decodeProgress(words: Uint32Array): OneSidedProgress[] {
  const floats = new Float32Array(words.buffer, words.byteOffset, words.length);
  return Array.from({ length: words.length / PROGRESS_WORDS }, (_, index) => {
    const at = index * PROGRESS_WORDS;
    return {
      largest: floats[at],
      off: floats[at + 1],
      sweeps: words[at + 2],
      done: words[at + 3] === 1,
      rotated: words[at + 4],
    };
  });
}
