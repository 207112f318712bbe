/**
 * Singular vectors from the rows that one-sided Jacobi rotations leave.
 *
 * @module
 */
import { norm } from "../../stats/norm.ts";
import type { Steps } from "../../gpu/turns.ts";

/** Rows that are orthogonal, except for those too short to tell. */
export interface OrthogonalRows {
  /** The rows, `norms.length × columns`. */
  readonly rows: Float64Array;
  /** Their norms, descending. */
  readonly norms: ArrayLike<number>;
  /** Entries of a row, at least as many as there are rows. */
  readonly columns: number;
  /** Norm up to which a row is noise, without a direction to rely on. */
  readonly noise: number;
}

/**
 * Sorts rows by their norms.
 *
 * @param norms Norms of the rows.
 * @param rows The rows, `norms.length × columns`.
 * @param columns Entries of a row.
 * @returns Both, the longest row first.
 */
export function descendingRows(
  norms: ArrayLike<number>,
  rows: Float32Array | Float64Array,
  columns: number,
): { norms: Float64Array; rows: Float64Array } {
  const order = Array.from(norms, (_, i) => i).sort((a, b) => norms[b] - norms[a]);
  const sorted = new Float64Array(rows.length);
  order.forEach((from, to) => sorted.set(rows.subarray(from * columns, (from + 1) * columns), to * columns));
  return { norms: Float64Array.from(order, (i) => norms[i]), rows: sorted };
}

/**
 * Divides rows by their norms. Rows that are noise are made orthogonal to all rows before them,
 * like LAPACK's vectors of zero singular values, or replaced where nothing is left of them.
 *
 * @param operand Rows and their norms.
 * @returns Rows of norm 1, in the same order, after a step for each row: noise takes a time that
 * grows as the cube of the number of rows.
 */
export function* orthonormalRows({ rows, norms, columns, noise }: OrthogonalRows): Steps<Float64Array> {
  const unit = Float64Array.from(rows);
  for (let i = 0; i < norms.length; i++) {
    const row = unit.subarray(i * columns, (i + 1) * columns);
    if (norms[i] > noise) row.forEach((x, j) => row[j] = x / norms[i]);
    else if (!orthogonalize(unit, i, columns)) {
      row.fill(0)[leastCovered(unit, i, columns)] = 1;
      orthogonalize(unit, i, columns);
    }
    yield;
  }
  return unit;
}

/**
 * Subtracts the rows before it from row i, twice, and makes its norm 1. Tells whether enough was
 * left of it.
 */
function orthogonalize(unit: Float64Array, i: number, columns: number): boolean {
  const row = unit.subarray(i * columns, (i + 1) * columns);
  let left = 0;
  for (let pass = 0; pass < 2; pass++) {
    const before = norm(row);
    if (!(before > 0)) return false;
    row.forEach((x, j) => row[j] = x / before);
    for (let k = 0; k < i; k++) {
      let dot = 0;
      for (let j = 0; j < columns; j++) dot += row[j] * unit[k * columns + j];
      for (let j = 0; j < columns; j++) row[j] -= dot * unit[k * columns + j];
    }
    left = norm(row);
  }
  if (!(left > 0.5)) return false;
  row.forEach((x, j) => row[j] = x / left);
  return true;
}

/**
 * Finds the unit vector that is furthest from the span of the rows before row i: at least 1 /
 * columns of it is outside.
 */
function leastCovered(unit: Float64Array, i: number, columns: number): number {
  const covered = new Float64Array(columns);
  for (let e = 0; e < i * columns; e++) covered[e % columns] += unit[e] ** 2;
  return covered.indexOf(covered.reduce((least, value) => Math.min(least, value)));
}
