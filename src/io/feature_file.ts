/**
 * Features and sample weights from files of other programs.
 *
 * @module
 */
import { InputError } from "../errors.ts";
import { count, shown } from "../format.ts";
import { openArray } from "./array_file.ts";
import { ArrayView } from "./array_view.ts";
import { featureAxes, type FeatureAxesOptions } from "./feature_axes.ts";
import { countEntries, shapeText } from "./floats.ts";
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
  /** Gives rows at once. */
  tile(first: number, count: number): Float32Array | Float64Array;
  /** Gives columns at once. */
  columnTile(first: number, count: number): Float32Array | Float64Array;
}

/**
 * Opens features in a `.npy`, `.npz` or safetensors file, which may be larger than memory. The
 * first bytes of the file decide its format, not its name. An array is named after a colon if the
 * file holds several: `run.npz:hidden`, `run.safetensors:layers.2`.
 *
 * @param path Path of the file, and name of the array if the file holds several.
 * @param options Which axes are features, of arrays with more than two. Default: the last one.
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
export async function openFeatures(path: string, options: FeatureAxesOptions = {}): Promise<StoredFeatures> {
  using stack = new DisposableStack();
  const array = stack.use(await openArray(path));
  const view = new ArrayView(array, featureAxes(array.shape, options, shown(path)));
  const owned = stack.move();
  return {
    rows: view.rows,
    columns: view.columns,
    name: path,
    array,
    tile: (first, count) => view.tile(first, count),
    columnTile: (first, count) => view.columnTile(first, count),
    [Symbol.dispose]: () => owned.dispose(),
  };
}

/**
 * Reads features from a file into memory, as {@linkcode openFeatures} opens them.
 *
 * @param path Path of the file, and name of the array if the file holds several.
 * @param options Which axes are features. Default: the last one.
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
export async function readFeatures(
  path: string,
  options: FeatureAxesOptions = {},
): Promise<NamedFeatures> {
  using features = await openFeatures(path, options);
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
  using array = await openArray(path);
  const name = shown(path), { shape } = array, weights = countEntries(shape);
  if (shape.length !== 1 && !(shape.length === 2 && shape[1] === 1)) {
    throw new InputError(
      `${name}: an array of shape ${shapeText(shape)} cannot hold weights; give one dimension or one column`,
    );
  }
  if (weights !== rows) {
    throw new InputError(
      `${name}: ${count(weights, "weight")} for ${count(rows, "sample")}; give one weight per sample`,
    );
  }
  const { data } = wholeArray(array);
  const wrong = data.findIndex((weight) => !(weight > 0 && weight < Infinity));
  if (wrong >= 0) {
    throw new InputError(
      `${name}: weight ${wrong} (counted from 0) is ${data[wrong]}; give positive finite weights`,
    );
  }
  return Float64Array.from(data);
}
