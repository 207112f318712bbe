/**
 * Magnitudes of matrices on their way to the singular value solvers.
 *
 * @module
 */
import { largestExponent, type Matrix } from "../matrix.ts";
import { ldexp } from "../rounding.ts";

/** Entries whose largest, times the scale, is near 1: the entries as given times 2^−`exponent`. */
export interface ScaledEntries {
  /** The entries; those given, unless their scale is beyond the range of float64. */
  readonly entries: Float32Array | Float64Array;
  /** Factor that the entries are yet to be multiplied by, a power of two. */
  readonly scale: number;
  /** Exponent of the largest entry as given. */
  readonly exponent: number;
}

/** Exponents up to which a power of two and its inverse are normal numbers. */
const MOST = 1000;

/**
 * Finds the power of two that brings the largest entry of a matrix near 1.
 *
 * @param matrix A matrix.
 * @param name Its name for error messages: `matrix 0`.
 * @param near Exponent up to which the largest entry counts as near 1. Default: 0.
 * @returns The entries and their scale.
 * @throws {InputError} Where an entry is NaN or infinite.
 */
export function magnitudeOf(matrix: Matrix, name: string, near = 0): ScaledEntries {
  const found = largestExponent(matrix, name), exponent = Math.abs(found) <= near ? 0 : found;
  if (Math.abs(exponent) <= MOST) return { entries: matrix.data, scale: 2 ** -exponent, exponent };
  return { entries: Float64Array.from(matrix.data, (x) => ldexp(x, -exponent)), scale: 1, exponent };
}
