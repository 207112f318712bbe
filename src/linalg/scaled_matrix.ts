/**
 * Matrices in single precision, scaled by powers of two so that kernels meet neither end of its
 * range, as LAPACK's drivers scale theirs.
 *
 * @module
 */
import { largestMagnitude, type Matrix } from "./matrix.ts";
import { exponentOf, ldexp } from "./rounding.ts";

/** What scaling did to a matrix. */
export interface Scaling {
  /** Entries are 2^`exponent` times those given. Default: 0. */
  readonly exponent?: number;
  /** Bound on the Frobenius norm of what rounding left out of these. Default: 0. */
  readonly rounding?: number;
}

/** A matrix in single precision whose largest entry is from 1 to 2. */
export interface ScaledMatrix extends Matrix, Required<Scaling> {
  /** Entries, row-major. */
  readonly data: Float32Array;
}

/**
 * Scales a matrix and rounds its entries to single precision. Entries below 2⁻¹⁴⁹ of the largest
 * are left out.
 *
 * @param matrix A matrix of any magnitude; one that is not finite, or 0, stays as it is.
 * @returns The scaled matrix.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { scaledSingle } from "./scaled_matrix.ts";
 *
 * const matrix = { rows: 1, columns: 2, data: Float64Array.of(3e-320, 0) };
 * const { data, exponent } = scaledSingle(matrix);
 * assert(exponent === 1062 && data[0] > 1.4 && data[0] < 1.5);
 * ```
 */
export function scaledSingle({ rows, columns, data }: Matrix): ScaledMatrix {
  const largest = largestMagnitude(data);
  const exponent = largest > 0 && Number.isFinite(largest) ? 0 - exponentOf(largest) : 0;
  if (data instanceof Float32Array && exponent === 0) return { rows, columns, data, exponent, rounding: 0 };
  const scaled = new Float32Array(data.length);
  let square = 0, isRounded = false;
  for (let e = 0; e < data.length; e++) {
    const value = ldexp(data[e], exponent);
    scaled[e] = value;
    if (value === scaled[e]) isRounded ||= value === 0 && data[e] !== 0;
    else {
      square += (value - scaled[e]) ** 2;
      isRounded = true;
    }
  }
  // A little more for the rounding of the sum, and for squares and entries that vanish.
  const rounding = isRounded ? (1 + 2 ** -20) * Math.sqrt(square) + data.length * 2 ** -500 : 0;
  return { rows, columns, data: scaled, exponent, rounding };
}

/** Above all eigenvalues of scaled matrices, whose entries are below 2, up to order 2²⁹. */
const BEYOND = 2 ** 30;

/**
 * Scales thresholds as a matrix was scaled.
 *
 * @param epsilons Thresholds for the eigenvalues of the matrix as given.
 * @param scaling What was done to the matrix.
 * @returns Thresholds for the scaled one, in the range of single precision.
 */
export function scaledThresholds(epsilons: readonly number[], { exponent = 0 }: Scaling): number[] {
  return epsilons.map((epsilon) => Math.max(-BEYOND, Math.min(BEYOND, ldexp(epsilon, exponent))));
}
