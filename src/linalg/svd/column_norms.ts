/**
 * Norms of columns.
 *
 * @module
 */

/**
 * Computes the norms of the columns of a matrix.
 *
 * @param rows Entries, row-major, whole rows; there may be none.
 * @param width Entries per row.
 * @returns The norm of each column.
 */
export function columnNorms(rows: Float32Array | Float64Array, width: number): Float64Array {
  const squares = new Float64Array(width);
  for (let e = 0; e < rows.length; e++) squares[e % width] += rows[e] ** 2;
  return squares.map(Math.sqrt);
}
