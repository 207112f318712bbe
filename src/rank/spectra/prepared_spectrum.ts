/**
 * Turns the solved spectra of prepared features into those of the features themselves.
 *
 * @module
 */
import { addUp, ldexpUp } from "../../linalg/directed.ts";
import { ldexp } from "../../linalg/rounding.ts";
import { type Arithmetic, eigenvalueBounds } from "../certificates/certificate.ts";
import type { FeatureSpectrum } from "./spectrum_options.ts";
import type { SolvedMatrix } from "./solved_record.ts";

/** What is known of features besides what a solver left of them. */
export interface KnownFeatures {
  /** Frobenius norm of what was left out of the features. */
  readonly leftOut: number;
  /** Bound on what the rounding of means left in them, in that norm. */
  readonly meanBound: number;
  /** The Gram matrix that was solved is `mass` · 2^`exponent` times M. */
  readonly mass: number;
  /** Exponent of a power of two. */
  readonly exponent: number;
  /** Whether all features are exactly 0. */
  readonly isZero: boolean;
}

/** How features were solved. */
export interface SolveSettings {
  /** Number of samples. */
  readonly samples: number;
  /** Name of the arithmetic. */
  readonly precision: "single" | "double";
  /** Bounds on its roundings. */
  readonly arithmetic: Arithmetic;
}

/**
 * Makes the spectrum of features of what a solver of two-sided rotations left of their Gram matrix.
 *
 * @param solved What it left.
 * @param known The features that were solved.
 * @param settings How they were solved.
 * @returns The spectrum.
 */
export function spectrumOf(
  { values, rounds, off, heads, tails }: SolvedMatrix,
  known: KnownFeatures,
  { samples, precision, arithmetic }: SolveSettings,
): FeatureSpectrum {
  const { leftOut, meanBound } = known;
  const eigenvalues = values.map((value) => Math.max(0, value)).sort((a, b) => b - a);
  const solved = { eigenvalues, samples, heads, tails, off, rounds, leftOut: leftOut + meanBound };
  return scaledSpectrum({ eigenvalues, bounds: eigenvalueBounds(solved, arithmetic), precision }, known);
}

/**
 * Makes the spectrum of features of that of the prepared ones. The mass rounds by 2⁻⁵³ of itself,
 * and so does the quotient by it. What float64 can not hold counts as error, so that features of
 * magnitude 10⁻²⁰⁰ are not certainly 0.
 *
 * @param spectrum Spectrum of the prepared features.
 * @param known Their scale, and whether they are all 0.
 * @returns The spectrum.
 */
export function scaledSpectrum(
  { eigenvalues, bounds, precision }: FeatureSpectrum,
  { mass, exponent, isZero }: Pick<KnownFeatures, "mass" | "exponent" | "isZero">,
): FeatureSpectrum {
  if (isZero) {
    // Zeros are exact in any arithmetic.
    return { eigenvalues: eigenvalues.map(() => 0), bounds: bounds.map(() => 0), precision };
  }
  return {
    eigenvalues: eigenvalues.map((value) => ldexp(value / mass, -exponent)),
    bounds: bounds.map((bound, i) => {
      const rounded = (1 + 2 ** -51) * (bound + 2 ** -52 * eigenvalues[i]) / mass;
      return addUp(ldexpUp(rounded, -exponent), Number.MIN_VALUE);
    }),
    precision,
  };
}
