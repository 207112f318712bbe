/**
 * Singular values and right singular vectors by one-sided Jacobi rotations in double-single
 * arithmetic on the GPU.
 *
 * @module
 */
import { ShapeError } from "../../errors.ts";
import { GpuArray } from "../../gpu/array.ts";
import type { Gpu } from "../../gpu/device.ts";
import type { Dispatch } from "../../gpu/kernel.ts";
import { gpuStruct } from "../../gpu/struct.ts";
import { doubleSingleFiles, type DoubleSingleForm } from "../double_single/double_single.ts";
import { MOST_ITERATIONS } from "../iterations.ts";
import { U2 } from "../rounding.ts";
import pairsSource from "../../../shaders/linalg/include/jacobi_pairs.wgsl" with { type: "text" };
import jacobiSource from "../../../shaders/linalg/svd/one_sided_jacobi_double_single.wgsl" with {
  type: "text",
};

/** Most rows of a matrix, and entries per row, carried ones included. */
const MOST_ORDER = 2048;
/** Most rows up to which one workgroup has a matrix for itself, and a dispatch has many rounds. */
const MOST_ORDER_ALONE = 64;
/**
 * Share of the largest norm below which norms are not told apart: squares of them keep all bits
 * beside its own.
 */
export const LEAST_FLOOR = 2 ** -76;
/** Words of one matrix in {@linkcode DoubleSingleOneSidedJacobi.progress}. */
const PROGRESS_WORDS = 5;

/** Matrices whose singular values are wanted, in pairs hi, lo. */
export interface DoubleSingleRows {
  /** The matrices, row-major, one behind the other; overwritten. */
  readonly matrices: GpuArray;
  /** Number of rows of each. */
  readonly order: number;
  /** Entries of a row. */
  readonly columns: number;
  /**
   * Pairs from one row to the next; those behind the entries of a row are rotated with it. Default:
   * `columns`.
   */
  readonly width?: number;
  /** Pairs from one matrix to the next. Default: `order × width`. */
  readonly batch?: number;
  /** Number of matrices. */
  readonly count: number;
  /**
   * Share of the largest norm below which rows are not told apart, but made orthogonal as if they
   * were that long. Shorter rows are rounding noise to the caller, and would take several sweeps.
   * Default: 2⁻⁷⁶.
   */
  readonly floor?: number;
}

/** Progress of the solver with one matrix. */
export interface DoubleSingleProgress {
  /** Largest norm of a row. */
  readonly largest: number;
  /** √(Σ 2 e²) of all pairs of rows in the last sweep, e the cosine of the angle between them. */
  readonly off: number;
  /** Bound on how far rounding has moved the rows so far, as a share of `largest` (Frobenius). */
  readonly moved: number;
  /** Sweeps made, with the last one, which only looked. */
  readonly sweeps: number;
  /** Whether the last sweep found nothing to rotate. */
  readonly done: boolean;
}

/** Commands that find singular values, and the arrays that receive them. */
export interface DoubleSingleOneSidedJacobi {
  /** Takes the norms. To be run once, first. */
  readonly start: Dispatch;
  /** One sweep, to be run again and again; commands return at once for a matrix that is done. */
  readonly sweep: readonly Dispatch[];
  /** Norms of the rows before the first sweep, `order` pairs for each matrix. */
  readonly before: GpuArray;
  /**
   * Norms of the rows, `order` pairs for each matrix: unordered, and singular values when it is
   * done.
   */
  readonly norms: GpuArray;
  /** Progress of each matrix; see {@linkcode decodeDoubleSingleProgress}. */
  readonly progress: GpuArray;
}

/**
 * Computes the cosine of an angle up to which two rows count as orthogonal. Rotations leave about
 * u² √n of it, as measured.
 *
 * @param columns Entries n of a row.
 * @returns 4 u² √n, u² = 2⁻⁴⁸; 8 u² at least.
 */
export function doubleSingleThreshold(columns: number): number {
  return 4 * U2 * Math.max(2, Math.sqrt(columns));
}

