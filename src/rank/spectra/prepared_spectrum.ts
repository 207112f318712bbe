/**
 * Spectra of features from those of the prepared ones that were solved.
 *
 * @module
 */
import { type Arithmetic, eigenvalueBounds } from "../certificates/certificate.ts";
import type { FeatureSpectrum } from "./spectrum_options.ts";
import type { PreparedFeatures } from "../features/prepare_features.ts";
import type { SolvedMatrix } from "./solved_record.ts";
import type { StreamedSpectrum } from "./stream_spectra.ts";

/** What is known of features besides what a solver left of them. */
export type KnownFeatures = Omit<StreamedSpectrum, "solved" | "arithmetic">;

/**
 * Whether features are zeros.
 *
 * @param prepared The prepared features.
 * @returns Whether all of them are, before they were rounded, too.
 */
export function isZero({ high, low }: PreparedFeatures): boolean {
  return low === null && high.every((value) => value === 0);
}

/**
 * The spectrum of features from what a solver of two-sided rotations left of their Gram matrix.
 *
 * @param solved What it left.
 * @param known The features that were solved.
 * @param samples Number of samples.
 * @param precision What the arithmetic is called.
 * @param arithmetic Bounds on its roundings.
 * @returns The spectrum.
 */
export function spectrumOf(
  { values, rounds, off, heads }: SolvedMatrix,
  known: KnownFeatures,
  samples: number,
  precision: "single" | "double",
  arithmetic: Arithmetic,
): FeatureSpectrum {
  const { leftOut, meanBound } = known;
  const eigenvalues = values.map((value) => Math.max(0, value)).sort((a, b) => b - a);
  const solved = { eigenvalues, samples, heads, off, rounds, leftOut: leftOut + meanBound };
  return scaledSpectrum(eigenvalues, eigenvalueBounds(solved, arithmetic), known, precision);
}

/**
 * The spectrum of features from that of the prepared ones.
 *
 * @param eigenvalues Eigenvalues, descending.
 * @param errors Bounds on their errors.
 * @param known Their scale, and whether they are zeros.
 * @param precision What the arithmetic is called.
 * @returns The spectrum.
 */
export function scaledSpectrum(
  eigenvalues: Float64Array,
  errors: Float64Array,
  { scale, isZero }: Pick<KnownFeatures, "scale" | "isZero">,
  precision: "single" | "double",
): FeatureSpectrum {
  if (isZero) {
    // No arithmetic errs on zeros.
    return { eigenvalues: eigenvalues.map(() => 0), bounds: errors.map(() => 0), precision };
  }
  return {
    eigenvalues: eigenvalues.map((value) => value / scale),
    // What float64 can not hold counts as error, so that features of magnitude 10⁻²⁰⁰ are not certainly 0.
    bounds: errors.map((value) => value / scale + Number.MIN_VALUE),
    precision,
  };
}
