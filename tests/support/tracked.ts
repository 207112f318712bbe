/**
 * Features as programs hold them, and their eigenvalues in float64.
 *
 * @module
 */
import { Matrix, SingularValueDecomposition } from "../deps.ts";

/** Where features lie. */
export interface Place {
  readonly rows: number;
  readonly columns: number;
  readonly offset: number;
  readonly stride: number;
}

/** Puts entries where a place says, among words that are NaN. */
export function placed(
  entries: Float32Array,
  { rows, columns, offset, stride }: Place,
): Float32Array<ArrayBuffer> {
  const words = new Float32Array(offset + (rows - 1) * stride + columns).fill(NaN);
  for (let row = 0; row < rows; row++) {
    words.set(entries.subarray(row * columns, (row + 1) * columns), offset + row * stride);
  }
  return words;
}

/** Eigenvalues of ΦᵀΦ / m, descending, as many as the shorter side. */
export function eigenvaluesOf(
  { rows, columns, data }: { readonly rows: number; readonly columns: number; readonly data: Float32Array },
): Float64Array {
  const values = new SingularValueDecomposition(Matrix.from1DArray(rows, columns, data), {
    autoTranspose: true,
    computeLeftSingularVectors: false,
    computeRightSingularVectors: false,
  }).diagonal;
  return Float64Array.from(values, (sigma) => sigma * sigma / rows).sort().reverse();
}
