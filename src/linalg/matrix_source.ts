/**
 * Matrices that the host holds whole, or produces on demand, a block of rows at a time.
 *
 * @module
 */
import { InputError, ShapeError } from "../errors.ts";
import { isPromise } from "../gpu/turns.ts";
import type { Matrix } from "./matrix.ts";

/** Entries of some rows or columns of a matrix. */
export type Tile = Float32Array | Float64Array;

/** A matrix produced on demand, a block of rows at a time. */
export interface TiledMatrix {
  /** Number of rows m. */
  readonly rows: number;
  /** Number of columns n. */
  readonly columns: number;
  /**
   * Gives rows. A pass asks for them in order, from the first to the last; a computation may make
   * several passes.
   *
   * @param first Index of the first row.
   * @param count Number of rows.
   * @returns Row-major entries, `count × columns`, or a promise of them, as where they come from a
   * network or from a GPU. They are copied before the next call, and none comes before a promise is
   * settled.
   */
  tile(first: number, count: number): Tile | PromiseLike<Tile>;
  /**
   * Gives columns, where the matrix can. One with fewer rows than columns is read by columns;
   * without this function all of its rows are read for every 256 MiB of them.
   *
   * @param first Index of the first column.
   * @param count Number of columns.
   * @returns Row-major entries, `rows × count`, or a promise of them, as for `tile`.
   */
  columnTile?(first: number, count: number): Tile | PromiseLike<Tile>;
}

/** A matrix produced on demand, without promises, as from memory or a file that is read at once. */
export interface SyncTiledMatrix extends TiledMatrix {
  /**
   * Gives rows, see {@linkcode TiledMatrix.tile}.
   *
   * @param first Index of the first row.
   * @param count Number of rows.
   * @returns Row-major entries, `count × columns`.
   */
  tile(first: number, count: number): Tile;
  /**
   * Gives columns, see {@linkcode TiledMatrix.columnTile}.
   *
   * @param first Index of the first column.
   * @param count Number of columns.
   * @returns Row-major entries, `rows × count`.
   */
  columnTile?(first: number, count: number): Tile;
}

/** A matrix, however its entries are had. */
export type MatrixSource = Matrix | TiledMatrix;

/** A matrix whose entries are had without promises. */
export type SyncMatrixSource = Matrix | SyncTiledMatrix;

/** Shape of a matrix. */
export interface Shape {
  /** Number of rows. */
  readonly rows: number;
  /** Number of columns. */
  readonly columns: number;
}

/**
 * Tells whether a matrix has fewer rows than columns.
 *
 * @param shape Its shape.
 * @returns Whether it is wide.
 */
export function isWide({ rows, columns }: Shape): boolean {
  return rows < columns;
}

/**
 * Gets the shape of a matrix that is transposed where it is wide.
 *
 * @param shape Its shape.
 * @returns The longer side as rows, the shorter one as columns.
 */
export function tallShape({ rows, columns }: Shape): Shape {
  return { rows: Math.max(rows, columns), columns: Math.min(rows, columns) };
}

/**
 * Checks quadrature weights.
 *
 * @param weights Weights w > 0.
 * @param rows Number of samples.
 * @throws {ShapeError} If there is not one weight for each sample.
 * @throws {InputError} If a weight is not a finite number above 0.
 */
export function checkWeights(weights: ArrayLike<number>, rows: number): void {
  if (!Array.isArray(weights) && !ArrayBuffer.isView(weights)) {
    throw new InputError(`weights are ${weights}: give a list of numbers above 0, one for each sample`);
  }
  if (weights.length !== rows) {
    throw new ShapeError(`${weights.length} weights for ${rows} samples: give one for each`);
  }
  for (let k = 0; k < rows; k++) {
    if (!(typeof weights[k] === "number" && weights[k] > 0 && weights[k] < Infinity)) {
      throw new InputError(`weight ${k} (from 0) is ${weights[k]}: give finite numbers above 0`);
    }
  }
}

/**
 * Checks a batch of feature matrices and the weights of their samples; entries are checked when
 * they are read.
 *
 * @param sources Matrices, a sample a row.
 * @param weights Quadrature weights, shared by all. Default: none.
 * @throws {ShapeError} If shapes differ, are not whole numbers from 1, or do not fit the number of
 * entries or weights.
 * @throws {InputError} If they are no list of matrices, there are no entries of a type that is
 * known, or a weight is not a finite number above 0.
 */
export function checkSources(sources: readonly MatrixSource[], weights?: ArrayLike<number>): void {
  if (!Array.isArray(sources)) {
    throw new InputError("features must be a list of matrices: give [features], even for one");
  }
  for (const source of sources) {
    if (typeof source !== "object" || source === null) {
      throw new InputError(`features are ${source}: give an object { rows, columns, data }`);
    }
    const { rows, columns } = source;
    if (!(Number.isSafeInteger(rows) && Number.isSafeInteger(columns) && rows >= 1 && columns >= 1)) {
      throw new ShapeError(
        `${rows} samples of ${columns} features: give whole numbers, at least one of each`,
      );
    }
    if (rows !== sources[0].rows || columns !== sources[0].columns) {
      throw new ShapeError("feature matrices of different shapes: give those of one shape at a time");
    }
    if (!("data" in source)) {
      if (typeof source.tile === "function") continue;
      throw new InputError("features without entries: give data, or a function tile that produces them");
    }
    if (!(source.data instanceof Float32Array || source.data instanceof Float64Array)) {
      throw new InputError("the data of features are no floats: give a Float32Array or a Float64Array");
    }
    if (source.data.length !== rows * columns) {
      throw new ShapeError(
        `${source.data.length} entries for ${rows} samples of ${columns} features: give rows × columns`,
      );
    }
  }
  if (weights !== undefined && sources.length > 0) checkWeights(weights, sources[0].rows);
}

/**
 * Gets rows of a matrix.
 *
 * @param source The matrix.
 * @param first Index of the first row.
 * @param count Number of rows.
 * @returns Their entries, row-major, or a promise of them.
 * @throws {ShapeError} If `tile` gives too few or too many entries; a promise of them rejects.
 */
export function tileOf(source: SyncMatrixSource, first: number, count: number): Tile;
export function tileOf(source: MatrixSource, first: number, count: number): Tile | PromiseLike<Tile>;
export function tileOf(source: MatrixSource, first: number, count: number): Tile | PromiseLike<Tile> {
  const { columns } = source;
  if ("data" in source) return source.data.subarray(first * columns, (first + count) * columns);
  const checked = (tile: Tile) => {
    if (tile.length === count * columns) return tile;
    throw new ShapeError(
      `tile(${first}, ${count}) gave ${tile.length} entries: give ${count} rows of ${columns} features`,
    );
  };
  const tile = source.tile(first, count);
  return isPromise(tile) ? tile.then(checked) : checked(tile);
}
