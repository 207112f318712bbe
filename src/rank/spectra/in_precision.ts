/**
 * Solves spectra in the requested precision, or in the lowest that decides all thresholds.
 *
 * @module
 */
import type { FeatureSpectrum, SpectrumOptions } from "./spectrum_options.ts";
import { rankInterval } from "../certificates/rank_interval.ts";
import { checkSources, type MatrixSource } from "../../linalg/matrix_source.ts";

/**
 * Solves features in the requested precision; with `auto` in single, and again in double those
 * whose thresholds single leaves in doubt.
 *
 * @param features Features of one shape.
 * @param options Precision and thresholds.
 * @param solve Solves some of the features.
 * @returns The spectrum of each.
 * @throws {ShapeError} If shapes differ.
 */
export async function inPrecision<Features extends MatrixSource>(
  features: readonly Features[],
  { weights, precision = "auto", epsilons = [], threshold = "absolute" }: SpectrumOptions,
  solve: (features: readonly Features[], precision: "single" | "double") => Promise<FeatureSpectrum[]>,
): Promise<FeatureSpectrum[]> {
  checkSources(features, weights);
  if (features.length === 0) return [];
  if (precision !== "auto") return await solve(features, precision);
  const single = await solve(features, "single");
  const isDoubtful = ({ eigenvalues, bounds }: FeatureSpectrum) =>
    epsilons.some((epsilon) => {
      const { low, high } = rankInterval(eigenvalues, bounds, epsilon, { threshold });
      return low !== high;
    });
  const doubtful = features.filter((_, i) => isDoubtful(single[i]));
  if (doubtful.length === 0) return single;
  // From the start: double-single arithmetic takes much longer than what could be kept of single
  // precision.
  const double = await solve(doubtful, "double");
  return single.map((spectrum) => isDoubtful(spectrum) ? double.shift()! : spectrum);
}
