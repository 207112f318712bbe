/**
 * What the cells of an atlas say of the staircase.
 *
 * @module
 */
import type { ReplicaSummary, TraceSummary } from "../../train/summary.ts";
import type { Trace } from "../../train/trace.ts";
import { type Demand, judge, type Verdict } from "../core/verdict.ts";
import { type AtlasCell, nameOfCell } from "./options.ts";

/** A trained cell. */
export interface AtlasRun {
  /** What was trained. */
  readonly cell: AtlasCell;
  /** Record of the networks that count. */
  readonly trace: Trace;
  /** The same in a few numbers. */
  readonly summary: TraceSummary;
}

/** A claim about each cell. */
export interface AtlasClaim {
  /** Name of its columns. */
  readonly key: "correlation" | "stairs" | "lift";
  /** The claim, without the cell. */
  readonly claim: string;
  /** What is measured. */
  readonly statistic: string;
  /** What the claim asks of it. */
  readonly demand: Demand;
  /** The statistic of a network at the e-th threshold; `null` where the claim says nothing of it. */
  readonly measure: (network: ReplicaSummary, e: number) => number | null;
}

/** The claims, in the order of their verdicts. */
export const atlasClaims: readonly AtlasClaim[] = [
  {
    key: "correlation",
    claim: "the terminal ε-rank rises as the loss falls",
    statistic: "Spearman's ρ of rank and loss",
    demand: { below: 0 },
    // Undefined where the rank is constant.
    measure: ({ layers }, e) => layers[layers.length - 1].ranks[e].spearman || 0,
  },
  {
    key: "stairs",
    claim: "the terminal ε-rank has more than one stair",
    statistic: "stairs",
    demand: { above: 1 },
    measure: ({ layers }, e) => layers[layers.length - 1].ranks[e].staircase.stairs.length,
  },
  {
    key: "lift",
    claim: "after training the last layer ranks above the first",
    statistic: "rank of the last less that of the first",
    demand: { above: 0 },
    measure: ({ layers }, e) =>
      layers.length < 2
        ? null
        : layers[layers.length - 1].ranks[e].final.rank - layers[0].ranks[e].final.rank,
  },
];

/**
 * Judges a claim in one cell.
 *
 * @param run The cell.
 * @param claim The claim.
 * @param e Index of the threshold.
 * @returns The verdict; `null` where the claim says nothing of the cell.
 */
export function judgeCell({ cell, summary }: AtlasRun, claim: AtlasClaim, e: number): Verdict | null {
  const seeds = summary.replicas.map((network) => claim.measure(network, e)).filter((value) =>
    value !== null
  );
  if (seeds.length === 0) return null;
  return judge(
    `${nameOfCell(cell)}: ${claim.claim}`,
    claim.statistic,
    seeds,
    claim.demand,
  );
}

/**
 * Judges the claims: on average over the cells, in each of them, and by name in those that do not bear them out.
 *
 * @param runs The cells.
 * @param epsilons Thresholds, of which the first counts.
 * @returns The verdicts. The statistic of a seed is the mean over the cells, and that of the cell that speaks most against the claim.
 */
export function atlasVerdicts(runs: readonly AtlasRun[], epsilons: readonly number[]): Verdict[] {
  return atlasClaims.flatMap((claim) => {
    const judged = runs.map((run) => judgeCell(run, claim, 0)).filter((verdict) => verdict !== null);
    const seeds = seedsOf(runs, (network) => claim.measure(network, 0));
    const worst = "below" in claim.demand ? Math.max : Math.min;
    const title = `${claim.claim}, ε = ${epsilons[0]}`;
    const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
    return [
      judge(
        `${title}, on average over ${judged.length} cells`,
        claim.statistic,
        seeds.map(mean),
        claim.demand,
      ),
      judge(
        `${title}, in each cell`,
        `${worst === Math.max ? "largest" : "least"} of all cells: ${claim.statistic}`,
        seeds.map((values) => worst(...values)),
        claim.demand,
      ),
      ...judged.filter(({ holds }) => !holds),
    ];
  });
}

/** Values of all cells, seed by seed: the networks of one index. */
function seedsOf(runs: readonly AtlasRun[], measure: (network: ReplicaSummary) => number | null): number[][] {
  const replicas = Math.max(0, ...runs.map(({ trace }) => trace.replicas));
  return Array.from(
    { length: replicas },
    (_, replica) =>
      runs.flatMap(({ summary }) => summary.replicas.filter((network) => network.replica === replica))
        .map(measure).filter((value) => value !== null),
  ).filter((values) => values.length > 0);
}
