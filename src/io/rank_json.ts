/**
 * Ranks of features as JSON names them.
 *
 * @module
 */
import type { FeatureRanks } from "../rank/methods/feature_ranks.ts";
import { snakeCase } from "./json.ts";

/** Ranks of a named feature matrix. */
export type NamedRanks = FeatureRanks & {
  /** Where the features come from. */
  readonly name: string;
  /** Number of samples. */
  readonly rows: number;
  /** Number of neurons. */
  readonly columns: number;
};

/**
 * Translates ranks for JSON, whose names are in snake case.
 *
 * @param named The ranks.
 * @returns Name and shape of the features, `kind`, `rank_method`, `precision`, `threshold`,
 * `ranks`; of a spectrum also `eigenvalues`, `bounds`, the other ranks and their `spectral_bounds`,
 * of a count with relative thresholds `largest_low` and `largest_high`.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { rankJson } from "./rank_json.ts";
 *
 * const json = rankJson({
 *   name: "hidden.npy", rows: 100, columns: 3,
 *   kind: "count", rankMethod: "inertia", precision: "single", threshold: "absolute",
 *   largest: null,
 *   ranks: [{ epsilon: 1e-6, rank: 2, low: 2, high: 3 }],
 * });
 * assert.deepEqual(json.ranks, [{ epsilon: 1e-6, rank: 2, rank_low: 2, rank_high: 3 }]);
 * assert.equal(json.rank_method, "inertia");
 * ```
 */
export function rankJson(named: NamedRanks): Record<string, unknown> {
  const { name, rows, columns, kind, rankMethod, precision, threshold, ranks } = named;
  const common = {
    name,
    rows,
    columns,
    kind,
    rank_method: rankMethod,
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
