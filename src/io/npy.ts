/**
 * NumPy's `.npy` files, which hold one array each.
 *
 * @module
 */
import { InputError, ShapeError } from "../errors.ts";
import { count } from "../format.ts";
import { countEntries, decodeFloats, type FloatArray, shapeText } from "./floats.ts";
import { NPY_MAGIC, parseNpyHeader } from "./npy_header.ts";

const MOST_DIMENSIONS = 64;

/** Reorders entries whose first index runs fastest into row-major order. */
function fromFortranOrder<T extends Float32Array | Float64Array>(data: T, shape: readonly number[]): T {
  const columns = shape[shape.length - 1], stride = data.length / columns;
  const ordered = new (data.constructor as new (length: number) => T)(data.length);
  const index = new Array<number>(shape.length - 1).fill(0);
  for (let row = 0; row < stride; row++) {
    let from = 0;
    for (let axis = index.length - 1; axis >= 0; axis--) from = from * shape[axis] + index[axis];
    for (let column = 0; column < columns; column++) {
      ordered[row * columns + column] = data[column * stride + from];
    }
    for (let axis = index.length - 1; axis >= 0 && ++index[axis] === shape[axis]; axis--) index[axis] = 0;
  }
  return ordered;
}

/**
 * Parses a `.npy` file. It reads versions 1.0, 2.0 and 3.0, floats of 4 or 8 bytes in either byte
 * order, and arrays in C or Fortran order.
 *
 * @param bytes The file.
 * @param name Name of the file, for errors.
 * @returns The array, in row-major order; its data may be a view of `bytes`.
 * @throws {InputError} If the file is malformed, truncated or too long, or holds another type or no
 * entries.
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
  const { size, bigEndian, fortranOrder, shape, start } = parseNpyHeader(bytes, name);
  const expected = start + size * countEntries(shape, name);
  if (bytes.length < expected) {
    const amount = Number.isSafeInteger(expected) ? `${expected}` : "more than 2⁵³";
    throw new InputError(
      `${name}: truncated after ${bytes.length} of the ${amount} bytes that shape ${
        shapeText(shape)
      } needs; save it again`,
    );
  }
  if (bytes.length > expected) {
    throw new InputError(
      `${name}: ${count(bytes.length - expected, "trailing byte")} after the ${expected} that shape ${
        shapeText(shape)
      } needs; ` +
        "save one array per file",
    );
  }
  const data = decodeFloats(bytes.subarray(start), size, bigEndian);
  return { shape, data: fortranOrder && shape.length > 1 ? fromFortranOrder(data, shape) : data };
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
  const dictionary = `{'descr': '<f${data.BYTES_PER_ELEMENT}', 'fortran_order': False, 'shape': ${
    shapeText(shape)
  }, }`;
  // The entries begin on a multiple of 64 bytes, after a line feed, so that the file can be mapped
  // into memory.
  const start = Math.ceil((10 + dictionary.length + 1) / 64) * 64;
  const bytes = new Uint8Array(start + data.byteLength).fill(0x20, 0, start);
  bytes.set([...NPY_MAGIC, 1, 0]);
  new DataView(bytes.buffer).setUint16(8, start - 10, true);
  new TextEncoder().encodeInto(dictionary, bytes.subarray(10));
  bytes[start - 1] = 0x0a;
  bytes.set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength), start);
  return bytes;
}
