/**
 * Matrices in GPU memory: row-major, rows padded with zeros to vectors of four floats, a batch one
 * behind the other.
 *
 * @module
 */
import type { GpuArray } from "../gpu/array.ts";

/** Matrices in an array on the GPU. */
export interface MatrixView {
  /** Entries of the matrices. */
  readonly array: GpuArray;
  /** Vectors from one row to the next. */
  readonly stride: number;
  /** Vectors from one matrix of the batch to the next; 0 where all share one. */
  readonly batch: number;
  /** Vectors before the first matrix. Default: 0. */
  readonly offset?: number;
}

/**
 * Counts the vectors of four that hold a row.
 *
 * @param columns Number of entries.
 * @returns ⌈columns / 4⌉.
 */
export function vectors(columns: number): number {
  return Math.ceil(columns / 4);
}

/**
 * Pads the rows of a matrix for the GPU.
 *
 * @param matrix Row-major `rows × columns`, or several of them one behind the other.
 * @param columns Number of columns.
 * @param stride Vectors of four per row. Default: as few as hold a row.
 * @returns The same entries with zeros between.
 */
export function padRows(
  matrix: Float32Array,
  columns: number,
  stride: number = vectors(columns),
): Float32Array {
  if (columns === 4 * stride) return matrix;
  const rows = matrix.length / columns;
  const padded = new Float32Array(4 * stride * rows);
  for (let i = 0; i < rows; i++) padded.set(matrix.subarray(i * columns, (i + 1) * columns), 4 * stride * i);
  return padded;
}

/**
 * Takes the padding out again.
 *
 * @param padded Rows of `stride` vectors of four.
 * @param columns Number of columns to keep.
 * @param stride Vectors of four per row. Default: as few as hold a row.
 * @returns Row-major `rows × columns`.
 */
export function unpadRows(
  padded: Float32Array,
  columns: number,
  stride: number = vectors(columns),
): Float32Array {
  const rows = padded.length / (4 * stride);
  const matrix = new Float32Array(rows * columns);
  for (let i = 0; i < rows; i++) {
    matrix.set(padded.subarray(4 * stride * i, 4 * stride * i + columns), i * columns);
  }
  return matrix;
}
