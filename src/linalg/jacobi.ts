/**
 * Eigenvalues and eigenvectors of symmetric matrices by two-sided Jacobi rotations on the GPU.
 *
 * @module
 */
import { ShapeError } from "../errors.ts";
import type { Gpu } from "../gpu/device.ts";
import type { GpuArray } from "../gpu/array.ts";
import type { Dispatch, KernelSource } from "../gpu/kernel.ts";
import { gpuStruct } from "../gpu/struct.ts";
import type { EigenBatch } from "./eigen_batch.ts";
import jacobiSource from "../../shaders/linalg/jacobi.wgsl" with { type: "text" };
import roundsSource from "../../shaders/linalg/jacobi_rounds.wgsl" with { type: "text" };

/** Unit roundoff of single precision. */
const U = 2 ** -24;
/** Cyclic Jacobi converges quadratically; 6 to 10 sweeps are usual. A matrix not done by then says so by its `off`. */
const MOST_SWEEPS = 16;
/** Loop iterations that one dispatch may take: lavapipe ends a shader after 65,535. */
const MOST_ITERATIONS = 60_000;
/** Largest order: up to here WGSL's division is accurate enough for the integer quotients of `jacobi_rounds.wgsl`. */
const MOST_ORDER = 1024;

/**
 * Off-diagonal norm, scaled by the diagonal and divided by the order, at which a matrix counts as diagonal: 4 u.
 * Rotations leave rounding of about u on each of n²/2 scaled entries, so less could not be reached.
 */
export const JACOBI_TOLERANCE = 2 ** -22;

/** Shares of the largest diagonal entry, in absolute value, that divide a spectrum; and what is wanted of it. */
export interface JacobiShares {
  /** Pairs with an entry below this share are noise: neither judged nor rotated. Default: 0. */
  readonly tail?: number;
  /** Pairs with both entries from such a share on are a head, whose off-diagonal is reported. Default: all 0. */
  readonly heads?: readonly [number, number, number, number];
  /** Whether the basis is rotated with the matrix; without, a round costs two thirds. Default: true. */
  readonly vectors?: boolean;
}

/**
 * Solves all matrices of a batch in place.
 *
 * @param gpu Device.
 * @param batch Matrices and bases.
 * @param shares Where the tail and the heads of a spectrum are, and whether eigenvectors are wanted.
 * @returns The commands, to run one after the other; those after convergence return at once.
 * @throws {ShapeError} Where an order is above 1,024.
 */
export function jacobi(gpu: Gpu, batch: EigenBatch, shares: JacobiShares = {}): Promise<Dispatch[]> {
  return bindRounds(gpu, batch, {
    source: { name: "jacobi", files: [roundsSource, jacobiSource] },
    arrays: [batch.matrices, batch.basis],
    rowStride: shares.vectors === false ? 0 : batch.rowStride,
    tolerance: JACOBI_TOLERANCE,
    least: U,
    shares,
  });
}

/** Matrices that rounds of rotations solve; {@linkcode EigenBatch} has these and more. */
export interface SolvableMatrices {
  /** Number of matrices. */
  readonly count: number;
  /** Rows that each has room for: a multiple of 4. */
  readonly rows: number;
  /** Largest order. */
  readonly order: number;
  /** Order of each. */
  readonly orders: GpuArray;
  /** What the solver knows of each: 8 words. */
  readonly progress: GpuArray;
}

/** Where the solver is with a matrix. */
export interface SolverProgress {
  /** Rounds made. */
  readonly rounds: number;
  /** Scaled off-diagonal norm at the last look. */
  readonly off: number;
  /** The same of each head at the start. */
  readonly heads: readonly number[];
}

/**
 * Decodes `struct Progress` of `jacobi_rounds.wgsl`.
 *
 * @param words Words of all matrices, as read from the GPU.
 * @param index Index of the matrix.
 * @returns Where its solver is.
 */
export function decodeProgress(words: Float32Array, index: number): SolverProgress {
  const [round, _done, off, _unused, ...heads] = words.subarray(8 * index, 8 * index + 8);
  return { rounds: new Uint32Array(Float32Array.of(round).buffer)[0], off, heads };
}

