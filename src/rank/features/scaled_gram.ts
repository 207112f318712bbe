/**
 * Gram matrices for the kernels that count eigenvalues: in single words, with a bound on their
 * error.
 *
 * @module
 */
import type { Gpu } from "../../gpu/device.ts";
import type { WorkOptions } from "../../gpu/paced_commands.ts";
import { type GramPrecision, scaledGramMatrices } from "../../linalg/gram/gram_matrices.ts";
import type { PrepareOptions } from "../../linalg/gram/prepare_options.ts";
import { scaledSampleGrams } from "../../linalg/gram/sample_gram_matrices.ts";
import { isWide, type MatrixSource, tallShape } from "../../linalg/matrix_source.ts";
import { exponentOf, ldexp, LEAST_NORMAL } from "../../linalg/rounding.ts";

/** Options of {@linkcode scaledGrams}. */
export interface ScaledGramOptions extends PrepareOptions, WorkOptions {
  /** Arithmetic of the sums. Default: `compensated`. */
  readonly precision?: GramPrecision;
}

/**
 * A scaled Gram matrix, M̂, about 2^`exponent` M, and a bound on its error. Of features with fewer
 * samples than columns it is the matrix of samples, whose eigenvalues are the same but for zeros.
 */
export interface ScaledGram {
  /** Row-major `n × n`, or `m × m` for m < n, symmetric to the bit. */
  readonly matrix: Float32Array;
  /** Bound on ‖M̂ − 2^`exponent` M‖₂; 0 for features that are all 0. */
  readonly bound: number;
  /** The matrix before it was rounded to single words. */
  readonly exact: Float64Array;
  /** Bound on the error of `exact`: that of the sums. */
  readonly exactBound: number;
  /** Exponent of the power of two by which the largest diagonal entry is near 1. */
  readonly exponent: number;
}

/**
 * Computes the Gram matrices of features and rounds them to single words. The rounding counts with
 * its Frobenius norm.
 *
 * @param gpu Device.
 * @param features Features of one shape.
 * @param options Weights, centring, arithmetic of the sums.
 * @returns The matrix of each, scaled, and a bound on its error.
 * @throws {ShapeError} If shapes do not fit together or in the adapter's limits.
 * @throws {InputError} If an entry is not finite, or a weight is not a finite number above 0.
 */
export async function scaledGrams(
  gpu: Gpu,
  features: readonly MatrixSource[],
  options: ScaledGramOptions = {},
): Promise<ScaledGram[]> {
  if (features.length === 0) return [];
  const { columns } = tallShape(features[0]);
  const grams = await (isWide(features[0]) ? scaledSampleGrams : scaledGramMatrices)(gpu, features, options);
  return grams.map(({ matrix: sums, bound, exponent }): ScaledGram => {
    let largest = 0;
    for (let i = 0; i < columns; i++) largest = Math.max(largest, sums[i * (columns + 1)]);
    const shift = largest > 0 ? -exponentOf(largest) : 0;
    const exact = sums.map((value) => ldexp(value, shift)), exactBound = ldexp(bound, shift);
    const matrix = Float32Array.from(exact);
    if (bound === 0) return { matrix, bound, exact, exactBound, exponent };
    let square = 0;
    for (let e = 0; e < exact.length; e++) square += (exact[e] - matrix[e]) ** 2;
    // A little more for the rounding of this sum, and for entries that the GPU takes for 0.
    const rounding = (1 + 2 ** -30) * Math.sqrt(square) + columns * LEAST_NORMAL;
    return { matrix, bound: exactBound + rounding, exact, exactBound, exponent: exponent + shift };
  });
}
