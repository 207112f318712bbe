/**
 * Singular values in float64 on the host, with certified bounds.
 *
 * @module
 */
import { InputError, ShapeError } from "../../errors.ts";
import { isWide, type MatrixSource, tallShape, tileOf } from "../matrix_source.ts";
import { exponentOf, ldexp } from "../rounding.ts";
import { bidiagonalize } from "./bidiagonalize.ts";
import { bidiagonalValues, type BoundedValues } from "./bidiagonal_values.ts";
import { sumOfSquares } from "./reflection.ts";
import { Triangle } from "./triangularize.ts";

/** Longer side, as a share of the shorter one, from which on a triangle is made first. */
const TALL = 5 / 3;
/** Entries that are asked for at once. */
const TILE = 2 ** 20;
/** Longest shorter side: its square in float64 takes 512 MiB. */
export const MOST_HOST_COLUMNS = 8192;
/** Exponents of the largest entry with which no square leaves float64. */
const MOST_EXPONENT = 200;

/** Singular values of a matrix. */
export interface HostSingularValues extends BoundedValues {
  /** Frobenius norm. */
  readonly norm: number;
}

/**
 * Computes the singular values of a matrix in float64 on the host: no GPU.
 *
 * A square matrix goes to bidiagonal form, which keeps its singular values up to a bound that is
 * measured; one of 5/3 or more times as many rows as columns goes to a triangle first, a tile of
 * rows at a time, so that of 50,257 × 768 entries no more than 5 MiB are in memory. A wide matrix is
 * read by columns. The singular values of the bidiagonal matrix are found by bisection.
 *
 * A bound is about 10⁻¹² … 10⁻⁹ σ₁: the worst case of all roundings. The values themselves are off
 * by about 10⁻¹⁵ σ₁.
 *
 * @param source Matrix, held or produced on demand.
 * @returns Singular values, descending, as many as the shorter side has, and their bounds.
 * @throws {ShapeError} If the shorter side is longer than 8,192.
 * @throws {InputError} If an entry is not finite.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { hostSvdvals } from "./host_svdvals.ts";
 *
 * const { values, bounds } = hostSvdvals({ rows: 2, columns: 3, data: Float32Array.of(3, 0, 0, 0, 0, 4) });
 * assert(Math.abs(values[0] - 4) <= bounds[0] && Math.abs(values[1] - 3) <= bounds[1]);
 * assert(bounds[0] < 1e-12);
 * ```
 */
export function hostSvdvals(source: MatrixSource): HostSingularValues {
  const { rows, columns } = tallShape(source);
  if (columns > MOST_HOST_COLUMNS) {
    throw new ShapeError(
      `${source.rows} × ${source.columns} entries are too many: the shorter side may be ${MOST_HOST_COLUMNS}`,
    );
  }
  const exponent = exponentFor(source), scale = 2 ** -exponent;
  let entries: Float64Array, error = 0, height = rows;
  if (rows >= TALL * columns) {
    const triangle = new Triangle(columns);
    for (const { tile } of tiles(source)) triangle.add(tile, scale);
    error = triangle.finish();
    [entries, height] = [triangle.entries, columns];
  } else {
    entries = new Float64Array(rows * columns);
    for (const { tile, first } of tiles(source)) {
      for (let e = 0, at = first * columns; e < tile.length; e++, at++) entries[at] = scale * tile[e];
    }
  }
  const norm = ldexp(Math.sqrt(sumOfSquares(entries, 0, entries.length)), exponent);
  if (!Number.isFinite(norm)) throw new InputError("the norm of the matrix is beyond float64; scale it");
  const isZero = norm === 0;
  const reduced = bidiagonalize(entries, height, columns);
  const { values, bounds } = bidiagonalValues(reduced.diagonal, reduced.above);
  const moved = isZero ? 0 : (error + reduced.error) * (1 + 2 ** -40);
  return {
    values: values.map((value) => ldexp(value, exponent)),
    bounds: bounds.map((bound) => isZero ? 0 : ldexp(bound + moved, exponent)),
    norm,
  };
}

/** Exponent to scale by: 0 wherever single precision could hold the entries. */
function exponentFor(source: MatrixSource): number {
  let most = 0;
  for (const { tile } of tiles(source)) {
    if (tile instanceof Float32Array && !("data" in source)) return 0;
    for (let e = 0; e < tile.length; e++) {
      const size = Math.abs(tile[e]);
      if (!(size < Infinity)) throw new InputError(`an entry is ${tile[e]}: give finite numbers`);
      if (size > most) most = size;
    }
  }
  const exponent = most > 0 ? exponentOf(most) : 0;
  return Math.abs(exponent) > MOST_EXPONENT ? exponent : 0;
}

/** Rows of a matrix that is transposed where it is wide, in order. The next tile overwrites one. */
function* tiles(
  source: MatrixSource,
): Generator<{ readonly tile: ArrayLike<number>; readonly first: number }> {
  const { rows, columns } = tallShape(source), wide = isWide(source);
  const most = Math.max(1, Math.floor(TILE / columns));
  for (let first = 0; first < rows; first += most) {
    const count = Math.min(most, rows - first);
    yield { first, tile: wide ? transposedTile(source, first, count) : tileOf(source, first, count) };
  }
}

/** Columns of a wide matrix, as rows. */
function transposedTile(source: MatrixSource, first: number, count: number): Float32Array | Float64Array {
  const { rows, columns } = source;
  const isHeld = "data" in source;
  if (!isHeld && source.columnTile === undefined) {
    throw new InputError("a wide matrix without columnTile cannot be read by columns: give its transpose");
  }
  const block = isHeld ? source.data : source.columnTile!(first, count);
  const stride = isHeld ? columns : count, offset = isHeld ? first : 0;
  const out = block instanceof Float32Array ? new Float32Array(rows * count) : new Float64Array(rows * count);
  for (let i = 0; i < rows; i++) {
    for (let j = 0; j < count; j++) out[j * rows + i] = block[i * stride + offset + j];
  }
  return out;
}