/** An arithmetic that fills in the frame of `jacobi_rounds.wgsl`. */
export interface RoundsOptions {
  /** The kernel, `jacobi_rounds.wgsl` among its files. */
  readonly source: KernelSource;
  /** Its own arrays, from binding 3 on. */
  readonly arrays: readonly GpuArray[];
  /** Entries or vectors a row of the basis, as the kernel counts them. */
  readonly rowStride: number;
  /** Scaled off-diagonal norm, divided by the order, at which a matrix counts as diagonal. */
  readonly tolerance: number;
  /** Scaled off-diagonal entry at and below which a pair is left alone. */
  readonly least: number;
  /** Where the tail and the heads of a spectrum are. */
  readonly shares: JacobiShares;
}

/**
 * Binds the rounds of a solver, in as many dispatches as lavapipe's limit on loop iterations asks for.
 *
 * @param gpu Device.
 * @param batch Matrices to solve.
 * @param options The solver.
 * @returns The commands, to run one after the other; those after convergence return at once.
 * @throws {ShapeError} Where an order is above 1,024.
 */
export async function bindRounds(
  gpu: Gpu,
  batch: SolvableMatrices,
  options: RoundsOptions,
): Promise<Dispatch[]> {
  const { source, arrays, rowStride, tolerance, least } = options;
  const { tail = 0, heads = [0, 0, 0, 0] } = options.shares;
  if (batch.order > MOST_ORDER) {
    throw new ShapeError(
      `a matrix of order ${batch.order} is too large: use at most ${MOST_ORDER} neurons a layer`,
    );
  }
  const pairs = batch.rows / 2, sweep = 2 * pairs - 1;
  const lanes = lanesFor(gpu, batch.order);
  const kernel = await gpu.kernel(source, { LANES: lanes, PAIRS: pairs });
  const rounds = roundsPerDispatch(batch, rowStride, lanes);
  const dispatches: Dispatch[] = [];
  for (let done = 0; done <= MOST_SWEEPS * sweep; done += rounds) {
    const shape = gpuStruct(
      gpu,
      `${source.name} shape`,
      ["u32", batch.rows, rowStride, rounds, done === 0 ? 1 : 0, MOST_SWEEPS * sweep],
      ["f32", tolerance, tail, least, ...heads],
      ["u32", 0],
    );
    dispatches.push(kernel.bind([shape, batch.orders, batch.progress, ...arrays], [batch.count]));
  }
  return dispatches;
}

/**
 * Invocations that share a matrix. A GPU hides latency with many. lavapipe runs them all on one thread and pays for each at
 * every barrier: with 32 it takes 0.9 of the time of 64 and 0.5 of that of 256 at n = 64, 0.8 and 0.9 of that of 256 at
 * n = 128 and 256; beyond, more of them keep the dispatches few that its loop limit asks for.
 */
function lanesFor(gpu: Gpu, order: number): number {
  if (gpu.software && order <= 256) return 32;
  return order <= 64 ? 64 : Math.min(256, gpu.limits.maxComputeInvocationsPerWorkgroup);
}

/**
 * As many rounds as fit into {@linkcode MOST_ITERATIONS}, counting the loops of `jacobi_rounds.wgsl` as lavapipe does: a
 * loop takes one iteration more than its body, to leave; and the four loops of a look are entered, with all lanes masked,
 * in rounds that do not look, too. A round: three loops, the way out of each, those four, and itself.
 */
function roundsPerDispatch(batch: SolvableMatrices, rowStride: number, lanes: number): number {
  const pairs = batch.rows / 2, sweep = 2 * pairs - 1;
  const perRound = Math.ceil(pairs * (pairs - 1) / 2 / lanes) + Math.ceil(pairs * rowStride / lanes) +
    Math.ceil(pairs / lanes) + 8;
  const perLook = Math.ceil(batch.order ** 2 / lanes) + 2 * Math.ceil(batch.order / lanes) + 32;
  // A dispatch of r rounds looks at most ⌈r / sweep⌉ + 1 times.
  const rounds = Math.floor((MOST_ITERATIONS - 2 * perLook) / (perRound + perLook / sweep));
  return Math.max(1, rounds);
}
