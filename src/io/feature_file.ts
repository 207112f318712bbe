/**
 * Features and sample weights from files of other programs.
 *
 * @module
 */
import { InputError } from "../errors.ts";
import { count } from "../format.ts";
import { openArray } from "./array_file.ts";
import { printable } from "./choose_array.ts";
import type { Floats } from "./dtypes.ts";
import { shapeText } from "./floats.ts";
import { type StoredArray, wholeArray } from "./stored_array.ts";
import type { Matrix } from "../linalg/matrix.ts";
import type { TiledMatrix } from "../linalg/matrix_source.ts";

/**
 * Features from a file: at least one row and one column, all finite, in the precision of the file.
 */
export interface NamedFeatures extends Matrix {
  /** Path as the user gave it. */
  readonly name: string;
}

/** Features that stay in their file. Dispose of them to close it. */
export interface StoredFeatures extends TiledMatrix, Disposable {
  /** Path as the user gave it. */
  readonly name: string;
  /** Array in the file, with its type and order. */
  readonly array: StoredArray;
}

/** Entries of a block of rows that is read at once where rows do not lie together: 32 MiB. */
const BLOCK = 2 ** 23;

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

/** Rows of a matrix whose columns lie one after the other. */
class FortranRows {
  readonly #array: StoredArray;
  #block: Floats = new Float32Array(0);
  #first = 0;
  #end = 0;

  constructor(array: StoredArray) {
    this.#array = array;
  }

  /** Gives rows; see {@linkcode TiledMatrix.tile}. */
  tile(first: number, count: number): Floats {
    const [rows, columns] = this.#array.shape;
    if (first < this.#first || first + count > this.#end) {
      // More rows than asked for, since a read of few entries takes as long as one of many.
      const length = Math.min(rows - first, Math.max(count, Math.floor(BLOCK / columns)));
      this.#read(first, length);
    }
    const from = first - this.#first;
    return this.#block.subarray(from * columns, (from + count) * columns);
  }

  #read(first: number, length: number): void {
    const [rows, columns] = this.#array.shape;
    for (let column = 0; column < columns; column++) {
      const entries = this.#array.read(column * rows + first, length);
      if (this.#block.length < length * columns) {
        this.#block = entries instanceof Float32Array
          ? new Float32Array(length * columns)
          : new Float64Array(length * columns);
      }
      for (let row = 0, at = column; row < length; row++, at += columns) this.#block[at] = entries[row];
    }
    [this.#first, this.#end] = [first, first + length];
  }
}

/**
 * Opens features in a `.npy`, `.npz` or safetensors file, which may be larger than memory. The
 * first bytes of the file decide its format, not its name. An array is named after a colon if the
 * file holds several: `run.npz:hidden`, `run.safetensors:layers.2`.
 *
 * @param path Path of the file, and name of the array if the file holds several.
 * @returns The features. A tile throws an `InputError` where an entry is not finite or can not be
 * read.
 * @throws {InputError} If the file cannot be read or is malformed, or does not hold a matrix.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { npy } from "./npy.ts";
 * import { openFeatures } from "./feature_file.ts";
 *
 * const path = await Deno.makeTempFile();
 * await Deno.writeFile(path, npy([2, 3], Float32Array.of(1, 2, 3, 4, 5, 6)));
 * const features = await openFeatures(path);
 * assert.deepEqual([features.rows, features.columns], [2, 3]);
 * assert.deepEqual(features.tile(1, 1), Float32Array.of(4, 5, 6));
 * features[Symbol.dispose]();
 * await Deno.remove(path);
 * ```
 */
