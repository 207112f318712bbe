/**
 * The ranks of a feature matrix.
 *
 * @module
 */
import type { Enclosure } from "../certificates/largest_eigenvalue.ts";
import type { RankInterval, Threshold } from "../certificates/rank_interval.ts";
import type { SpectralRanks } from "../ranks/spectral_bounds.ts";
import type { MethodPrecision, RankMethodName } from "./rank_methods.ts";

/** What the ranks of a feature matrix have in common, however they were computed. */
export interface RanksBase {
  /** Method that was used. */
  readonly rankMethod: RankMethodName;
  /** Why it was taken, where that was left to `auto` and there was a choice. */
  readonly methodReason?: string;
  /** Arithmetic that was used. */
  readonly precision: MethodPrecision;
  /** How the thresholds are meant. */
  readonly threshold: Threshold;
  /** ε-ranks in the order of the thresholds, each with its certified interval. */
  readonly ranks: readonly RankInterval[];
}

/** Ranks counted in a solved spectrum, and other ranks of the same spectrum. */
export interface SpectrumRanks extends RanksBase, SpectralRanks {
  /** What they come from. */
  readonly kind: "spectrum";
  /**
   * Eigenvalues of the weighted Gram matrix, descending: min(m, n) of them. Where there are fewer
   * samples m than columns n, the other n − m are 0.
   */
  readonly eigenvalues: Float64Array;
  /** Bounds on their errors. */
  readonly bounds: Float64Array;
  /** Bounds on the errors of the six measures. */
  readonly spectralBounds: SpectralRanks;
}

/** Ranks counted without a spectrum: there are no eigenvalues, and no ranks that need them. */
export interface CountRanks extends RanksBase {
  /** What they come from. */
  readonly kind: "count";
  /** Interval of the largest eigenvalue λ₁, where thresholds are shares of it; else `null`. */
  readonly largest: Enclosure | null;
}

/** Ranks of one feature matrix. */
export type FeatureRanks = SpectrumRanks | CountRanks;
