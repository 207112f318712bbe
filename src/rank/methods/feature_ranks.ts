/**
 * Ranks of features given by the host: thresholds in, certified counts and the other ranks out.
 *
 * @module
 */
import { InputError } from "../../errors.ts";
import type { Gpu } from "../../gpu/device.ts";
import { type CountingMethod, countRanks } from "./counting.ts";
import { featureSpectra, type FeatureSpectrum, type SpectrumOptions } from "../spectra/feature_spectrum.ts";
import { scaledGram } from "../features/scaled_gram.ts";
import { oneSidedSpectra } from "../spectra/one_sided_spectra.ts";
import { type RankInterval, rankInterval, type Threshold } from "../certificates/rank_interval.ts";
import {
  effectiveRank,
  energyRank,
  nuclearNormRatio,
  participationRatio,
  rankMe,
  stableRank,
} from "../ranks/spectral_ranks.ts";
import type { MatrixSource } from "../../linalg/matrix_source.ts";

/** Most neurons, and bytes of features in double-single words, up to which `auto` takes one-sided rotations. */
const MOST_ONE_SIDED = 256, MOST_BYTES = 2 ** 26;

/**
 * Ways to compute ranks.
 *
 * Two find the spectrum, in single precision, in double, or in double where single leaves doubt:
 *
 * - `gram-jacobi`: Gram matrix in the eigenbasis and two-sided Jacobi, see {@linkcode featureSpectra}.
 *   Any number of samples, streamed too; certain down to 10⁻¹⁰ λ₁ in single, 10⁻¹³ λ₁ in double precision.
 * - `one-sided-jacobi`: QR and one-sided Jacobi, without squaring the features, see {@linkcode oneSidedSpectra}. For features
 *   that are held; in double precision certain down to 10⁻¹⁸ λ₁, and faster than the other up to some 256 features.
 *
 * `auto` takes the second for features of such a width, the first for others.
 *
 * The others count the eigenvalues of a Gram matrix in single precision, and are certain of little below 10⁻⁶ λ₁; there is no
 * double precision for them:
 *
 * - `inertia` by symmetric factorisations of M − εI, for up to 1,024 features;
 * - `sturm` by Sturm sequences of a tridiagonal form;
 * - `cholesky` by what a pivoted factorisation leaves, for up to 1,024 features.
 */
export const methodNames = [
  "auto",
  "gram-jacobi",
  "one-sided-jacobi",
  "inertia",
  "sturm",
  "cholesky",
] as const;

/** Name of a way to compute ranks. */
export type MethodName = typeof methodNames[number];

/** Options of {@linkcode featureRanks}. */
export interface FeatureRanksOptions extends SpectrumOptions {
  /** Thresholds ε > 0. */
  readonly epsilons: readonly number[];
  /** Way to compute them. Default: `auto`. */
  readonly method?: MethodName;
}

/** An ε-rank, as JSON names its fields. */
export interface ReportedRank {
  /** Threshold as asked for. */
  readonly epsilon: number;
  /** The rank. */
  readonly rank: number;
  /** Lower end of the interval that it certainly lies in. */
  readonly rank_low: number;
  /** Upper end of that interval. */
  readonly rank_high: number;
  /** Way in which it was computed. */
  readonly method: Exclude<MethodName, "auto">;
  /** Arithmetic that it comes from. */
  readonly precision: "single" | "double";
}

/** Ranks of one feature matrix. */
export interface FeatureRanks {
  /** Eigenvalues of the weighted Gram matrix, descending. */
  readonly eigenvalues: Float64Array;
  /** Bounds on their errors. */
  readonly bounds: Float64Array;
  /** ε-ranks in the order of the thresholds. */
  readonly ranks: readonly ReportedRank[];
  /** How the thresholds were meant. */
  readonly threshold: Threshold;
  /** Entropy of the singular values (Roy and Vetterli 2007). */
  readonly effective_rank: number;
  /** The same, smoothed (Garrido et al. 2023). */
  readonly rank_me: number;
  /** Σλ / λ₁. */
  readonly stable_rank: number;
  /** (Σλ)² / Σλ². */
  readonly participation_ratio: number;
  /** Fewest eigenvalues that hold 90 % of Σλ. */
  readonly energy_rank: number;
  /** Σσ / σ₁. */
  readonly nuclear_norm_ratio: number;
}

