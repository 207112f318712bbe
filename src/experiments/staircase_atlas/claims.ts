/**
 * The claims about the staircase, in each cell of an atlas and on average.
 *
 * @module
 */
import type { ReplicaSummary, TraceSummary } from "../../train/summary.ts";
import type { Trace } from "../../train/trace.ts";
import { mean } from "../../stats/mean.ts";
import { combinePValues } from "../../stats/p_values.ts";
import { byReplica, type Claim, type Demand, judge, SIGNIFICANT, type Verdict } from "../core/verdict.ts";
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
  readonly key: "changes" | "jumps" | "ramp" | "coupling" | "lift";
  /** The claim, without the cell. */
  readonly claim: string;
  /** Name of the statistic that decides it. */
  readonly statistic: string;
  /** Kind of the statistic, as of a {@linkcode Claim}. */
  readonly kind: "number" | "p-value";
  /** Range in which it must lie. */
  readonly demand: Demand;
  /** Statistic of a network at the e-th threshold; `null` if the claim does not apply to it. */
  readonly measure: (network: ReplicaSummary, e: number) => number | null;
}

/** The claims, in the order of their verdicts. */
export const atlasClaims: readonly AtlasClaim[] = [
  {
    key: "changes",
    claim: "the terminal ε-rank rises where the loss falls, trends apart",
    statistic: "changes of rank and loss against circular shifts",
    kind: "p-value",
    demand: SIGNIFICANT,
    measure: ({ layers }, e) => layers[layers.length - 1].ranks[e].tests.changes.pValue,
  },
  {
    key: "jumps",
    claim: "the terminal ε-rank has a jump that no rounded trend makes",
    statistic: "jumps against flicker, trends and random walks",
    kind: "p-value",
    demand: SIGNIFICANT,
    measure: ({ layers }, e) => layers[layers.length - 1].ranks[e].tests.sharpness,
  },
  {
    key: "ramp",
    claim: "the terminal ε-rank climbs in stairs rather than along a smooth trend",
    statistic: "durations of the levels against smooth trends",
    kind: "p-value",
    demand: SIGNIFICANT,
    measure: ({ layers }, e) => layers[layers.length - 1].ranks[e].tests.ramp.pValue,
  },
  {
    key: "coupling",
    claim: "the loss falls faster at jumps of the terminal ε-rank than between them",
    statistic: "falls at jumps against circular shifts",
    kind: "p-value",
    demand: SIGNIFICANT,
    measure: ({ layers }, e) => layers[layers.length - 1].ranks[e].tests.coupling.pValue,
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

function claimOf({ cell, summary, trace }: AtlasRun, claim: AtlasClaim, e: number): Claim | null {
  const values = byReplica(trace.replicas, summary.replicas, ([network]) => claim.measure(network, e));
  if (values.every((value) => value === null)) return null;
  return {
    text: `${nameOfCell(cell)}: ${claim.claim}`,
    statistic: claim.statistic,
    values,
    kind: claim.kind,
    demand: claim.demand,
  };
}

/**
 * States the claims: in all cells together, in each cell, and where it is decided by no p-value by
 * name in each cell where it does not hold.
 *
 * @param runs The cells.
 * @param epsilons Thresholds; the first counts.
 * @returns The claims. The statistic of a replica is the mean over the cells, of p-values the one
 * of all together; and the value of the cell least in favour of the claim.
 */
export function claimsOfAtlas(runs: readonly AtlasRun[], epsilons: readonly number[]): Claim[] {
  return atlasClaims.flatMap((claim) => {
    const cells = runs.map((run) => claimOf(run, claim, 0)).filter((cell) => cell !== null);
    const replicas = Math.max(0, ...runs.map(({ trace }) => trace.replicas));
    const networks = runs.flatMap(({ summary }) => summary.replicas);
    /** Sums up each replica over the cells: networks of one index belong together. */
    const over = (sumUp: (values: number[]) => number) =>
      byReplica(replicas, networks, (own) => {
        const values = own.map((network) => claim.measure(network, 0)).filter((value) => value !== null);
        return values.length > 0 ? sumUp(values) : null;
      });
    const worst = "below" in claim.demand ? Math.max : Math.min;
    const title = `${claim.claim}, ε = ${epsilons[0]}`;
    const { statistic, kind, demand } = claim, isTest = kind === "p-value";
    const failed = cells.filter((cell) => !judge(cell).holds);
    const held = `${cells.length - failed.length} of ${cells.length} alone`;
    return [
      {
        text: `${title}, ${isTest ? "in" : "on average over"} ${cells.length} cells${
          isTest ? " together" : ""
        }`,
        statistic: isTest ? `${statistic}, ${held}` : statistic,
        values: over(isTest ? combinePValues : mean),
        kind,
        demand,
      },
      {
        text: `${title}, in each cell`,
        statistic: `${worst === Math.max ? "largest" : "least"} of all cells: ${statistic}`,
        // A cell with too little to test does not speak for the claim.
        values: over((values) => worst(...values.map((value) => isTest && Number.isNaN(value) ? 1 : value))),
        kind,
        demand,
      },
      ...isTest ? [] : failed,
    ];
  });
}
