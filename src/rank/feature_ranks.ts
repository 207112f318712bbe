/**
 * Ranks of features given by the host: thresholds in, certified counts and the other ranks out.
 *
 * @module
 */
import { InputError } from "../errors.ts";
import type { Gpu } from "../gpu/device.ts";
import { featureSpectra, type SpectrumOptions } from "./feature_spectrum.ts";
import type { FeatureMatrix } from "./prepare_features.ts";
import { rankInterval, type Threshold } from "./rank_interval.ts";
import {
  effectiveRank,
  energyRank,
  nuclearNormRatio,
  participationRatio,
  rankMe,
  stableRank,
} from "./spectral_ranks.ts";

/** Ways to compute ranks. `gram-jacobi`: Gram matrix in the eigenbasis and two-sided Jacobi, see {@linkcode featureSpectra}. */
export const methodNames = ["auto", "gram-jacobi"] as const;

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
  readonly errors: Float64Array;
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
  features: FeatureMatrix,
  options: FeatureRanksOptions,
): Promise<FeatureRanks> {
  const { epsilons, threshold = "absolute" } = options;
  const wrong = epsilons.find((epsilon) => !(epsilon > 0 && epsilon < Infinity));
  if (wrong !== undefined) throw new InputError(`ε = ${wrong}: give a number above 0`);
  const [{ eigenvalues, errors, precision }] = await featureSpectra(gpu, [features], options);
  const ranks = epsilons.map((epsilon): ReportedRank => {
    const { rank, low, high } = rankInterval(eigenvalues, errors, epsilon, threshold);
    return { epsilon, rank, rank_low: low, rank_high: high, method: "gram-jacobi", precision };
  });
  return {
    eigenvalues,
    errors,
    ranks,
    threshold,
    effective_rank: effectiveRank(eigenvalues),
    rank_me: rankMe(eigenvalues),
    stable_rank: stableRank(eigenvalues),
    participation_ratio: participationRatio(eigenvalues),
    energy_rank: energyRank(eigenvalues),
    nuclear_norm_ratio: nuclearNormRatio(eigenvalues),
  };
}
