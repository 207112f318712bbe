/**
 * Arrays of floats. The readers of files return them.
 *
 * @module
 */
import { InputError } from "../errors.ts";

/** An array of floats with any number of dimensions. */
export interface FloatArray {
  /** Size along each dimension; empty for a single number. */
  readonly shape: readonly number[];
  /** The entries in row-major order: the last index runs fastest. */
  readonly data: Float32Array | Float64Array;
}

/**
 * Writes a shape as NumPy does.
 *
 * @param shape Size along each dimension.
 * @returns The text.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { shapeText } from "./floats.ts";
 *
 * assert.deepEqual([[], [7], [7, 5]].map(shapeText), ["()", "(7,)", "(7, 5)"]);
 * ```
 */
export function shapeText(shape: readonly number[]): string {
  return shape.length === 1 ? `(${shape[0]},)` : `(${shape.join(", ")})`;
}

/**
 * Counts the entries of an array. The count may be inexact where it exceeds 2⁵³; no file is that
 * large.
 *
 * @param shape Size along each dimension.
 * @param name Name of the array, for errors.
 * @returns The number of entries, at least 1.
 * @throws {InputError} If there are no entries.
 */
export function countEntries(shape: readonly number[], name: string): number {
  if (shape.includes(0)) {
    throw new InputError(
      `${name}: is empty, of shape ${shapeText(shape)}; give an array with entries`,
    );
  }
  return shape.reduce((product, size) => product * size, 1);
}

/**
 * Reverses the bytes of every word. It works on integers, because floats would lose the payload of
 * a NaN.
 */
function swapBytes(bytes: Uint8Array, size: 4 | 8): void {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  for (let at = 0; at < bytes.length; at += size) {
    const first = view.getUint32(at);
    if (size === 8) {
      view.setUint32(at, view.getUint32(at + 4), true);
      view.setUint32(at + 4, first, true);
    } else {
      view.setUint32(at, first, true);
    }
  }
}

/**
 * Reads floats from bytes. Little-endian floats at a multiple of their size are not copied, as
 * features may fill most of the memory (Deno runs on little-endian machines only).
 *
 * @param bytes The bytes, a whole number of floats.
 * @param size Bytes of one float.
 * @param bigEndian Whether the most significant byte comes first. @default false
 * @returns The floats, possibly a view of the bytes.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { decodeFloats } from "./floats.ts";
 *
 * assert.deepEqual(decodeFloats(Uint8Array.of(0x3f, 0xc0, 0, 0), 4, true), Float32Array.of(1.5));
 * ```
 */
export function decodeFloats(bytes: Uint8Array, size: 4 | 8, bigEndian = false): Float32Array | Float64Array {
  // Not bytes.slice(): the bytes may be Node's Buffer, whose slice is a view.
  const words = bigEndian || bytes.byteOffset % size !== 0 ? new Uint8Array(bytes) : bytes;
  if (bigEndian) swapBytes(words, size);
  const count = words.length / size;
  return size === 4
    ? new Float32Array(words.buffer, words.byteOffset, count)
    : new Float64Array(words.buffer, words.byteOffset, count);
}
