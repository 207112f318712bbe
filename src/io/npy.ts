/**
 * NumPy's `.npy` files, which hold one array each.
 *
 * @module
 */
import { InputError, ShapeError } from "../errors.ts";
import { count } from "../format.ts";
import { type ByteSource, heldBytes } from "./bytes.ts";
import { dtypes } from "./dtypes.ts";
import { countEntries, type FloatArray, MOST_DIMENSIONS, shapeText, shapeTuple } from "./floats.ts";
import { NPY_MAGIC, readNpyHeader } from "./npy_header.ts";
import { arrayLabel, ArrayOfBytes, type StoredArray, wholeArray } from "./stored_array.ts";

/**
 * Opens the array of a `.npy` file. It reads versions 1.0, 2.0 and 3.0, real numbers in either byte
 * order, and arrays in C or Fortran order.
 *
 * @param source The file; the array shares it.
 * @param file Path of the file.
 * @param name Name of the array in an archive; `null` for a file of its own.
 * @returns The array.
 * @throws {InputError} If the file is malformed, truncated or too long, or holds another type.
 */
export function openNpy(source: ByteSource, file: string, name: string | null = null): StoredArray {
  const label = arrayLabel(file, name);
  const { start, joinedShape, ...layout } = readNpyHeader(source, label);
  const { shape, dtype } = layout, size = source.size - start;
  const needed = (shape: readonly number[]) => dtypes[dtype].bytes * countEntries(shape);
  if (size !== needed(shape)) {
    if (joinedShape && size === needed(joinedShape)) {
      throw new InputError(
        `${label}: its ${size} bytes of entries fit shape ${shapeText(joinedShape)}, but its header has ` +
          "the digits of a size in groups, by a locale; write the header without commas between digits",
      );
    }
    if (source.size < start + needed(shape)) {
      const amount = Number.isSafeInteger(needed(shape)) ? `${start + needed(shape)}` : "more than 2⁵³";
      throw new InputError(
        `${label}: truncated after ${source.size} of the ${amount} bytes that shape ${
          shapeText(shape)
        } needs; save it again`,
      );
    }
    throw new InputError(
      `${label}: ${count(size - needed(shape), "trailing byte")} after the ${
        start + needed(shape)
      } that shape ${shapeText(shape)} needs; save one array per file`,
    );
  }
  return new ArrayOfBytes(source, { file, name, ...layout, begin: start });
}

/**
 * Parses a `.npy` file, of any type that {@linkcode StoredArray} reads.
 *
 * @param bytes The file.
 * @param name Name of the file, for errors.
 * @returns The array, in row-major order.
 * @throws {InputError} If the file is malformed, truncated or too long, or holds another type.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { npy, parseNpy } from "./npy.ts";
 *
 * const { shape, data } = parseNpy(npy([2, 3], Float64Array.of(1, 2, 3, 4, 5, 6)), "features.npy");
 * assert.deepEqual(shape, [2, 3]);
 * assert.deepEqual(data, Float64Array.of(1, 2, 3, 4, 5, 6));
 * ```
 */
export function parseNpy(bytes: Uint8Array, name: string): FloatArray {
  return wholeArray(openNpy(heldBytes(bytes), name));
}

/**
 * Writes an array as a `.npy` file, as `numpy.save` does: little-endian, in row-major order,
 * version 1.0.
 *
 * @param shape Size along each dimension.
 * @param data The entries in row-major order.
 * @returns The file.
 * @throws {ShapeError} If shape and data differ in their numbers of entries, or there are more than
 * 64 dimensions.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { npy } from "./npy.ts";
 *
 * const file = npy([2, 2], Float32Array.of(1, 2, 3, 4));
 * assert.equal(file.length, 128 + 4 * 4);
 * const header = new TextDecoder("latin1").decode(file);
 * assert.match(header, /'descr': '<f4', 'fortran_order': False, 'shape': \(2, 2\)/);
 * ```
 */
export function npy(
  shape: readonly number[],
  data: Float32Array | Float64Array,
): Uint8Array<ArrayBuffer> {
  const sizes = shape.every((size) => Number.isSafeInteger(size) && size >= 0);
  if (!sizes || shape.reduce((product, size) => product * size, 1) !== data.length) {
    throw new ShapeError(
      `an array of shape ${shapeText(shape)} cannot have ${
        count(data.length, "entry", "entries")
      }; give as many as the shape has`,
    );
  }
  if (shape.length > MOST_DIMENSIONS) {
    throw new ShapeError(
      `an array has ${shape.length} dimensions, and NumPy allows ${MOST_DIMENSIONS}; give fewer`,
    );
  }
  const header = npyHeader(`<f${data.BYTES_PER_ELEMENT}`, shape);
  const bytes = new Uint8Array(header.length + data.byteLength);
  bytes.set(header);
  bytes.set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength), header.length);
  return bytes;
}

/**
 * Writes what stands before the entries of a `.npy` file: little-endian, in row-major order,
 * version 1.0.
 *
 * @param descr Type of the entries as NumPy writes it, such as `<f8`.
 * @param shape Size along each dimension.
 * @returns The bytes.
 */
export function npyHeader(descr: string, shape: readonly number[]): Uint8Array<ArrayBuffer> {
  const dictionary = `{'descr': '${descr}', 'fortran_order': False, 'shape': ${shapeTuple(shape)}, }`;
  // The entries begin on a multiple of 64 bytes, after a line feed, so that the file can be mapped
  // into memory.
  const start = Math.ceil((10 + dictionary.length + 1) / 64) * 64;
  const bytes = new Uint8Array(start).fill(0x20);
  bytes.set([...NPY_MAGIC, 1, 0]);
  new DataView(bytes.buffer).setUint16(8, start - 10, true);
  new TextEncoder().encodeInto(dictionary, bytes.subarray(10));
  bytes[start - 1] = 0x0a;
  return bytes;
}
