/**
 * Feature matrices made of arrays in files: some axes are features, the others samples.
 *
 * @module
 */

import { InputError } from "../errors.ts";
import type { Matrix } from "../linalg/matrix.ts";
import type { TiledMatrix } from "../linalg/matrix_source.ts";
import { extent } from "../stats/extent.ts";
import type { Floats } from "./dtypes.ts";
import { countEntries, shapeText } from "./floats.ts";
import { arrayLabel, type StoredArray } from "./stored_array.ts";

/**
 * A range of the file is read at once where at least one in so many of its entries is wanted and it
 * is not too long for memory, or where it is so short that fewer entries would take as long.
 */
const WASTE = 4, LONG = 2 ** 21, SHORT = 2 ** 15;

/** Axes that are walked through together, the last one fastest. */
interface Walk {
  readonly sizes: readonly number[];
  readonly strides: readonly number[];
}

/**
 * A matrix over an array in a file. Its rows are the samples in row-major order of their axes; its
 * columns go through the axes of features in the given order, the last one fastest. Nothing but
 * the blocks that are asked for is in memory.
 */
export class ArrayView implements TiledMatrix {
  /** Number of samples. */
  readonly rows: number;
  /** Number of features. */
  readonly columns: number;
  readonly #array: StoredArray;
  readonly #axes: readonly number[];
  readonly #samples: Walk;
  readonly #features: Walk;
  /** Whether the file holds the matrix row by row. */
  readonly #isRowMajor: boolean;
  /** Rows that were found finite: a computation reads them several times. */
  #finiteRows = 0;

  /**
   * Looks at an array.
   *
   * @param array The array; it stays the caller's.
   * @param axes Axes that are features, as `featureAxes` gives them.
   */
  constructor(array: StoredArray, axes: readonly number[]) {
    const walk = (some: readonly number[]): Walk => ({
      sizes: some.map((axis) => array.shape[axis]),
      strides: some.map((axis) => array.strides[axis]),
    });
    this.#array = array;
    this.#axes = axes;
    this.#samples = walk(array.shape.map((_, axis) => axis).filter((axis) => !axes.includes(axis)));
    this.#features = walk(axes);
    this.rows = countEntries(this.#samples.sizes);
    this.columns = countEntries(this.#features.sizes);
    this.#isRowMajor = isDense(this.#features, 1) && isDense(this.#samples, this.columns);
  }

  /**
   * Gives samples.
   *
   * @param first Index of the first sample.
   * @param count Number of samples.
   * @returns Row-major entries, `count × columns`; the next call may overwrite them.
   * @throws {InputError} If an entry is NaN or infinite, or the file can not be read.
   */
  tile(first: number, count: number): Floats {
    const tile = this.#isRowMajor
      ? this.#array.read(first * this.columns, count * this.columns)
      : this.#block(places(this.#samples, first, count), places(this.#features, 0, this.columns));
    if (first + count <= this.#finiteRows) return tile;
    this.#check(tile, this.columns, { row: first, column: 0 });
    if (first <= this.#finiteRows) this.#finiteRows = first + count;
    return tile;
  }

  /**
   * Gives features.
   *
   * @param first Index of the first feature.
   * @param count Number of features.
   * @returns Row-major entries, `rows × count`; the next call may overwrite them.
   * @throws {InputError} If an entry is NaN or infinite, or the file can not be read.
   */
  columnTile(first: number, count: number): Floats {
    const tile = this.#block(places(this.#samples, 0, this.rows), places(this.#features, first, count));
    this.#check(tile, count, { row: 0, column: first });
    return tile;
  }

  /**
   * Reads the whole matrix into memory.
   *
   * @returns The matrix; a later read of the array may overwrite its entries.
   * @throws {InputError} If an entry is NaN or infinite, or the file can not be read.
   */
  whole(): Matrix {
    const { rows, columns } = this;
    return { rows, columns, data: this.tile(0, rows) };
  }

  /** Refuses a block with an entry that is not finite, by its place. */
  #check(block: Floats, width: number, start: { readonly row: number; readonly column: number }): void {
    const wrong = firstNotFinite(block);
    if (wrong < 0) return;
    const row = start.row + Math.floor(wrong / width), column = start.column + wrong % width;
    const { file, name, shape } = this.#array;
    const where = shape.length === 2 && this.#axes[0] === 1
      ? `in row ${row}, column ${column}`
      : `at index ${shapeText(this.#indexOf(row, column))}`;
    throw new InputError(
      `${arrayLabel(file, name)}: ${block[wrong]} ${where} (counted from 0); give finite features`,
    );
  }

  /** The index along each axis of the array of an entry of the matrix. */
  #indexOf(row: number, column: number): number[] {
    const { strides, shape } = this.#array;
    const place = places(this.#samples, row, 1)[0] + places(this.#features, column, 1)[0];
    return shape.map((size, axis) => Math.floor(place / strides[axis]) % size);
  }

  /** Entries at the sums of two lists of places in the file, row-major. */
  #block(rows: Float64Array, columns: Float64Array): Floats {
    const entries = rows.length * columns.length;
    let block: Floats | undefined;
    this.#gather({ rows, columns }, (values, least, { rows: down, columns: across, at }) => {
      block ??= values instanceof Float32Array ? new Float32Array(entries) : new Float64Array(entries);
      for (let i = 0, start = at; i < down.length; i++, start += columns.length) {
        const from = down[i] - least;
        for (let j = 0; j < across.length; j++) block[start + j] = values[from + across[j]];
      }
    });
    return block!;
  }

