/**
 * Singular values in float64 on the host, with certified bounds.
 *
 * @module
 */
import { InputError, ShapeError } from "../../errors.ts";
import { finish, settled, type Steps } from "../../gpu/turns.ts";
import {
  isWide,
  type MatrixSource,
  type Shape,
  type SyncMatrixSource,
  tallShape,
  type Tile,
} from "../matrix_source.ts";
import { exponentOf, gamma, ldexp } from "../rounding.ts";
import { bidiagonalize } from "./bidiagonalize.ts";
import { bidiagonalValues, type BoundedValues } from "./bidiagonal_values.ts";
import { rowTiles } from "./row_tiles.ts";
import { scaleInto, sumOfSquares, U64 } from "./reflection.ts";
import { Triangle } from "./triangularize.ts";

/** Longer side, as a share of the shorter one, from which on a triangle is made first. */
const TALL = 5 / 3;
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
 * rows at a time, so that of 50,257 × 768 entries no more than 5 MiB are in memory. A wide matrix
 * is read by columns. The singular values of the bidiagonal matrix are found by bisection.
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
 * const matrix = { rows: 2, columns: 3, data: Float32Array.of(3, 0, 0, 0, 0, 4) };
 * const { values, bounds } = hostSvdvals(matrix);
 * assert(Math.abs(values[0] - 4) <= bounds[0] && Math.abs(values[1] - 3) <= bounds[1]);
 * assert(bounds[0] < 1e-12);
 * ```
 */
export function hostSvdvals(source: SyncMatrixSource): HostSingularValues {
  return finish(hostSvdvalsSteps(source));
}

/** Options of {@linkcode hostSvdvalsSteps}. */
export interface HostSvdvalsOptions {
  /**
   * Exponent of a power of two by which no entry is beyond 2²⁰⁰; entries far below 2⁻²⁰⁰ then count
   * as error. Default: that of the largest entry, found in a pass of its own.
   */
  readonly exponent?: number;
  /** Called with the share of the work that is done, from 0 to 1. Default: nothing. */
  readonly onShare?: ((share: number) => void) | undefined;
}

/**
 * Computes singular values as {@linkcode hostSvdvals} does, in steps of at most about a second.
 *
 * @param source Matrix, held or produced on demand; tiles may be promises.
 * @param options What is known of the entries, and what to call on the way.
 * @returns Singular values and bounds, after the steps.
 * @throws {ShapeError} If the shorter side is longer than 8,192.
 * @throws {InputError} If an entry is not finite.
 */
export function* hostSvdvalsSteps(
  source: MatrixSource,
  options: HostSvdvalsOptions = {},
): Steps<HostSingularValues> {
  const { rows, columns } = tallShape(source);
  if (columns > MOST_HOST_COLUMNS) {
    throw new ShapeError(
      `${source.rows} × ${source.columns} entries are too many: the shorter side may be ${MOST_HOST_COLUMNS}`,
    );
  }
  const exponent = options.exponent ?? (yield* exponentFor(source)), scale = 2 ** -exponent;
  let entries: Float64Array, bound = 0, height = rows, before = 0;
  if (rows >= TALL * columns) {
    const triangle = new Triangle(columns);
    // Operations of the triangle and of its bidiagonal form are as 4 m n² to 8/3 n³.
    before = rows / (rows + columns * 2 / 3);
    for (const { tile, first } of rowTiles(source, isWide(source))) {
      options.onShare?.(before * first / rows);
      yield* triangle.add(yield* settled(tile), scale);
    }
    const found = yield* triangle.finish();
    bound = triangle.entries.every((x) => x === 0) ? 0 : found;
    [entries, height] = [triangle.entries, columns];
  } else {
    entries = new Float64Array(rows * columns);
    for (const { tile: given, first } of rowTiles(source, isWide(source))) {
      const tile = yield* settled(given);
      yield;
      scaleInto(entries, first * columns, { from: tile, at: 0, count: tile.length, scale });
    }
  }
  const onShare = (share: number) => options.onShare?.(before + (1 - before) * share);
  return yield* solve(entries, { rows: height, columns, bound, exponent, onShare });
}

/**
 * Computes the singular values of a product B A of a tall and a wide matrix, such as the factors of
 * LoRA, without the product: those of the core R_B R_Aᵀ, r × r, of the triangles of B and of Aᵀ.
 *
 * With the triangles off by β and α, the core is off by β (‖A‖ + α) + α ‖B‖, and the sums of its
 * entries by γ_r of the product of both norms.
 *
 * @param b B, `rows × r`.
 * @param a A, `r × columns`.
 * @returns Singular values, descending, as many as the shortest of the three sides, and their
 * bounds; all others are 0.
 * @throws {ShapeError} If the inner sides differ, or are longer than 8,192.
 * @throws {InputError} If an entry is not finite.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { hostProductSvdvals } from "./host_svdvals.ts";
 *
 * const b = { rows: 2, columns: 1, data: Float32Array.of(3, 4) };
 * const a = { rows: 1, columns: 3, data: Float32Array.of(0, 2, 0) };
 * const { values } = hostProductSvdvals(b, a);
 * assert(values.length === 1 && Math.abs(values[0] - 10) < 1e-12);
 * ```
 */