/**
 * Chooses how a lane adds its share of a product of rows: terms per block, and additions one after
 * the other in all.
 */
function sumsOf(columns: number, split: number): { block: number; additions: number } {
  const terms = Math.ceil(columns / split), block = Math.ceil(Math.sqrt(terms));
  return { block, additions: block - 1 + Math.ceil(terms / block) - 1 + Math.log2(split) };
}

/** Chooses the lanes of a workgroup, and how many of them share a pair of rows. */
function lanesOf(gpu: Gpu, order: number): { lanes: number; split: number } {
  const alone = order <= MOST_ORDER_ALONE;
  return gpu.software
    ? { lanes: alone ? 32 : 8, split: 1 }
    : { lanes: alone ? 256 : 64, split: alone ? 8 : 32 };
}

/** Bounds on the change of the singular values of one matrix by its rotations. */
export interface RotationBounds {
  /** Absolute. */
  readonly absolute: number;
  /** Relative to the singular value. */
  readonly relative: number;
  /** Absolute, of its square. */
  readonly squared: number;
}

/**
 * Bounds |σ̂_i − σ_i| ≤ `absolute` + `relative` σ_i, and by `squared` beside it |σ̂_i² − σ_i²|, for
 * norms σ̂ of rows that {@linkcode bindOneSidedJacobiDoubleSingle} left, of a matrix whose singular
 * values are σ. In units of u² = 2⁻⁴⁸:
 *
 * - absolute: the rounding of rotations, which the solver adds up. Rows x, y of a pair take errors
 *   of 3 (the sum), 7 + 3 of s times y + h x (the product, and that sum) and 2 of s h x, together
 *   of norm 3 + 11.7 |s| of that of both, |s| ≤ 1/√2. s is off by 29 of itself, which stretches
 *   both alike, by s² (1 + h²) 29 / 2 ≤ 12 |s|: so 3 + 24 |s|. Pairs of a round are disjoint, so
 *   their squares add up; rounds follow each other, so they add up themselves.
 * - relative: the rows are not quite orthogonal. A = D Y, YYᵀ = I + E moves eigenvalues of A Aᵀ by
 *   ‖E‖ of themselves (Demmel and Veselić 1992), their roots by half of that. ‖E‖_F is at most
 *   `off` and the rounding of the cosines, 7 + 3a with a additions in a row, n times. The norms
 *   themselves add (7 + 3a) / 2 and 11 for the root.
 * - squared: norms below the floor φ count as the floor: A Aᵀ = D² + D̃ E D̃, D̃² ≤ D² + φ² σ₁².
 *
 * @param gpu Device, which sets how sums are made.
 * @param operand The matrices.
 * @param progress What the solver knows of the matrix; it must be done.
 * @returns The bounds.
 */
export function rotationBounds(
  gpu: Gpu,
  operand: Pick<DoubleSingleRows, "order" | "columns" | "floor">,
  progress: DoubleSingleProgress,
): RotationBounds {
  const { order, columns, floor = LEAST_FLOOR } = operand;
  const { largest, off, moved } = progress;
  const sums = (split: number) => (7 + 3 * sumsOf(columns, split).additions) * U2;
  // Norms and their quotients are single numbers here: a thousandth covers their rounding.
  const left = 1.001 * off + order * sums(lanesOf(gpu, order).split);
  return {
    absolute: 1.001 * moved * largest,
    relative: left * (1 + left) / 2 + sums(1) / 2 + 11 * U2,
    squared: left * (floor * largest) ** 2,
  };
}

/**
 * Binds the computation of singular values.
 *
 * Dispatches: one to start; one per round and one more for a sweep of `order` rounds; one for many
 * rounds up to 64 rows.
 *
 * @param gpu Device.
 * @param form Form of the arithmetic that the adapter needs.
 * @param operand Matrices, with a largest norm of 2⁴⁰ to 2⁶⁰: squares of numbers at the floor must
 * keep their bits.
 * @param stack Owner of the arrays.
 * @returns The commands.
 * @throws {ShapeError} Where a matrix has more than 2,048 rows or columns.
 */