  /**
   * Reads the file in ranges that hold a part of the block each: halves of it, until the range of
   * each is mostly wanted, or short.
   */
  #gather(
    { rows, columns, at = 0, stride = columns.length }: {
      readonly rows: Float64Array;
      readonly columns: Float64Array;
      readonly at?: number;
      readonly stride?: number;
    },
    take: (
      values: Floats,
      least: number,
      part: { readonly rows: Float64Array; readonly columns: Float64Array; readonly at: number },
    ) => void,
  ): void {
    const [top, bottom] = extent(rows), [left, right] = extent(columns);
    const span = bottom - top + right - left + 1;
    if (span <= Math.max(SHORT, Math.min(LONG, WASTE * rows.length * columns.length))) {
      const least = top + left;
      take(this.#array.read(least, span), least, { rows, columns, at });
      return;
    }
    const isDown = bottom - top > right - left;
    const middle = (isDown ? rows : columns).length >> 1;
    const halves = isDown
      ? [
        { rows: rows.subarray(0, middle), columns, at },
        { rows: rows.subarray(middle), columns, at: at + middle * stride },
      ]
      : [
        { rows, columns: columns.subarray(0, middle), at },
        { rows, columns: columns.subarray(middle), at: at + middle },
      ];
    for (const half of halves) this.#gather({ ...half, stride }, take);
  }
}

/** Finds the first entry that is NaN or infinite. Returns its index, or −1. */
function firstNotFinite(data: Floats): number {
  // Times 0 they are NaN, and others 0. Four sums take half as long as a test of each entry.
  let a = 0, b = 0, c = 0, d = 0;
  const last = data.length - data.length % 4;
  for (let i = 0; i < last; i += 4) {
    a += 0 * data[i];
    b += 0 * data[i + 1];
    c += 0 * data[i + 2];
    d += 0 * data[i + 3];
  }
  for (let i = a + b + c + d === 0 ? last : 0; i < data.length; i++) if (!Number.isFinite(data[i])) return i;
  return -1;
}

/** Places in the file of some steps of a walk. */
function places({ sizes, strides }: Walk, first: number, count: number): Float64Array {
  const found = new Float64Array(count), index = sizes.map(() => 0);
  for (let axis = sizes.length - 1, rest = first; axis >= 0; axis--) {
    index[axis] = rest % sizes[axis];
    rest = Math.floor(rest / sizes[axis]);
  }
  let place = index.reduce((sum, i, axis) => sum + i * strides[axis], 0);
  for (let k = 0; k < count; k++) {
    found[k] = place;
    for (let axis = sizes.length - 1; axis >= 0; axis--) {
      place += strides[axis];
      if (++index[axis] < sizes[axis]) break;
      place -= sizes[axis] * strides[axis];
      index[axis] = 0;
    }
  }
  return found;
}

/** Whether a walk goes on by the same step all the way. */
function isDense({ sizes, strides }: Walk, step: number): boolean {
  let next = step;
  for (let axis = sizes.length - 1; axis >= 0; axis--) {
    // An axis of size 1 has any stride.
    if (sizes[axis] > 1 && strides[axis] !== next) return false;
    next *= sizes[axis];
  }
  return true;
}
