/**
 * Solvers by two-sided Jacobi for any arithmetic: their matrices, their commands, and the run until
 * all matrices are done.
 *
 * @module
 */
import type { GpuArray } from "../../gpu/array.ts";
import type { Gpu } from "../../gpu/device.ts";
import type { Dispatch } from "../../gpu/kernel.ts";
import { PacedCommands, type WorkOptions } from "../../gpu/paced_commands.ts";

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

/** Words of `struct Progress` of `jacobi_rounds.wgsl` and `block_jacobi.wgsl`. */
export const PROGRESS_WORDS = 12;

/** Matrices that two-sided Jacobi solves; an `EigenBatch` is a batch of them. */
export interface SolvableMatrices {
  /** Number of matrices. */
  readonly count: number;
  /** Rows that each matrix has room for: a multiple of 4. */
  readonly rows: number;
  /** Largest order. */
  readonly order: number;
  /** Order of each matrix. */
  readonly orders: GpuArray;
  /** The solver's progress with each matrix: {@linkcode PROGRESS_WORDS} words. */
  readonly progress: GpuArray;
  /** The matrices, `rows × rows` entries each. */
  readonly matrices: GpuArray;
  /** The bases, one vector per row. */
  readonly basis: GpuArray;
  /** Units per row of a basis: vectors of four singles, or pairs hi, lo. */
  readonly rowStride: number;
}

/** Options of a solver of any arithmetic. */
export interface SolverOptions {
  /** Scaled off-diagonal norm, divided by the order, at which a matrix counts as diagonal. */
  readonly tolerance: number;
  /** Scaled off-diagonal entry at and below which a pair is left alone. */
  readonly least: number;
  /** Limits of the tail and the heads of a spectrum. */
  readonly shares: JacobiShares;
}

/** Commands that solve a batch. */
export interface JacobiSolver {
  /** Commands to run once, first. */
  readonly start: readonly Dispatch[];
  /**
   * Commands to run again and again, at most `most` times: they return at once where a matrix is
   * done.
   */
  readonly sweep: readonly Dispatch[];
  /** Number of sweeps after which a solver gives up. */
  readonly most: number;
}

/**
 * Unrolls the sweeps of a solver: writes one behind the other, as many as it may need.
 *
 * @param solver The solver.
 * @returns Its commands, to run one after the other.
 */
export function unrollSweeps({ start, sweep, most }: JacobiSolver): Dispatch[] {
  return [...start, ...Array.from({ length: most }, () => sweep).flat()];
}

/**
 * Runs a solver until all matrices are done. After four sweeps the host looks every second time: a
 * look takes as long as a sweep in which nothing is left to do.
 *
 * @param gpu Device.
 * @param solver The solver.
 * @param progress Its progress with each matrix.
 * @param options Signal to stop.
 */
export async function runSolver(
  gpu: Gpu,
  solver: JacobiSolver,
  progress: GpuArray,
  options: WorkOptions = {},
): Promise<void> {
  using commands = new PacedCommands(gpu, options);
  await commands.run(solver.start);
  for (let sweep = 1; sweep <= solver.most; sweep++) {
    await commands.run(solver.sweep);
    if (sweep < 4 || sweep % 2 === 1) continue;
    commands.submit();
    const words = await progress.readUint32();
    if (words.every((word, i) => i % PROGRESS_WORDS !== 1 || word === 1)) return;
  }
  commands.submit();
}

/** Progress of the solver with a matrix. */
export interface SolverProgress {
  /** Rounds of rotations made. One round of blocks counts for several, `ROUNDS_OF_BLOCKS`. */
  readonly rounds: number;
  /** Scaled off-diagonal norm at the last look. */
  readonly off: number;
  /** The same of each head at the start. */
  readonly heads: readonly number[];
  /** Sum of the diagonal entries below each head at the start. */
  readonly tails: readonly number[];
}

/**
 * Decodes the progress of a solver.
 *
 * @param words Words of all matrices, as read from the GPU.
 * @param index Index of the matrix.
 * @returns Its progress.
 */
export function decodeProgress(words: Float32Array, index: number): SolverProgress {
  const at = PROGRESS_WORDS * index;
  const [round, _done, off, _largest, ...shares] = words.subarray(at, at + PROGRESS_WORDS);
  const rounds = new Uint32Array(Float32Array.of(round).buffer)[0];
  return { rounds, off, heads: shares.slice(0, 4), tails: shares.slice(4) };
}
