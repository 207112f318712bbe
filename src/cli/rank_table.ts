/**
 * Ranks of features as a few lines of text.
 *
 * @module
 */
import { textTable } from "./text_table.ts";
import type { FeatureRanks } from "../rank/methods/feature_ranks.ts";

/** Ranks of a named feature matrix. */
export interface NamedRanks extends FeatureRanks {
  /** Where the features come from. */
  readonly name: string;
  /** Number of samples. */
  readonly rows: number;
  /** Number of neurons. */
  readonly columns: number;
}

/**
 * Writes ranks as a table.
 *
 * @param ranks The ranks.
 * @returns Lines for a terminal.
 */
export function rankTable(ranks: NamedRanks): string {
  const { name, rows, columns, eigenvalues, threshold } = ranks;
  const header = [threshold === "relative" ? "ε / λ₁" : "ε", "rank", "certified", "method", "precision"];
  const body = ranks.ranks.map(({ epsilon, rank, rank_low, rank_high, method, precision }) => [
    epsilon.toExponential(),
    String(rank),
    rank_low === rank_high ? "certain" : `${rank_low} to ${rank_high}`,
    method,
    precision,
  ]);
  const others = [
    `effective rank ${ranks.effective_rank.toFixed(3)}`,
    `stable rank ${ranks.stable_rank.toFixed(3)}`,
    `participation ratio ${ranks.participation_ratio.toFixed(3)}`,
    `90 % of the energy in ${ranks.energy_rank}`,
    `nuclear-norm ratio ${ranks.nuclear_norm_ratio.toFixed(3)}`,
  ];
  return [
    `${name}: ${rows} samples, ${columns} neurons, λ₁ = ${eigenvalues[0].toExponential(4)}`,
    ...textTable([header, ...body]),
    `  ${others.join(", ")}`,
  ].join("\n");
}
