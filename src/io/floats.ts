/**
 * Arrays of floats. The readers of files return them.
 *
 * @module
 */
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
 * @returns The number of entries; 1 for a single number, 0 where a size is 0.
 */
export function countEntries(shape: readonly number[]): number {
  return shape.includes(0) ? 0 : shape.reduce((product, size) => product * size, 1);
}