export async function openFeatures(path: string): Promise<StoredFeatures> {
  using stack = new DisposableStack();
  const array = stack.use(await openArray(path));
  const name = printable(path), { shape, strides } = array;
  if (shape.includes(0)) {
    throw new InputError(`${name}: is empty, of shape ${shapeText(shape)}; give an array with entries`);
  }
  if (shape.length !== 2) {
    throw new InputError(
      `${name}: an array of shape ${
        shapeText(shape)
      } is no matrix; give one row per sample and one column per neuron`,
    );
  }
  const [rows, columns] = shape;
  const isRowMajor = columns === 1 || strides[1] === 1;
  const reader = isRowMajor
    ? { tile: (first: number, count: number) => array.read(first * columns, count * columns) }
    : new FortranRows(array);
  // Rows that are known to be finite: a computation reads them several times, and a look at all
  // entries takes longer than to read them.
  let finite = 0;
  stack.move();
  return {
    rows,
    columns,
    name: path,
    array,
    tile(first, count) {
      const tile = reader.tile(first, count);
      if (first + count <= finite) return tile;
      const wrong = firstNotFinite(tile);
      if (wrong < 0) {
        if (first <= finite) finite = first + count;
        return tile;
      }
      const row = first + Math.floor(wrong / columns), column = wrong % columns;
      throw new InputError(
        `${name}: ${tile[wrong]} in row ${row}, column ${column} (counted from 0); give finite features`,
      );
    },
    [Symbol.dispose]: () => array[Symbol.dispose](),
  };
}

/**
 * Reads features from a file into memory, as {@linkcode openFeatures} opens them.
 *
 * @param path Path of the file, and name of the array if the file holds several.
 * @returns The features.
 * @throws {InputError} If the file cannot be read or is malformed, or does not hold a matrix of
 * finite numbers.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { npy } from "./npy.ts";
 * import { readFeatures } from "./feature_file.ts";
 *
 * const path = await Deno.makeTempFile();
 * await Deno.writeFile(path, npy([2, 3], Float32Array.of(1, 2, 3, 4, 5, 6)));
 * const { rows, columns, data } = await readFeatures(path);
 * assert.deepEqual([rows, columns, data], [2, 3, Float32Array.of(1, 2, 3, 4, 5, 6)]);
 *
 * await Deno.writeFile(path, npy([2, 3], Float32Array.of(1, 2, 3, 4, 5, NaN)));
 * await assert.rejects(readFeatures(path), {
 *   message: `${path}: NaN in row 1, column 2 (counted from 0); give finite features`,
 * });
 * await Deno.remove(path);
 * ```
 */
export async function readFeatures(path: string): Promise<NamedFeatures> {
  using features = await openFeatures(path);
  const { rows, columns } = features;
  return { rows, columns, data: features.tile(0, rows), name: path };
}

/**
 * Reads the weights of samples from a file, as {@linkcode readFeatures} reads features. Each sample
 * has one positive number.
 *
 * @param path Path of the file, and name of the array if the file holds several.
 * @param rows Number of samples.
 * @returns The weights as they are in the file, not scaled to any sum.
 * @throws {InputError} If the file cannot be read or is malformed, or does not hold `rows` positive
 * finite numbers in one dimension or one column.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { npy } from "./npy.ts";
 * import { readWeights } from "./feature_file.ts";
 *
 * const path = await Deno.makeTempFile();
 * await Deno.writeFile(path, npy([2], Float32Array.of(0.25, 0.75)));
 * assert.deepEqual(await readWeights(path, 2), Float64Array.of(0.25, 0.75));
 * await Deno.remove(path);
 * ```
 */
export async function readWeights(path: string, rows: number): Promise<Float64Array> {
  const { shape, data } = wholeArray(await openArray(path));
  const name = printable(path);
  if (shape.length !== 1 && !(shape.length === 2 && shape[1] === 1)) {
    throw new InputError(
      `${name}: an array of shape ${shapeText(shape)} cannot hold weights; give one dimension or one column`,
    );
  }
  if (data.length !== rows) {
    throw new InputError(
      `${name}: ${count(data.length, "weight")} for ${count(rows, "sample")}; give one weight per sample`,
    );
  }
  const wrong = data.findIndex((weight) => !(weight > 0 && weight < Infinity));
  if (wrong >= 0) {
    throw new InputError(
      `${name}: weight ${wrong} (counted from 0) is ${data[wrong]}; give positive finite weights`,
    );
  }
  return Float64Array.from(data);
}
