/**
 * Ranks of features as JSON names them.
 *
 * @module
 */
import type { FeatureRanks } from "../rank/methods/feature_ranks.ts";
import type { Normalization } from "./normalization.ts";
import { snakeCase } from "./json.ts";

/** Ranks of a named feature matrix. */
export type NamedRanks = FeatureRanks & {
  /** Where the features come from: the file, and the array in it. */
  readonly name: string;
  /** Path of the file. */
  readonly file: string;
  /** Name of the array in the file; `null` in a `.npy` file. */
  readonly tensor: string | null;
  /** Shape of the array. */
  readonly shape: readonly number[];
  /** Axes of the array that are features, from 0; the others are samples. */
  readonly axes: readonly number[];
  /** Number of samples. */
  readonly rows: number;
  /** Number of neurons. */
  readonly columns: number;
  /** How samples are weighted. */
  readonly normalization: Normalization;
};

/**
 * Translates ranks for JSON, whose names are in snake case.
 *
 * @param named The ranks.
 * @returns Name, file, tensor, shape and axes of the array, numbers of rows and columns,
 * `normalization` with `volume` or `quadrature_weights`, `kind`, `rank_method`, after a choice
 * `method_reason`, `precision`, `threshold`, `ranks`; of a spectrum also `eigenvalues`, `bounds`,
 * the other ranks and their `spectral_bounds`, of a count with relative thresholds `largest_low`
 * and `largest_high`.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { rankJson } from "./rank_json.ts";
 *
 * const json = rankJson({
 *   name: "hidden.npy", file: "hidden.npy", tensor: null, shape: [100, 3], axes: [1],
 *   rows: 100, columns: 3, normalization: { kind: "mean" },
 *   kind: "count", rankMethod: "inertia", precision: "single", threshold: "absolute",
 *   largest: null,
 *   ranks: [{ epsilon: 1e-6, rank: 2, low: 2, high: 3 }],
 * });
 * assert.deepEqual(json.ranks, [{ epsilon: 1e-6, rank: 2, rank_low: 2, rank_high: 3 }]);
 * assert.equal(json.rank_method, "inertia");
 * ```
 */
export function rankJson(named: NamedRanks): Record<string, unknown> {
  const { name, file, tensor, shape, axes, rows, columns, normalization } = named;
  const { kind, rankMethod, methodReason, precision, threshold, ranks } = named;
  const common = {
    name,
    file,
    tensor,
    shape,
    axes,
    rows,
    columns,
    normalization: normalization.kind,
    ...normalization.kind === "integral" && { volume: normalization.volume },
    ...normalization.kind === "weights" && { quadrature_weights: normalization.file },
    kind,
    rank_method: rankMethod,
    ...methodReason !== undefined && { method_reason: methodReason },
    precision,
    threshold,
    ranks: ranks.map(({ epsilon, rank, low, high }) => ({ epsilon, rank, rank_low: low, rank_high: high })),
  };
  if (named.kind === "count") {
    const { largest } = named;
    return { ...common, ...largest && { largest_low: largest.low, largest_high: largest.high } };
  }
  return {
    ...common,
    eigenvalues: named.eigenvalues,
    bounds: named.bounds,
    effective_rank: named.effectiveRank,
    rank_me: named.rankMe,
    stable_rank: named.stableRank,
    participation_ratio: named.participationRatio,
    energy_rank: named.energyRank,
    nuclear_norm_ratio: named.nuclearNormRatio,
    spectral_bounds: snakeCase(named.spectralBounds),
  };
}
