/**
 * Matrices without some directions.
 *
 * @module
 */
import type { Matrix } from "./matrix.ts";

/**
 * Takes the part of a matrix whose rows are orthogonal to given directions: A − A VᵀV. With right
 * singular vectors as V these are its smaller singular values alone.
 *
 * @param matrix The matrix A.
 * @param basis Orthonormal rows V, as long as those of A.
 * @param count How many of them, from the first.
 * @returns Its entries, row by row, in float64.
 */
export function withoutDirections(
  { columns, data }: Matrix,
  basis: ArrayLike<number>,
  count: number,
): Float64Array {
  const rest = Float64Array.from(data);
  for (let at = 0; at < rest.length; at += columns) {
    const row = rest.subarray(at, at + columns);
    for (let k = 0; k < count * columns; k += columns) {
      const along = row.reduce((sum, value, j) => sum + value * basis[k + j], 0);
      row.forEach((_, j) => row[j] -= along * basis[k + j]);
    }
  }
  return rest;
}
