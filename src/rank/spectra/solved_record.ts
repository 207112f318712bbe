/**
 * Copies the results of a double-single solver from its matrices into short records.
 *
 * @module
 */
import { GpuArray } from "../../gpu/array.ts";
import type { Gpu } from "../../gpu/device.ts";
import type { Dispatch } from "../../gpu/kernel.ts";
import { gpuStruct } from "../../gpu/struct.ts";
import type { EigenBatch } from "../../linalg/eigen/eigen_batch.ts";
import { joinDouble } from "../../linalg/double_single/double_single.ts";
import { decodeProgress, PROGRESS_WORDS, type SolverProgress } from "../../linalg/eigen/jacobi_solver.ts";
import source from "../../../shaders/rank/spectra/solved_record.wgsl" with { type: "text" };

/** What a solver leaves of one matrix. */
export interface SolvedMatrix extends SolverProgress {
  /** Eigenvalues, in any order. */
  readonly values: Float64Array;
}

/**
 * Reads what a single-precision solver leaves of a batch of matrices of one order. Waits for the
 * GPU.
 *
 * @param batch The batch, solved.
 * @returns What it left of each.
 */
export async function readSolved(
  { matrices, progress, rows, order, count }: EigenBatch,
): Promise<SolvedMatrix[]> {
  const [words, places] = await Promise.all([matrices.read(), progress.read()]);
  return Array.from({ length: count }, (_, index) => ({
    values: Float64Array.from({ length: order }, (_, i) => words[(index * rows + i) * rows + i]),
    ...decodeProgress(places, index),
  }));
}

/** Solved matrices in GPU memory. */
export interface SolvedArrays {
  /** The matrices, `rows × rows` pairs hi, lo each, with the eigenvalues on the diagonal. */
  readonly matrices: GpuArray;
  /** Rows that each matrix has room for. */
  readonly rows: number;
  /** Order of the matrices. */
  readonly order: number;
  /** Number of matrices. */
  readonly count: number;
  /** Progress of their solver. */
  readonly progress: GpuArray;
}

/** The command that writes the records, and where they are. */
export interface SolvedRecords {
  /** Writes the record of every matrix. */
  readonly dispatch: Dispatch;
  /** The records, {@linkcode solvedRecordWords} each. */
  readonly words: GpuArray;
}

/**
 * Counts the words of the record of one matrix.
 *
 * @param order Order of the matrix.
 * @returns Number of 32-bit words.
 */
export function solvedRecordWords(order: number): number {
  return PROGRESS_WORDS + 2 * order;
}

/**
 * Binds the recording of solved matrices.
 *
 * @param gpu Device.
 * @param solved Matrices and progress.
 * @param stack Owner of the records.
 * @returns The command.
 */
export async function bindSolvedRecords(
  gpu: Gpu,
  { matrices, rows, order, count, progress }: SolvedArrays,
  stack: DisposableStack,
): Promise<SolvedRecords> {
  const words = stack.use(new GpuArray(gpu, "solved records", count * solvedRecordWords(order)));
  const kernel = await gpu.kernel({ name: "solved_record", files: [source] });
  const shape = gpuStruct(gpu, "solved_record shape", ["u32", order, rows]);
  return { dispatch: kernel.bind([shape, matrices, progress, words], [count]), words };
}

/**
 * Decodes a record.
 *
 * @param words Words that start with the record.
 * @param order Order of the matrix.
 * @returns What the solver left of it.
 */
export function decodeSolvedRecord(words: Float32Array, order: number): SolvedMatrix {
  const values = Float64Array.from(
    { length: order },
    (_, i) => joinDouble(words[PROGRESS_WORDS + 2 * i], words[PROGRESS_WORDS + 2 * i + 1]),
  );
  return { values, ...decodeProgress(words, 0) };
}
