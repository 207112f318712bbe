/**
 * Arrays of floats. The readers of files return them.
 *
 * @module
 */
import { shown } from "../format.ts";

/** Dimensions of an array, at most: NumPy's and PyTorch's own limit. */
export const MOST_DIMENSIONS = 64;

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
 */
export function shapeTuple(shape: readonly number[]): string {
  return shape.length === 1 ? `(${shape[0]},)` : `(${shape.join(", ")})`;
}

/**
 * Writes a shape for people, shortened where it has very many dimensions.
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
  return shown(shapeTuple(shape));
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
