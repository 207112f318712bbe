/**
 * The claims about the staircase, in each cell of an atlas and on average.
 *
 * @module
 */
import type { ReplicaSummary, TraceSummary } from "../../train/summary.ts";
import type { Trace } from "../../train/trace.ts";
import { mean } from "../../stats/mean.ts";
import { type Claim, type Demand, judge, type Verdict } from "../core/verdict.ts";
import { type AtlasCell, nameOfCell } from "./cells.ts";

/** A trained cell. */
export interface AtlasRun {
  /** Task and network. */
  readonly cell: AtlasCell;
  /** Record of the networks that count. */
  readonly trace: Trace;
  /** Summary of the record. */
  readonly summary: TraceSummary;
}

/** A claim about each cell. */
export interface AtlasClaim {
  /** Name of its columns. */
  readonly key: "correlation" | "stairs" | "lift";
  /** The claim, without the cell. */
  readonly claim: string;
  /** Name of the statistic that decides it. */
  readonly statistic: string;
  /** Kind of the statistic, as of a {@linkcode Claim}. */
  readonly kind: "number" | "correlation";
  /** Range in which it must lie. */
  readonly demand: Demand;
  /** Statistic of a network at the e-th threshold; `null` if the claim does not apply to it. */
  readonly measure: (network: ReplicaSummary, e: number) => number | null;
}

/** The claims, in the order of their verdicts. */
export const atlasClaims: readonly AtlasClaim[] = [
  {
    key: "correlation",
    claim: "the terminal ε-rank rises as the loss falls",
    statistic: "Spearman's ρ of rank and loss",
    kind: "correlation",
    demand: { below: 0 },
    // Undefined if the rank is constant.
    measure: ({ layers }, e) => layers[layers.length - 1].ranks[e].spearman || 0,
  },
  {
    key: "stairs",
    claim: "the terminal ε-rank has more than one stair",
    statistic: "stairs",
    kind: "number",
    demand: { above: 1 },
    measure: ({ layers }, e) => layers[layers.length - 1].ranks[e].staircase.stairs.length,
  },
  {
    key: "lift",
    claim: "after training the last layer ranks above the first",
    statistic: "rank of the last less that of the first",
    kind: "number",
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
 * @returns The verdict; `null` if the claim does not apply to the cell.
 */
export function judgeCell(run: AtlasRun, claim: AtlasClaim, e: number): Verdict | null {
  const cell = claimOf(run, claim, e);
  return cell && judge(cell);
}

function claimOf({ cell, summary }: AtlasRun, claim: AtlasClaim, e: number): Claim | null {
  const values = summary.replicas.map((network) => claim.measure(network, e)).filter((value) =>
    value !== null
  );
  if (values.length === 0) return null;
  return {
    text: `${nameOfCell(cell)}: ${claim.claim}`,
    statistic: claim.statistic,
    values,
    kind: claim.kind,
    demand: claim.demand,
  };
}

/**
 * States the claims: on average over the cells, in each cell, and by name in each cell where they
 * do not hold.
 *
 * @param runs The cells.
 * @param epsilons Thresholds; the first counts.
 * @returns The claims. The statistic of a replica is the mean over the cells, or the value of the
 * cell least in favour of the claim.
 */
export function claimsOfAtlas(runs: readonly AtlasRun[], epsilons: readonly number[]): Claim[] {
  return atlasClaims.flatMap((claim) => {
    const cells = runs.map((run) => claimOf(run, claim, 0)).filter((cell) => cell !== null);
    const replicas = replicasOf(runs, (network) => claim.measure(network, 0));
    const worst = "below" in claim.demand ? Math.max : Math.min;
    const title = `${claim.claim}, ε = ${epsilons[0]}`;
    const { statistic, kind, demand } = claim;
    return [
      {
        text: `${title}, on average over ${cells.length} cells`,
        statistic,
        values: replicas.map(mean),
        kind,
        demand,
      },
      {
        text: `${title}, in each cell`,
        statistic: `${worst === Math.max ? "largest" : "least"} of all cells: ${statistic}`,
        values: replicas.map((values) => worst(...values)),
        kind,
        demand,
      },
      ...cells.filter((cell) => !judge(cell).holds),
    ];
  });
}

/** Lists the values of all cells replica by replica: networks of one index belong together. */
function replicasOf(
  runs: readonly AtlasRun[],
  measure: (network: ReplicaSummary) => number | null,
): number[][] {
  const replicas = Math.max(0, ...runs.map(({ trace }) => trace.replicas));
  return Array.from(
    { length: replicas },
    (_, replica) =>
      runs.flatMap(({ summary }) => summary.replicas.filter((network) => network.replica === replica))
        .map(measure).filter((value) => value !== null),
  ).filter((values) => values.length > 0);
}
