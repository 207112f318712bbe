/**
 * Features and sample weights from files of other programs.
 *
 * @module
 */
import { InputError } from "../errors.ts";
import { count } from "../format.ts";
import { printable } from "./choose_array.ts";
import { type FloatArray, shapeText } from "./floats.ts";
import { parseNpy } from "./npy.ts";
import { NPY_MAGIC } from "./npy_header.ts";
import { parseNpz } from "./npz.ts";
import { parseSafetensors } from "./safetensors.ts";
import type { Matrix } from "../linalg/matrix.ts";

/**
 * Features from a file: at least one row and one column, all finite, in the precision of the file.
 */
export interface NamedFeatures extends Matrix {
  /** Path as the user gave it. */
  readonly name: string;
}

const FORMATS = "a .npy, .npz or safetensors file";

// A ZIP archive begins with its first member, or with its end record if it is empty.
const ZIP_MAGIC = [[0x50, 0x4b, 3, 4], [0x50, 0x4b, 5, 6]];

const beginsWith = (bytes: Uint8Array, magic: readonly number[]) =>
  magic.every((byte, i) => bytes[i] === byte);

/** Explains why a file cannot be read. */
function unreadable(path: string, cause: unknown): InputError {
  const name = printable(path);
  if (cause instanceof Deno.errors.NotFound) {
    return new InputError(`${name}: no such file; give the path of ${FORMATS}`, { cause });
  }
  if (cause instanceof Deno.errors.NotCapable) {
    return new InputError(`${name}: Deno may not read it; run Deno with --allow-read`, { cause });
  }
  const reason = cause instanceof Error ? cause.message.split("\n")[0] : String(cause);
  return new InputError(
    `${name}: cannot be read (${printable(reason)}); give ${FORMATS} that this program may read`,
    { cause },
  );
}

/** Tells whether reading a path comes to an end. */
const isReadable = ({ isFile, isFifo }: Deno.FileInfo) => isFile || isFifo === true;

/**
 * Splits `file:array`. Both may hold colons, so the file is the longest beginning that exists. A
 * file with a colon in its name comes first.
 */
async function locate(path: string): Promise<{ file: string; array?: string }> {
  if (path === "") throw new InputError(`the path of a file is empty; give the path of ${FORMATS}`);
  let failure: unknown;
  try {
    const info = await Deno.stat(path);
    if (isReadable(info)) return { file: path };
    const what = info.isDirectory ? "is a directory" : "is a device";
    throw new InputError(`${printable(path)}: ${what}; give the path of ${FORMATS}`);
  } catch (error) {
    if (error instanceof InputError) throw error;
    failure = error;
  }
  for (let colon = path.lastIndexOf(":"); colon > 0; colon = path.lastIndexOf(":", colon - 1)) {
    const file = path.slice(0, colon);
    const info = await Deno.stat(file).catch(() => undefined);
    if (info && isReadable(info)) return { file, array: path.slice(colon + 1) };
  }
  throw unreadable(path, failure);
}

/** Reads an array from a file. The first bytes decide its format. */
async function readArray(path: string): Promise<FloatArray> {
  const { file, array } = await locate(path);
  const bytes = await Deno.readFile(file).catch((error) => {
    throw unreadable(file, error);
  });
  const name = printable(file);
  if (bytes.length === 0) throw new InputError(`${name}: is empty; give ${FORMATS}`);
  if (ZIP_MAGIC.some((magic) => beginsWith(bytes, magic))) return await parseNpz(bytes, name, array);
  if (beginsWith(bytes, NPY_MAGIC)) {
    if (array === undefined) return parseNpy(bytes, name);
    throw new InputError(
      `${name}: is a .npy file, whose array has no name; leave out :${printable(array)}`,
    );
  }
  // Safetensors have no magic number, but their header is a JSON object and follows its length.
  if (bytes[8] === 0x7b) return parseSafetensors(bytes, name, array);
  throw new InputError(`${name}: is not ${FORMATS}; save the features with numpy.save`);
}

/** Finds the first entry that is NaN or infinite. Returns its index, or −1. */
function firstNotFinite(data: Float32Array | Float64Array): number {
  // A plain loop, because a callback for each entry takes many times as long.
  for (let i = 0; i < data.length; i++) if (!Number.isFinite(data[i])) return i;
  return -1;
}

/**
 * Reads features from a `.npy`, `.npz` or safetensors file. The first bytes of the file decide its
 * format, not its name. An array is named after a colon if the file holds several:
 * `run.npz:hidden`, `run.safetensors:layers.2`.
 *
 * @param path Path of the file, and name of the array if the file holds several.
 * @returns The features.
 * @throws {InputError} If the file cannot be read or is malformed, or does not hold a matrix of
 * finite floats.
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
  const { shape, data } = await readArray(path);
  const name = printable(path);
  if (shape.length !== 2) {
    throw new InputError(
      `${name}: an array of shape ${
        shapeText(shape)
      } is no matrix; give one row per sample and one column per neuron`,
    );
  }
  const [rows, columns] = shape;
  const wrong = firstNotFinite(data);
  if (wrong >= 0) {
    const row = Math.floor(wrong / columns), column = wrong % columns;
    throw new InputError(
      `${name}: ${data[wrong]} in row ${row}, column ${column} (counted from 0); give finite features`,
    );
  }
  return { rows, columns, data, name: path };
}

/**
 * Reads the weights of samples from a file, as {@linkcode readFeatures} reads features. Each sample
 * has one positive number.
 *
 * @param path Path of the file, and name of the array if the file holds several.
 * @param rows Number of samples.
 * @returns The weights as they are in the file, not scaled to any sum.
 * @throws {InputError} If the file cannot be read or is malformed, or does not hold `rows` positive
 * finite floats in one dimension or one column.
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
  const { shape, data } = await readArray(path);
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
