/**
 * Spectra in the arithmetic that is asked for, or that the thresholds ask for.
 *
 * @module
 */
import type { FeatureSpectrum, SpectrumOptions } from "./spectrum_options.ts";
import { rankInterval } from "../certificates/rank_interval.ts";
import { checkSources, type MatrixSource } from "../../linalg/matrix_source.ts";

/**
 * Solves features in the precision that options name; with `auto` in single, and those again in
 * double whose thresholds that leaves in doubt.
 *
 * @param features Features of one shape.
 * @param options Precision and thresholds.
 * @param solve Solves some of the features.
 * @returns The spectrum of each.
 * @throws {ShapeError} Where shapes differ.
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