/**
 * Computes the ranks of a feature matrix. Waits for the GPU.
 *
 * @param gpu Device.
 * @param features Features, a sample a row.
 * @param options Thresholds, weights, precision.
 * @returns The ranks.
 * @throws {InputError} Where a threshold is not above 0, or an entry or weight is not a number to compute with.
 * @throws {ShapeError} Where shapes do not fit together or in the adapter's limits.
 */
export async function featureRanks(
  gpu: Gpu,
  features: MatrixSource,
  options: FeatureRanksOptions,
): Promise<FeatureRanks> {
  const { epsilons, threshold = "absolute" } = options;
  const wrong = epsilons.find((epsilon) => !(epsilon > 0 && epsilon < Infinity));
  if (wrong !== undefined) throw new InputError(`ε = ${wrong}: give a number above 0`);
  const { method = "auto", precision = "auto" } = options;
  const way = method === "auto" ? fittingWay(features) : method;
  const counted = way === "gram-jacobi" || way === "one-sided-jacobi" ? null : way;
  if (counted && precision === "double") {
    throw new InputError(
      `the method ${counted} counts in single precision: leave double to gram-jacobi or one-sided-jacobi`,
    );
  }
  const [spectrum] = await (way === "one-sided-jacobi" ? oneSidedSpectra : featureSpectra)(
    gpu,
    [features],
    counted ? { ...options, precision: "single" } : options,
  );
  const { eigenvalues, bounds } = spectrum;
  const intervals = counted
    ? await countFeatures(gpu, features, options, counted, spectrum)
    : epsilons.map((epsilon) => rankInterval(eigenvalues, bounds, epsilon, threshold));
  return {
    eigenvalues,
    bounds,
    ranks: intervals.map(({ epsilon, rank, low, high }) => ({
      epsilon,
      rank,
      rank_low: low,
      rank_high: high,
      method: way,
      precision: spectrum.precision,
    })),
    threshold,
    effective_rank: effectiveRank(eigenvalues),
    rank_me: rankMe(eigenvalues),
    stable_rank: stableRank(eigenvalues),
    participation_ratio: participationRatio(eigenvalues),
    energy_rank: energyRank(eigenvalues),
    nuclear_norm_ratio: nuclearNormRatio(eigenvalues),
  };
}

/** Measured on lavapipe: up to some 256 neurons one-sided rotations take half the time, from 512 on more. */
function fittingWay(features: MatrixSource): "gram-jacobi" | "one-sided-jacobi" {
  const { rows, columns } = features;
  const isSmall = columns <= MOST_ONE_SIDED && 8 * rows * columns <= MOST_BYTES;
  return "data" in features && isSmall ? "one-sided-jacobi" : "gram-jacobi";
}

/** Counts the eigenvalues of the Gram matrix; the spectrum gives λ₁ where thresholds are shares of it. */
async function countFeatures(
  gpu: Gpu,
  features: MatrixSource,
  options: FeatureRanksOptions,
  method: CountingMethod,
  { eigenvalues, bounds }: FeatureSpectrum,
): Promise<RankInterval[]> {
  const { epsilons, threshold } = options;
  if (epsilons.length === 0) return [];
  const { matrix, bound, scale } = await scaledGram(gpu, features, options);
  // For each threshold: itself, the most that it may be beside the exact matrix's eigenvalues, and the least.
  const relative = threshold === "relative";
  const at = (epsilon: number, slack: number) =>
    epsilon * scale * (relative ? eigenvalues[0] + slack * bounds[0] : 1) + slack * bound;
  const around = epsilons.flatMap((epsilon) => [at(epsilon, 0), at(epsilon, 1), at(epsilon, -1)]);
  const [counts] = await countRanks(gpu, [matrix], [around], { method });
  return epsilons.map((epsilon, k) => ({
    epsilon,
    rank: counts[3 * k].rank,
    low: counts[3 * k + 1].low,
    high: counts[3 * k + 2].high,
  }));
}
