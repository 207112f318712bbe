/**
 * Gram matrices for the kernels that count eigenvalues: in single words, with a bound on their
 * error.
 *
 * @module
 */
import type { Gpu } from "../../gpu/device.ts";
import { gramMatrices, type GramPrecision } from "../../linalg/gram/gram_matrices.ts";
import { sampleGramMatrices } from "../../linalg/gram/sample_gram_matrices.ts";
import type { PrepareOptions } from "../../linalg/gram/prepare_options.ts";
import { isWide, type MatrixSource, tallShape } from "../../linalg/matrix_source.ts";
import { LEAST_NORMAL } from "../../linalg/rounding.ts";

/** Options of {@linkcode scaledGrams}. */
export interface ScaledGramOptions extends PrepareOptions {
  /** Arithmetic of the sums. Default: `compensated`. */
  readonly precision?: GramPrecision;
}

/**
 * `scale` times a Gram matrix, M̂, and a bound on its error; of features with fewer samples than
 * columns the matrix of samples, whose eigenvalues are the same but for zeros.
 */
export interface ScaledGram {
  /** Row-major `n × n`, or `m × m` for m < n, symmetric to the bit. */
  readonly matrix: Float32Array;
  /** Bound on ‖M̂ − scale · M‖₂; 0 for features that are all 0. */
  readonly bound: number;
  /** A power of two, by which the largest diagonal entry is near 1. */
  readonly scale: number;
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
  const matricesOf = isWide(features[0]) ? sampleGramMatrices : gramMatrices;
  const grams = await matricesOf(gpu, features, options);
  const { columns } = tallShape(features[0]);
  return grams.map(({ matrix: exact, bound }): ScaledGram => {
    let largest = 0;
    for (let i = 0; i < columns; i++) largest = Math.max(largest, exact[i * (columns + 1)]);
    const exponent = largest > 0 ? -Math.floor(Math.log2(largest)) : 0;
    const scale = 2 ** Math.max(-1000, Math.min(1000, exponent));
    const matrix = Float32Array.from(exact, (value) => value * scale);
    if (bound === 0) return { matrix, bound, scale };
    let square = 0;
    for (let e = 0; e < exact.length; e++) square += (exact[e] * scale - matrix[e]) ** 2;
    // A little more for the rounding of this sum, and for entries that the GPU takes for 0.
    const rounding = (1 + 2 ** -30) * Math.sqrt(square) + columns * LEAST_NORMAL;
    return { matrix, bound: bound * scale + rounding, scale };
  });
}
