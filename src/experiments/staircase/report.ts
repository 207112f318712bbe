/**
 * The report of a training for a terminal: losses, ranks with their stairs, ranks of other kinds,
 * times of kernels.
 *
 * @module
 */
import { textTable } from "../../display/text_table.ts";
import { count, firstLines, formatNumber } from "../../format.ts";
import type { KernelTime } from "../../gpu/measure/profiler.ts";
import { extent } from "../../stats/extent.ts";
import { lowerMedian } from "../../stats/median.ts";
import { combinePValues } from "../../stats/p_values.ts";
import { divergencePlace } from "../../train/divergence.ts";
import type { CompleteOptions } from "../../train/options.ts";
import type { LayerSummary, RankSummary, ReplicaSummary, TraceSummary } from "../../train/summary.ts";
import type { StairTests } from "../../train/stair_tests.ts";
import type { Trace } from "../../train/trace.ts";
import type { ExperimentResult } from "../core/experiment.ts";
import { sweptBy, sweptGroups } from "./swept.ts";

/** One training, with all its replicas. */
export interface StaircaseRun {
  /** The record. */
  readonly trace: Trace;
  /** The record in a few numbers. */
  readonly summary: TraceSummary;
  /** Widths of all layers, inputs and outputs included. */
  readonly widths: readonly number[];
}

/**
 * Writes the report of a training. With several replicas, numbers are medians, followed by their
 * range. Networks that differ in their learning rate or weight decay have tables of their own, one
 * for each value.
 *
 * @param result The training.
 * @param kernels Times of the kernels; `null` unless they were asked for.
 * @returns Lines for a terminal.
 */
export function staircaseReport(
  { plan, rows: [{ summary }], diverged }: ExperimentResult<CompleteOptions, StaircaseRun>,
  kernels: readonly KernelTime[] | null,
): string[] {
  const { replicas } = summary, wanted = plan.replicas;
  const accuracy = summary.accuracy === null ? "" : `, accuracy ${(100 * summary.accuracy).toFixed(2)} %`;
  const error = summary.relativeError === null
    ? ""
    : `, relative error of the solution ${summary.relativeError.toExponential(3)}`;
  const of = wanted > 1 ? ` (median of ${count(wanted, "replica")})` : "";
  const lines = [`final loss ${summary.loss.toExponential(3)}${accuracy}${error}${of}`];
  const ends = diverged.map(({ replica, step, layer = null }) =>
    `replica ${replica} diverged ${divergencePlace({ step, layer })}; its trace ends there`
  );
  lines.push(...firstLines(ends));
  for (const { label, replicas: indices } of sweptGroups(sweptBy(plan), wanted)) {
    const own = new Set(indices), members = replicas.filter(({ replica }) => own.has(replica));
    if (members.length === 0) continue;
    if (label !== "") lines.push("", `${label}: final loss ${medianLoss(members)}`);
    lines.push(
      "",
      ...rankLines(members),
      "",
      ...testLines(members, label === "" && members.length === wanted ? summary.pairings : null),
      "",
      ...otherLines(members),
    );
  }
  const share = doubleShare(replicas);
  if (share > 0) {
    lines.push("", `spectra solved in double-single arithmetic: ${(100 * share).toFixed(2)} %`);
  }
  if (kernels) lines.push("", "GPU time by kernel:", ...kernelTable(kernels));
  return lines;
}

function medianLoss(replicas: readonly ReplicaSummary[]): string {
  return lowerMedian(replicas.map(({ loss }) => loss)).toExponential(3);
}

/** Writes a row for each layer and threshold. */
function rankLines(replicas: readonly ReplicaSummary[]): string[] {
  const rows = replicas[0].layers.flatMap(({ layer, ranks }, l) =>
    ranks.map(({ epsilon }, e) => {
      const all = replicas.map(({ layers }) => layers[l].ranks[e]);
      const values = (of: (rank: RankSummary) => number) => spanOf(all.map(of));
      return [
        String(layer),
        formatNumber(epsilon),
        values(({ initial }) => initial),
        certified(all),
        values(({ largestRank }) => largestRank),
        spanOf(all.map(({ staircase: { stairs } }) => stairs.length).filter((length) => length > 0)),
        correlation(all),
      ];
    })
  );
  const header = ["layer", "ε", "first", "last", "highest", "stairs", "ρ"];
  return [
    replicas.length > 1
      ? `ε-ranks of the features, medians of ${count(replicas.length, "replica")} (range):`
      : "ε-ranks of the features:",
    ...textTable([header, ...rows], 1),
    "",
    "  first, last, highest: ranks at the first and the last probe, and the highest of",
    "  all; an interval is given where a rank is not certain. stairs: runs over which",
    "  the rank stays. ρ: Spearman's correlation of rank and log loss, which is near −1",
    "  for any two opposite trends.",
  ];
}

/**
 * Tells whether the stairs of a replica were asked for: each rank then has at least one.
 *
 * @param replica The replica.
 * @returns Whether they were.
 */
export function hasStairs({ layers: [first] }: ReplicaSummary): boolean {
  return first.ranks[0].staircase.stairs.length > 0;
}

