/**
 * Ranks of features as texts.
 *
 * @module
 */
import { withListView } from "../../display/list_view.ts";
import { ends, tableView } from "../../display/table_view.ts";
import type { View } from "../../display/view.ts";
import { count, formatNumber } from "../../format.ts";
import type { RankInterval } from "../certificates/rank_interval.ts";
import type { SpectralRanks } from "../ranks/spectral_bounds.ts";
import type { FeatureShape } from "../spectra/spectrum_options.ts";
import type { FeatureRanks, RanksBase, SpectrumRanks } from "./ranks.ts";

/**
 * Makes the view of ranks for notebooks.
 *
 * @param ranks The ranks.
 * @param shape Samples and neurons.
 * @returns The view.
 */
export function ranksView(ranks: FeatureRanks, { rows, columns }: FeatureShape): View {
  const { rankMethod, precision } = ranks;
  return tableView(() => ({
    heading: `${count(rows, "sample")}, ${count(columns, "neuron")}, ${largestText(ranks)}; ` +
      `by ${rankMethod} in ${precision} precision`,
    tables: [
      ...ranks.ranks.length > 0 ? [{ rows: thresholdRows(ranks) }] : [],
      ...ranks.kind === "spectrum"
        ? [{ rows: [["measure", "value", "bound", "formula"], ...measureRows(ranks)], left: 1 }]
        : [],
    ],
  }));
}

/**
 * Has notebooks show ranks of several matrices, and those of each.
 *
 * @param counts Ranks of each matrix.
 * @returns The same list.
 */
export function viewCounts(counts: RankInterval[][]): RankInterval[][] {
  return withListView(counts, {
    one: (ranks) =>
      tableView(() => ({
        heading: "ε-ranks",
        tables: [{ rows: thresholdRows({ threshold: "absolute", ranks }) }],
      })),
    all: () => ({
      heading: `ε-ranks of ${count(counts.length, "matrix", "matrices")}`,
      header: ["rank at ε"],
      row: (ranks) => [
        ends(ranks, 5).map((each) => {
          if (each === null) return "…";
          const [{ epsilon, low, high }] = each;
          return `${low === high ? low : `${low}–${high}`} at ${formatNumber(epsilon)}`;
        }).join(", "),
      ],
    }),
  });
}

/**
 * Writes the largest eigenvalue, as far as it is known.
 *
 * @param ranks The ranks.
 * @returns A few words.
 */
export function largestText(ranks: FeatureRanks): string {
  const short = (value: number) => String(Number(value.toPrecision(5)));
  if (ranks.kind === "spectrum") return `largest eigenvalue λ₁ = ${short(ranks.eigenvalues[0])}`;
  if (ranks.largest === null) return "no spectrum";
  return `λ₁ from ${short(ranks.largest.low)} to ${short(ranks.largest.high)}`;
}

/**
 * Writes ε-ranks as rows of a table.
 *
 * @param ranks The ranks.
 * @returns The header, and a row for each threshold.
 */
export function thresholdRows({ threshold, ranks }: Pick<RanksBase, "threshold" | "ranks">): string[][] {
  return [
    [threshold === "relative" ? "threshold / λ₁" : "threshold ε", "ε-rank", "certified"],
    ...ranks.map(({ epsilon, rank, low, high }) => [
      epsilon.toExponential(),
      String(rank),
      low === high ? `exactly ${low}` : `${low} to ${high}`,
    ]),
  ];
}

/**
 * Writes the ranks that need no threshold as rows of a table.
 *
 * @param ranks Ranks of a spectrum.
 * @returns For each its name, value, bound and formula.
 */
export function measureRows(ranks: SpectrumRanks): string[][] {
  const bounded = (name: keyof SpectralRanks) => withBound(ranks[name], ranks.spectralBounds[name]);
  const { energyRank, spectralBounds } = ranks;
  return [
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
  ];
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
