/**
 * Feature matrices from the host made ready for the GPU: weighted, centred, scaled, split into
 * single words.
 *
 * @module
 */
import { checkKeys } from "../../check.ts";
import { finish } from "../../gpu/turns.ts";
import { planPreparation } from "../../linalg/gram/preparation.ts";
import {
  checkCenter,
  checkVolume,
  prepareKeys,
  type PrepareOptions,
} from "../../linalg/gram/prepare_options.ts";
import { splitEntries } from "../../linalg/gram/matrix_tiles.ts";
import type { Matrix } from "../../linalg/matrix.ts";
import { isWide, type Shape } from "../../linalg/matrix_source.ts";

export type { PrepareOptions };

/**
 * Features of which the Gram matrix without weights is `mass` · 2^`exponent` times the one asked
 * for.
 */
export interface PreparedFeatures {
  /** The entries rounded to single precision. */
  readonly high: Float32Array;
  /** What rounding left out, rounded to single precision; `null` where nothing is. */
  readonly low: Float32Array | null;
  /** Frobenius norm of what `high` left out. */
  readonly leftOut: number;
  /**
   * Bound on the Frobenius norm of what the rounding of means left in the entries; 0 where none
   * were taken off.
   */
  readonly meanBound: number;
  /** Number of samples where there are no weights, else 1. */
  readonly mass: number;
  /** Exponent of a power of two. */
  readonly exponent: number;
  /** Whether all features are exactly 0, less the means. */
  readonly isZero: boolean;
}

/**
 * Prepares features: entries become √w (φ − mean) 2^k, with k such that the largest is about 1,
 * computed in float64. Without weights and means the entries of single-precision features stay as
 * they are, but for the power of two.
 *
 * @param features Features, a sample a row.
 * @param options Weights, centring.
 * @returns Single words.
 * @throws {ShapeError} If the number of entries or of weights does not fit.
 * @throws {InputError} If an entry is NaN or infinite, or a weight is not a finite number above 0;
 * if eigenvalues could leave the range of float64.
 */
export function prepareFeatures(features: Matrix, options: PrepareOptions = {}): PreparedFeatures {
  checkKeys("options of prepareFeatures", options, prepareKeys);
  if (options.center !== undefined) checkCenter(options.center);
  checkVolume(options);
  const { rows, columns, data } = features;
  const plan = finish(planPreparation(features, options, rows));
  const high = new Float32Array(data.length), low = new Float32Array(data.length);
  const to = { high, low, at: 0, step: 1, stride: columns } as const;
  const square = splitEntries(data, plan, { columns, first: 0 }, to);
  const { meanBound, mass, exponent, isZero } = plan;
  const any = square > 0 || low.some((value) => value !== 0);
  return { high, low: any ? low : null, leftOut: Math.sqrt(square), meanBound, mass, exponent, isZero };
}

/**
 * Prepares features as {@linkcode prepareFeatures} does, and transposes those with fewer samples m
 * than columns n.
 *
 * The Gram matrix of A = √w (Φ − mean) is M = AᵀA. It has the eigenvalues of AAᵀ and n − m zeros.
 * Aᵀ has the singular values of A, and what was left out of its entries has the same norm. So
 * solvers and certificates take Aᵀ, with n rows and m columns, in the place of A. The zeros are
 * exact, and no result lists them: a spectrum has min(m, n) eigenvalues, as A has singular values.
 *
 * @param features Features, a sample a row.
 * @param options Weights, centring.
 * @returns Words of the shape that `tallShape` gives.
 * @throws {ShapeError} If the number of entries or of weights does not fit.
 * @throws {InputError} If an entry or a weight is not a number to compute with.
 */
export function prepareTall(features: Matrix, options: PrepareOptions): PreparedFeatures {
  const prepared = prepareFeatures(features, options);
  if (!isWide(features)) return prepared;
  const { high, low } = prepared;
  return { ...prepared, high: transpose(high, features), low: low && transpose(low, features) };
}

function transpose(words: Float32Array, { rows, columns }: Shape): Float32Array {
  const transposed = new Float32Array(words.length);
  for (let k = 0, e = 0; k < rows; k++) {
    for (let at = k, end = e + columns; e < end; e++, at += rows) transposed[at] = words[e];
  }
  return transposed;
}