/** Writes the p-values of each layer and threshold, those of replicas combined. */
function testLines(all: readonly ReplicaSummary[], pairings: readonly number[] | null): string[] {
  const replicas = all.filter(hasStairs);
  const rows = all[0].layers.flatMap(({ layer, ranks }, l) =>
    ranks.map(({ epsilon }, e) => {
      const own = replicas.map(({ layers }) => layers[l].ranks[e]);
      const p = (of: (tests: StairTests) => number | undefined) =>
        pText(combinePValues(own.map(({ tests }) => of(tests) ?? NaN)));
      const isTerminal = l === all[0].layers.length - 1;
      return [
        String(layer),
        formatNumber(epsilon),
        spanOf(
          own.map(({ staircase }) => staircase.jumps.filter(({ isSignificant }) => isSignificant).length),
        ),
        p(({ sharpness }) => sharpness),
        p(({ ramp }) => ramp.pValue),
        p(({ coupling }) => coupling.pValue),
        p(({ coupling }) => coupling.lagPValue),
        isTerminal ? pText(pairings?.[e] ?? NaN) : "",
        p(({ changes }) => changes.pValue),
        p(({ floor }) => floor?.pValue),
      ];
    })
  );
  const header = ["layer", "ε", "sharp", "jump", "trend", "loss", "lag", "own", "change", "floor"];
  const doubts = replicas.flatMap(({ replica, layers }) =>
    layers.flatMap(({ layer, ranks }) =>
      ranks.flatMap(({ epsilon, staircase: { doubt } }) =>
        doubt === null ? [] : [`replica ${replica}, layer ${layer}, ε ${formatNumber(epsilon)}: ${doubt}`]
      )
    )
  );
  const whose = replicas.length < all.length
    ? ` of ${replicas.length} of the ${all.length} replicas, together`
    : replicas.length > 1
    ? ", all replicas together"
    : "";
  return [
    `p-values of the stairs${whose}:`,
    ...textTable([header, ...rows], 1),
    "",
    "  sharp: jumps that neither flicker nor a rounded trend makes. p-values are small",
    "  where the data speak against a sentence. jump: there is no such jump. trend:",
    "  levels last as along a smooth trend. loss: it falls no faster at jumps than",
    "  between them; lag: nor a little before or behind them; own: nor faster than at",
    "  jumps of other replicas. change: rank and loss change independently. floor: the",
    "  loss does not wait at its floor.",
    ...(doubts.length === 0
      ? []
      : ["", "stairs that cannot be told:", ...firstLines(doubts).map((line) => `  ${line}`)]),
  ];
}

/** Writes a p-value; nothing where there was too little to test. */
function pText(value: number): string {
  return Number.isNaN(value) ? "–" : value < 1e-3 ? value.toExponential(0) : value.toPrecision(2);
}

/** Writes the last ranks, with the interval if one of them is not certain. */
function certified(all: readonly RankSummary[]): string {
  const text = spanOf(all.map(({ final }) => final.rank));
  if (all.every(({ final: { low, high } }) => low === high)) return text;
  const [low] = extent(all.map(({ final }) => final.low)),
    [, high] = extent(all.map(({ final }) => final.high));
  return `${text} in [${low}, ${high}]`;
}

function correlation(all: readonly RankSummary[]): string {
  const known = all.map(({ spearman }) => spearman).filter((value) => !Number.isNaN(value));
  return known.length === 0 ? "none" : lowerMedian(known).toFixed(3);
}

/** Writes ranks of other kinds at the end. */
function otherLines(replicas: readonly ReplicaSummary[]): string[] {
  const rows = replicas[0].layers.map(({ layer }, l) => {
    const median = (of: (summary: LayerSummary) => number) =>
      lowerMedian(replicas.map(({ layers }) => of(layers[l]))).toPrecision(3);
    return [
      String(layer),
      median(({ effectiveRank }) => effectiveRank),
      median(({ stableRank }) => stableRank),
      median(({ participationRatio }) => participationRatio),
    ];
  });
  return [
    "other ranks of the last spectrum:",
    ...textTable([
      ["layer", "effective rank", "stable rank", "participation ratio"],
      ...rows,
    ], 1),
  ];
}

/** Writes the median, and the range if values differ; nothing of no values. */
function spanOf(values: readonly number[]): string {
  if (values.length === 0) return "–";
  const [low, high] = extent(values), median = lowerMedian(values);
  return low === high ? String(median) : `${median} (${low}–${high})`;
}

/**
 * Computes the share of the spectra that were solved in double-single arithmetic. Probes that only
 * count solve none.
 */
function doubleShare(replicas: readonly ReplicaSummary[]): number {
  const layers = replicas.flatMap((replica) => replica.layers);
  const spectra = layers.reduce((sum, layer) => sum + layer.spectra, 0);
  return layers.reduce((sum, layer) => sum + layer.doubleShare * layer.spectra, 0) / Math.max(1, spectra);
}

function kernelTable(kernels: readonly KernelTime[]): string[] {
  const total = kernels.reduce((sum, { milliseconds }) => sum + milliseconds, 0);
  const rows = kernels.map(({ name, count, milliseconds }) => [
    name,
    String(count),
    milliseconds.toFixed(1),
    (1000 * milliseconds / count).toFixed(1),
    `${(100 * milliseconds / total).toFixed(1)} %`,
  ]);
  return textTable([["kernel", "timed dispatches", "ms", "µs each", "share"], ...rows], 1);
}
