/**
 * Ranks of features as a few lines of text.
 *
 * @module
 */
import { normalizationText } from "../io/normalization.ts";
import type { NamedRanks } from "../io/rank_json.ts";
import { textTable } from "./text_table.ts";

/**
 * Writes ranks as a table.
 *
 * @param named The ranks.
 * @returns Lines for a terminal, of at most 80 characters unless the name is long.
 */
export function rankTable(named: NamedRanks): string {
  const { name, rows, columns, threshold, rankMethod, precision, normalization } = named;
  const relative = threshold === "relative";
  const header = [relative ? "threshold / λ₁" : "threshold ε", "ε-rank", "certified"];
  const body = named.ranks.map(({ epsilon, rank, low, high }) => [
    epsilon.toExponential(),
    String(rank),
    low === high ? `exactly ${low}` : `${low} to ${high}`,
  ]);
  return [
    `${name}: ${counted(rows, "sample")}, ${counted(columns, "neuron")}, ${largest(named)}`,
    `  by ${rankMethod} in ${precision} precision, ${normalizationText(normalization, rows)}`,
    ...(body.length > 0 ? textTable([header, ...body]) : []),
    ...others(named),
  ].join("\n");
}

/** `1 neuron`, `2 neurons`. */
function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? "" : "s"}`;
}

/** The largest eigenvalue, as far as it is known. */
function largest(named: NamedRanks): string {
  const short = (value: number) => String(Number(value.toPrecision(5)));
  if (named.kind === "spectrum") return `largest eigenvalue λ₁ = ${short(named.eigenvalues[0])}`;
  if (named.largest === null) return "no spectrum";
  return `λ₁ from ${short(named.largest.low)} to ${short(named.largest.high)}`;
}

/** Ranks besides ε-ranks, each with its formula. */
function others(named: NamedRanks): string[] {
  if (named.kind === "count") {
    return ["  counted without a spectrum: only a spectrum has effective and stable ranks"];
  }
  return textTable([
    ["effective rank", named.effectiveRank.toFixed(3), "exp of the entropy of σ / Σσ"],
    ["RankMe", named.rankMe.toFixed(3), "the same of σ / Σσ + 1e-7"],
    ["stable rank", named.stableRank.toFixed(3), "Σλ / λ₁"],
    ["participation ratio", named.participationRatio.toFixed(3), "(Σλ)² / Σλ²"],
    ["90 % energy rank", String(named.energyRank), "fewest eigenvalues that hold 90 % of Σλ"],
    ["nuclear-norm ratio", named.nuclearNormRatio.toFixed(3), "Σσ / σ₁, σ = √λ"],
  ].map(([label, value, formula]) => [label, value, formula.padEnd(39)]));
}