export async function bindOneSidedJacobiDoubleSingle(
  gpu: Gpu,
  form: DoubleSingleForm,
  operand: DoubleSingleRows,
  stack: DisposableStack,
): Promise<DoubleSingleOneSidedJacobi> {
  const { matrices, order, columns, count, floor = LEAST_FLOOR } = operand;
  const { width = columns, batch = order * width } = operand;
  if (Math.max(order, width) > MOST_ORDER) {
    throw new ShapeError(
      `a matrix of ${order} rows of ${width} is too large: use at most ${MOST_ORDER} of either`,
    );
  }
  const name = `one_sided_jacobi_double_single (${form})`;
  const files = [...doubleSingleFiles(form), pairsSource, jacobiSource];
  const alone = order <= MOST_ORDER_ALONE;
  const { lanes, split } = lanesOf(gpu, order);
  const rotate = await gpu.kernel({ name, files, entryPoint: "rotate" }, { LANES: lanes, SPLIT: split });
  // One workgroup judges a matrix; beyond 1,024 rows 64 lanes would take more than 65,535
  // iterations.
  const judges = order <= 512 ? 64 : 256;
  const judge = await gpu.kernel({ name, files, entryPoint: "judge" }, { LANES: judges });
  const players = order + order % 2, pairs = players / 2, together = lanes / split;
  const norms = stack.use(new GpuArray(gpu, "singular values", 2 * count * order));
  const before = stack.use(new GpuArray(gpu, "norms of rows", 2 * count * order));
  const progress = stack.use(new GpuArray(gpu, "singular value progress", count * PROGRESS_WORDS));
  const seen = stack.use(new GpuArray(gpu, "products of rows", 4 * count * (players - 1) * pairs));
  const shape = (firstRound: number, rounds: number, share: number, restart: boolean) =>
    gpuStruct(
      gpu,
      `${name} shape`,
      ["u32", order, columns, width, batch, players, firstRound, rounds],
      ["u32", sumsOf(columns, share).block, restart ? 1 : 0],
      ["f32", doubleSingleThreshold(columns), floor],
      ["u32", 0],
    );
  const judgement = (restart: boolean) =>
    judge.bind(
      [shape(0, 0, 1, restart), matrices, progress, seen, restart ? before : norms],
      [count],
      40 * count * order * (columns + order),
    );
  // A round of one workgroup: for each of its shares of the pairs two loops over the entries, and
  // the ways out.
  const perRound = Math.ceil(pairs / together) * (2.5 * width / split + 16) + 4;
  const rounds = alone ? Math.max(1, Math.floor(MOST_ITERATIONS / perRound)) : 1;
  const workgroups = alone ? 1 : Math.ceil(pairs / together);
  const sweep: Dispatch[] = [];
  for (let round = 0; round < players - 1; round += rounds) {
    const some = shape(round, Math.min(rounds, players - 1 - round), split, false);
    const operations = 160 * count * pairs * width * rounds;
    sweep.push(rotate.bind([some, matrices, progress, seen], [workgroups, count], operations));
  }
  return { start: judgement(true), sweep: [...sweep, judgement(false)], before, norms, progress };
}

/**
 * Decodes the progress of the solver.
 *
 * @param words Words of {@linkcode DoubleSingleOneSidedJacobi.progress}.
 * @returns Progress with each matrix.
 */
export function decodeDoubleSingleProgress(words: Uint32Array): DoubleSingleProgress[] {
  const floats = new Float32Array(words.buffer, words.byteOffset, words.length);
  return Array.from({ length: words.length / PROGRESS_WORDS }, (_, index) => {
    const at = index * PROGRESS_WORDS;
    return {
      largest: floats[at],
      off: floats[at + 1],
      moved: floats[at + 2] * U2,
      sweeps: words[at + 3],
      done: words[at + 4] === 1,
    };
  });
}
