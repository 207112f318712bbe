/**
 * Solvers by two-sided Jacobi for any arithmetic: the matrices, the commands, the run until all matrices are done.
 *
 * @module
 */
import type { GpuArray } from "../../gpu/array.ts";
import { Commands } from "../../gpu/commands.ts";
import type { Gpu } from "../../gpu/device.ts";
import type { Dispatch } from "../../gpu/kernel.ts";

/** Shares of the largest diagonal entry, in absolute value, that divide a spectrum. */
export interface JacobiShares {
  /** Pairs with an entry below this share are noise: neither judged nor rotated. Default: 0. */
  readonly tail?: number;
  /**
   * Pairs with both entries from such a share on are a head, whose off-diagonal is reported.
   * Default: all 0.
   */
  readonly heads?: readonly [number, number, number, number];
}

/** Matrices that two-sided Jacobi solves; an `EigenBatch` has these and more. */
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
  /** The matrices, `rows × rows` entries each. */
  readonly matrices: GpuArray;
  /** The bases, one vector a row. */
  readonly basis: GpuArray;
  /** Units a row of a basis: vectors of four singles, or pairs hi, lo. */
  readonly rowStride: number;
}

/** What a solver of any arithmetic is asked for. */
export interface SolverOptions {
  /** Scaled off-diagonal norm, divided by the order, at which a matrix counts as diagonal. */
  readonly tolerance: number;
  /** Scaled off-diagonal entry at and below which a pair is left alone. */
  readonly least: number;
  /** Where the tail and the heads of a spectrum are. */
  readonly shares: JacobiShares;
}

/** Commands that solve a batch. */
export interface JacobiSolver {
  /** To be run once, first. */
  readonly start: readonly Dispatch[];
  /**
   * To be run again and again, `most` times at most: they return at once where a matrix is done.
   */
  readonly sweep: readonly Dispatch[];
  /** Number of sweeps after which a solver gives up. */
  readonly most: number;
}

/**
 * Writes the sweeps of a solver one behind the other, as many as it may need.
 *
 * @param solver The solver.
 * @returns Its commands, to run one after the other.
 */
export function unrollSweeps({ start, sweep, most }: JacobiSolver): Dispatch[] {
  return [...start, ...Array.from({ length: most }, () => sweep).flat()];
}

/**
 * Runs a solver until all matrices are done. After four sweeps the host looks every other one: a
 * look takes as long as a sweep in which nothing is left to do.
 *
 * @param gpu Device.
 * @param solver The solver.
 * @param progress What it knows of each matrix.
 */
export async function runSolver(gpu: Gpu, solver: JacobiSolver, progress: GpuArray): Promise<void> {
  const submit = (dispatches: readonly Dispatch[]) => {
    const commands = new Commands(gpu);
    commands.run(...dispatches);
    commands.submit();
  };
  submit(solver.start);
  for (let sweep = 1; sweep <= solver.most; sweep++) {
    submit(solver.sweep);
    if (sweep < 4 || sweep % 2 === 1) continue;
    const words = await progress.readUint32();
    if (words.every((word, i) => i % 8 !== 1 || word === 1)) return;
  }
}

/** Where the solver is with a matrix. */
export interface SolverProgress {
  /**
   * Rounds of rotations made; one of blocks counts for as many as it rounds like,
   * `ROUNDS_OF_BLOCKS`.
   */
  readonly rounds: number;
  /** Scaled off-diagonal norm at the last look. */
  readonly off: number;
  /** The same of each head at the start. */
  readonly heads: readonly number[];
}

/**
 * Decodes `struct Progress` of `jacobi_rounds.wgsl` and `block_jacobi.wgsl`.
 *
 * @param words Words of all matrices, as read from the GPU.
 * @param index Index of the matrix.
 * @returns Where its solver is.
 */
export function decodeProgress(words: Float32Array, index: number): SolverProgress {
  const [round, _done, off, _largest, ...heads] = words.subarray(8 * index, 8 * index + 8);
  return { rounds: new Uint32Array(Float32Array.of(round).buffer)[0], off, heads };
}
