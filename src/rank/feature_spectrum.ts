/**
 * Spectra of features given by the host, in single or double-single precision, with certified errors.
 *
 * @module
 */
import { ShapeError } from "../errors.ts";
import type { Gpu } from "../gpu/device.ts";
import { decodeProgress } from "../linalg/jacobi.ts";
import { type Arithmetic, eigenvalueErrors } from "./certificate.ts";
import { DOUBLE, refineSpectra } from "./refine_spectra.ts";
import {
  type FeatureMatrix,
  type PreparedFeatures,
  prepareFeatures,
  type PrepareOptions,
} from "./prepare_features.ts";
import { rankInterval, type Threshold } from "./rank_interval.ts";
import { solveFeatures } from "./solve_features.ts";
import type { SolvedMatrix } from "./solved_record.ts";

/** Arithmetic of a spectrum: single, double-single, or single first and double-single where that leaves doubt. */
export type Precision = "auto" | "single" | "double";

/** Options of {@linkcode featureSpectra}. */
export interface SpectrumOptions extends PrepareOptions {
  /** Arithmetic. Default: `auto`. */
  readonly precision?: Precision;
  /** Thresholds whose ranks `auto` is to make certain, if it can. Default: none, and `auto` is `single`. */
  readonly epsilons?: readonly number[];
  /** How these thresholds are meant. Default: absolute. */
  readonly threshold?: Threshold;
}

/** Eigenvalues of Φᵀ diag(w) Φ with certified errors. */
export interface FeatureSpectrum {
  /** Eigenvalues λ̂, descending. */
  readonly eigenvalues: Float64Array;
  /** Bounds δ_i ≥ |λ̂_i − λ_i|. */
  readonly errors: Float64Array;
  /** Arithmetic that they come from. */
  readonly precision: "single" | "double";
}

/**
 * Eigenvalues of the weighted Gram matrices of features, all of one shape, solved as one batch. Waits for the GPU.
 *
 * @param gpu Device.
 * @param features Feature matrices of one shape.
 * @param options Weights (shared by all), centring, precision.
 * @returns The spectrum of each.
 * @throws {ShapeError} Where shapes differ or do not fit in the adapter's limits.
 * @throws {InputError} Where an entry or a weight is not a number to compute with.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { Gpu } from "../gpu/device.ts";
 *
 * using gpu = await Gpu.open();
 * // Two equal columns: eigenvalues 1 and 0.
 * const features = { rows: 2, columns: 2, data: Float32Array.of(1, 1, 0, 0) };
 * const [{ eigenvalues, errors }] = await featureSpectra(gpu, [features]);
 * assert(Math.abs(eigenvalues[0] - 1) <= errors[0] && eigenvalues[1] <= errors[1]);
 * ```
 */
export async function featureSpectra(
  gpu: Gpu,
  features: readonly FeatureMatrix[],
  options: SpectrumOptions = {},
): Promise<FeatureSpectrum[]> {
  if (features.length === 0) return [];
  const { precision = "auto", epsilons = [], threshold = "absolute" } = options;
  const [{ rows, columns }] = features;
  if (features.some((each) => each.rows !== rows || each.columns !== columns)) {
    throw new ShapeError("feature matrices of different shapes: give those of one shape at a time");
  }
  const prepared = features.map((each) => prepareFeatures(each, options));
  using stack = new DisposableStack();
  const spectra = await solveFeatures(gpu, prepared, rows, columns, stack);
  const { batch } = spectra;
  const [matrices, progress] = await Promise.all([batch.matrices.read(), batch.progress.read()]);
  const single = prepared.map((each, index): FeatureSpectrum => {
    const values = Float64Array.from(
      { length: columns },
      (_, i) => matrices[(index * batch.rows + i) * batch.rows + i],
    );
    const solved = { values, ...decodeProgress(progress, index) };
    return spectrumOf(solved, each, rows, "single", spectra.arithmetic);
  });

  const isCertain = ({ eigenvalues, errors }: FeatureSpectrum) =>
    epsilons.every((epsilon) => {
      const { low, high } = rankInterval(eigenvalues, errors, epsilon, threshold);
      return low === high;
    });
  const doubtful = features.filter((_, i) => precision === "double" || !isCertain(single[i]));
  if (precision === "single" || doubtful.length === 0) return single;
  if (doubtful.length < features.length) {
    // These alone, for double-single arithmetic takes longer than to find their bases again.
    const refined = await featureSpectra(gpu, doubtful, { ...options, precision: "double" });
    return single.map((spectrum) => isCertain(spectrum) ? spectrum : refined.shift()!);
  }
  const { solved } = await refineSpectra(gpu, prepared, spectra, rows, columns, stack);
  return solved.map((each, i) => spectrumOf(each, { ...prepared[i], leftOut: 0 }, rows, "double", DOUBLE));
}

function spectrumOf(
  { values, rounds, off, heads }: SolvedMatrix,
  { high, low, leftOut, meanError, scale }: PreparedFeatures,
  samples: number,
  precision: "single" | "double",
  arithmetic: Arithmetic,
): FeatureSpectrum {
  if (low === null && high.every((value) => value === 0)) {
    // No arithmetic errs on zeros.
    const eigenvalues = new Float64Array(values.length);
    return { eigenvalues, errors: eigenvalues.slice(), precision };
  }
  const eigenvalues = values.map((value) => Math.max(0, value)).sort((a, b) => b - a);
  const solved = { eigenvalues, samples, heads, off, rounds, leftOut: leftOut + meanError };
  const errors = eigenvalueErrors(solved, arithmetic);
  return {
    eigenvalues: eigenvalues.map((value) => value / scale),
    // What float64 can not hold counts as error, so that features of magnitude 10⁻²⁰⁰ are not certainly 0.
    errors: errors.map((value) => value / scale + Number.MIN_VALUE),
    precision,
  };
}