export function hostProductSvdvals(b: SyncMatrixSource, a: SyncMatrixSource): HostSingularValues {
  const r = b.columns;
  if (a.rows !== r) {
    throw new ShapeError(
      `a product of ${b.rows} × ${r} and ${a.rows} × ${a.columns} entries does not exist: inner sides differ`,
    );
  }
  if (r > MOST_HOST_COLUMNS) {
    throw new ShapeError(`factors have an inner side of ${r}: it may be ${MOST_HOST_COLUMNS}`);
  }
  const left = finish(triangleOf(b, false)), right = finish(triangleOf(a, true));
  const core = new Float64Array(r * r);
  for (let i = 0; i < r; i++) {
    for (let j = 0; j < r; j++) {
      let sum = 0;
      for (let k = Math.max(i, j); k < r; k++) sum += left.entries[i * r + k] * right.entries[j * r + k];
      core[i * r + j] = sum;
    }
  }
  const size = (entries: Float64Array) => Math.sqrt(sumOfSquares(entries, 0, r * r)) * (1 + 2 ** -20);
  const wide = size(right.entries) + 2 * right.bound, tall = size(left.entries) + 2 * left.bound;
  const isZero = wide === 0 || tall === 0;
  const bound = isZero ? 0 : left.bound * wide + right.bound * tall + gamma(r, U64) * wide * tall;
  const solved = finish(solve(core, { rows: r, columns: r, bound, exponent: 0 }));
  const kept = Math.min(b.rows, a.columns, r);
  return { ...solved, values: solved.values.subarray(0, kept), bounds: solved.bounds.subarray(0, kept) };
}

/** The triangle of a matrix or of its transpose, 0 for zeros, and its bound. */
function* triangleOf(
  source: SyncMatrixSource,
  isTransposed: boolean,
): Steps<{ readonly entries: Float64Array; readonly bound: number }> {
  const triangle = new Triangle(isTransposed ? source.rows : source.columns);
  for (const { tile: given } of rowTiles(source, isTransposed)) {
    const tile = yield* settled(given);
    checkFinite(tile);
    yield* triangle.add(tile);
  }
  const bound = yield* triangle.finish(), { entries } = triangle;
  return { entries, bound: entries.every((x) => x === 0) ? 0 : bound };
}

/** Solves a matrix in memory, which is scaled by 2 to the −exponent and off by a bound. */
function* solve(
  entries: Float64Array,
  { rows, columns, bound, exponent, onShare }: Shape & HostSvdvalsOptions & {
    readonly bound: number;
    readonly exponent: number;
  },
): Steps<HostSingularValues> {
  const norm = ldexp(Math.sqrt(sumOfSquares(entries, 0, entries.length)), exponent);
  if (!Number.isFinite(norm)) throw new InputError("the norm of the matrix is beyond float64: scale it");
  const isZero = norm === 0 && entries.every((x) => x === 0);
  const reduced = yield* bidiagonalize(entries, rows, columns, { onShare });
  const { values, bounds } = yield* bidiagonalValues(reduced.diagonal, reduced.above);
  const moved = isZero ? bound : (bound + reduced.bound) * (1 + 2 ** -40);
  return {
    values: values.map((value) => ldexp(value, exponent)),
    bounds: bounds.map((each) => ldexp(each + moved, exponent)),
    norm,
  };
}

/** Exponent to scale by: 0 wherever single precision could hold the entries. */
function* exponentFor(source: MatrixSource): Steps<number> {
  let most = 0;
  for (const { tile: given } of rowTiles(source, isWide(source))) {
    const tile = yield* settled(given);
    yield;
    if (tile instanceof Float32Array && !("data" in source)) return 0;
    checkFinite(tile);
    most = Math.max(most, largestOf(tile));
  }
  const exponent = most > 0 ? exponentOf(most) : 0;
  return Math.abs(exponent) > MOST_EXPONENT ? exponent : 0;
}

/** Largest magnitude of finite entries. */
function largestOf(tile: Tile): number {
  let most = 0;
  for (let e = 0; e < tile.length; e++) {
    const size = Math.abs(tile[e]);
    if (size > most) most = size;
  }
  return most;
}

function checkFinite(tile: Float32Array | Float64Array): void {
  const wrong = tile.findIndex((entry) => !Number.isFinite(entry));
  if (wrong >= 0) throw new InputError(`an entry is ${tile[wrong]}: give finite numbers`);
}
