/**
 * Ranks of features as a few lines of text.
 *
 * @module
 */
import { normalizationText } from "../io/normalization.ts";
import type { NamedRanks } from "../io/rank_json.ts";
import type { SpectralRanks } from "../rank/ranks/spectral_bounds.ts";
import { textTable } from "../display/text_table.ts";

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
  const bounded = (name: keyof SpectralRanks) => withBound(named[name], named.spectralBounds[name]);
  const { energyRank, spectralBounds } = named;
  return textTable([
    ["effective rank", ...bounded("effectiveRank"), "exp of the entropy of σ / Σσ"],
    ["RankMe", ...bounded("rankMe"), "the same of σ / Σσ + 1e-7"],
    ["stable rank", ...bounded("stableRank"), "Σλ / λ₁"],
    ["participation ratio", ...bounded("participationRatio"), "(Σλ)² / Σλ²"],
    [
      "90 % energy rank",
      String(energyRank),
      `± ${spectralBounds.energyRank}`,
      "fewest λ that hold 90 % of Σλ",
    ],
    ["nuclear-norm ratio", ...bounded("nuclearNormRatio"), "Σσ / σ₁, σ = √λ"],
  ].map(([label, value, bound, formula]) => [label, value, bound.padEnd(7), formula.padEnd(29)]));
}

/** Fewest and most decimals of a value with a bound. */
const LEAST_DECIMALS = 3, MOST_DECIMALS = 6;

/** A value with the decimals that are certain, and a bound on the error of what is written. */
function withBound(value: number, bound: number): [value: string, bound: string] {
  const digits = bound > 0 ? Math.ceil(-Math.log10(bound)) : MOST_DECIMALS;
  const decimals = Number.isNaN(digits)
    ? LEAST_DECIMALS
    : Math.max(LEAST_DECIMALS, Math.min(MOST_DECIMALS, digits));
  const text = value.toFixed(decimals);
  const whole = bound + Math.abs(Number(text) - value);
  const unit = 10 ** Math.floor(Math.log10(whole));
  return [text, whole > 0 ? `± ${(Math.ceil(whole / unit) * unit).toExponential(0)}` : "± 0"];
}
