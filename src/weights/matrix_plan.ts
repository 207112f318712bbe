/**
 * Matrices of a model before they are read: where each lies in its file. These records travel to
 * the workers that measure them.
 *
 * @module
 */
import { InputError } from "../errors.ts";
import { openArray } from "../io/array_file.ts";
import { ArrayView } from "../io/array_view.ts";
import type { DtypeName } from "../io/dtypes.ts";
import type { StoredArray } from "../io/stored_array.ts";
import type { SyncTiledMatrix, Tile } from "../linalg/matrix_source.ts";

/** An array without its entries. */
export interface ArrayInfo extends Pick<StoredArray, "file" | "dtype" | "shape"> {
  /** Its name in the file; `null` in a `.npy` file. */
  readonly tensor: string | null;
  /** The same, or the name of the file. */
  readonly name: string;
  /** Its value, if it is a single number. */
  readonly value: number | null;
}

/** A matrix made of an array in a file. */
export interface ArrayPlan {
  /** Path of the file. */
  readonly file: string;
  /** Name of the array; `null` in a `.npy` file. */
  readonly tensor: string | null;
  /** Type of its entries. */
  readonly dtype: DtypeName;
  /** Shape of the array. */
  readonly shape: readonly number[];
  /** Axes that are columns, in order; the others are rows. */
  readonly axes: readonly number[];
  /** First row that is taken, and first column. */
  readonly start: readonly [row: number, column: number];
  /** Number of rows. */
  readonly rows: number;
  /** Number of columns. */
  readonly columns: number;
}

/** What a matrix is: an array of two axes or a block of one, an unfolded convolution, a product. */
export type MatrixKind = "matrix" | "convolution" | "lora";

/** A matrix to measure: one array, or the factors B and A of a product. */
export interface MatrixPlan {
  /** Name of the array, or of the layer that factors belong to. */
  readonly name: string;
  /** Block of it, or how it is unfolded; empty where it is taken as it is. */
  readonly part: string;
  /** What it is. */
  readonly kind: MatrixKind;
  /** Number of rows. */
  readonly rows: number;
  /** Number of columns. */
  readonly columns: number;
  /** The matrix, or the two factors. */
  readonly arrays: readonly [ArrayPlan] | readonly [b: ArrayPlan, a: ArrayPlan];
  /** Factor that a product is scaled by where the layer is used; `null` where the file has none. */
  readonly scale: number | null;
}

/** An open matrix. Dispose of it. */
export interface OpenMatrix extends SyncTiledMatrix, Disposable {
  columnTile(first: number, count: number): Tile;
}

/**
 * Plans a matrix over a whole array.
 *
 * @param array The array.
 * @param axes Axes that are columns.
 * @returns The matrix.
 */
export function arrayPlan({ file, tensor, dtype, shape }: ArrayInfo, axes: readonly number[]): ArrayPlan {
  const size = (isColumn: boolean) =>
    shape.reduce((product, length, axis) => axes.includes(axis) === isColumn ? product * length : product, 1);
  return { file, tensor, dtype, shape, axes, start: [0, 0], rows: size(false), columns: size(true) };
}

/**
 * Names a matrix in one text.
 *
 * @param plan The matrix.
 * @returns Its name, and its part in brackets.
 */
export function matrixLabel({ name, part }: Pick<MatrixPlan, "name" | "part">): string {
  return part === "" ? name : `${name} [${part}]`;
}

/**
 * Estimates the work of measuring a matrix.
 *
 * @param plan The matrix.
 * @returns About the number of operations of its singular values.
 */
export function workOf({ rows, columns, arrays }: MatrixPlan): number {
  const work = (m: number, n: number) => 2 * Math.max(m, n) * Math.min(m, n) ** 2 + 2 * Math.min(m, n) ** 3;
  if (arrays.length === 1) return work(rows, columns);
  return arrays.reduce((sum, factor) => sum + work(factor.rows, factor.columns), 0);
}

/**
 * Opens a matrix in its file.
 *
 * @param plan The matrix.
 * @returns The matrix; its entries stay in the file.
 * @throws {InputError} If the file cannot be read or has changed its shape.
 */
export async function openMatrix(plan: ArrayPlan): Promise<OpenMatrix> {
  const { file, tensor, shape, axes, start: [top, left], rows, columns } = plan;
  const array = await openArray(tensor === null ? file : `${file}:${tensor}`);
  if (array.shape.join() !== shape.join()) {
    array[Symbol.dispose]();
    throw new InputError(`${file}: has changed meanwhile; measure it again`);
  }
  const view = new ArrayView(array, axes);
  const hasAllRows = rows === view.rows;
  /** Rows of a block, cut out of those of the array. */
  const cut = (first: number, count: number) => {
    const tile = view.tile(top + first, count), width = view.columns;
    if (columns === width) return tile;
    const out = new (tile instanceof Float32Array ? Float32Array : Float64Array)(count * columns);
    for (let i = 0; i < count; i++) {
      out.set(tile.subarray(i * width + left, i * width + left + columns), i * columns);
    }
    return out;
  };
  return {
    rows,
    columns,
    tile: cut,
    columnTile: (first, count) => {
      const tile = view.columnTile(left + first, count);
      return hasAllRows ? tile : tile.subarray(top * count, (top + rows) * count);
    },
    [Symbol.dispose]: () => array[Symbol.dispose](),
  };
}
