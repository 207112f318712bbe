/**
 * What a run comes to in a few numbers.
 *
 * @module
 */
import { lowerMedian } from "../stats/median.ts";
import type { RankInterval } from "../rank/certificates/rank_interval.ts";
import { spearman } from "../stats/spearman.ts";
import {
  effectiveRank,
  energyRank,
  nuclearNormRatio,
  participationRatio,
  rankMe,
  stableRank,
} from "../rank/ranks/spectral_ranks.ts";
import { findStairs, type Staircase } from "../rank/ranks/stairs.ts";
import type { Probe, Trace } from "./trace.ts";

/** One threshold's ε-rank of one layer over a run. */
export interface RankSummary {
  /** Threshold ε. */
  readonly epsilon: number;
  /** Rank at the first probe. */
  readonly initial: number;
  /** Rank at the last probe, with its certified interval. */
  readonly final: RankInterval;
  /** Largest rank of all probes. */
  readonly largest: number;
  /** Furthest that the rank fell below its running maximum. */
  readonly drawdown: number;
  /** Share of the probes whose rank is certain. */
  readonly certain: number;
  /** Spearman's ρ between rank and log loss over the probes; NaN where either is constant. */
  readonly spearman: number;
  /** Stairs and jumps. */
  readonly staircase: Staircase;
}

/** One layer at the end of a run. */
export interface LayerSummary {
  /** Index of the hidden layer, from 1. */
  readonly layer: number;
  /** ε-ranks, in the order of the thresholds; what stands below them is of the last spectrum. */
  readonly ranks: readonly RankSummary[];
  /** Share of the probes whose ranks come from double-single arithmetic. */
  readonly double: number;
  /** Entropy of the singular values (Roy and Vetterli 2007). */
  readonly effectiveRank: number;
  /** The same, smoothed (Garrido et al. 2023). */
  readonly rankMe: number;
  /** Σλ / λ₁. */
  readonly stableRank: number;
  /** (Σλ)² / Σλ². */
  readonly participationRatio: number;
  /** Fewest eigenvalues that hold 90 % of Σλ. */
  readonly energyRank: number;
  /** Σσ / σ₁. */
  readonly nuclearNormRatio: number;
}

/** One replica's run. */
export interface ReplicaSummary {
  /** Index of the replica. */
  readonly replica: number;
  /** Step at which its loss became NaN or infinite; `null` if it did not. */
  readonly divergedAt: number | null;
  /** Loss at the last probe. */
  readonly loss: number;
  /** Accuracy at the last probe; `null` where the task has no classes. */
  readonly accuracy: number | null;
  /** Relative error of the solution at the last probe; `null` where the task is no differential equation, or it is not known. */
  readonly relativeError: number | null;
  /** Whether the loss lies on or above its floor at every probe that has one; `null` where there is no floor. */
  readonly floorHolds: boolean | null;
  /** The hidden layers, first to last. */
  readonly layers: readonly LayerSummary[];
}

/** A run in a few numbers. */
export interface TraceSummary {
  /** Median over the replicas of the loss at their last probe. */
  readonly loss: number;
  /** Median of the accuracy there; `null` where the task has no classes. */
  readonly accuracy: number | null;
  /** Median of the relative error there; `null` where there is none. */
  readonly relativeError: number | null;
  /** Each replica that has a probe. */
  readonly replicas: readonly ReplicaSummary[];
}

/**
 * Summarises a trace. Replicas without a single probe (diverged at once) are left out.
 *
 * @param trace Record of a run.
 * @param diverged Step at which a replica's loss became NaN or infinite, for those whose did.
 * @returns The summary; its loss is NaN where there is no probe at all.
 */
export function summarize(trace: Trace, diverged: ReadonlyMap<number, number> = new Map()): TraceSummary {
  const replicas = Array.from({ length: trace.replicas }, (_, replica) => replica).flatMap((replica) => {
    const probes = trace.probes.filter((probe) => probe.replica === replica);
    return probes.length > 0 ? [summarizeReplica(probes, trace.epsilons, diverged.get(replica) ?? null)] : [];
  });
  return {
    loss: lowerMedian(replicas.map(({ loss }) => loss)),
    accuracy: medianOfSome(replicas.map(({ accuracy }) => accuracy)),
    relativeError: medianOfSome(replicas.map(({ relativeError }) => relativeError)),
    replicas,
  };
}

function medianOfSome(values: readonly (number | null)[]): number | null {
  const some = values.filter((value) => value !== null);
  return some.length > 0 ? lowerMedian(some) : null;
}

function summarizeReplica(
  probes: readonly Probe[],
  epsilons: readonly number[],
  divergedAt: number | null,
): ReplicaSummary {
  const last = probes[probes.length - 1];
  return {
    replica: last.replica,
    divergedAt,
    loss: last.loss,
    accuracy: last.accuracy,
    relativeError: last.relativeError ?? null,
    floorHolds: probes.some(({ floors }) => floors !== null)
      ? probes.every(({ floors, loss }) => !floors?.some((floor) => floor > loss))
      : null,
    layers: last.layers.map(({ layer }, l) => {
      // A run that was stopped, or diverged, may end with probes that only counted.
      const { eigenvalues } = probes.findLast(({ layers }) => layers[l].eigenvalues.length > 0)!.layers[l];
      return {
        layer,
        ranks: epsilons.map((epsilon, e) => summarizeRank(probes, l, e, epsilon)),
        double: probes.filter(({ layers }) => layers[l].precision === "double").length / probes.length,
        effectiveRank: effectiveRank(eigenvalues),
        rankMe: rankMe(eigenvalues),
        stableRank: stableRank(eigenvalues),
        participationRatio: participationRatio(eigenvalues),
        energyRank: energyRank(eigenvalues),
        nuclearNormRatio: nuclearNormRatio(eigenvalues),
      };
    }),
  };
}

function summarizeRank(probes: readonly Probe[], layer: number, e: number, epsilon: number): RankSummary {
  const intervals = probes.map((probe) => probe.layers[layer].ranks[e]);
  const ranks = intervals.map(({ rank }) => rank);
  let largest = 0, drawdown = 0;
  for (const rank of ranks) {
    largest = Math.max(largest, rank);
    drawdown = Math.max(drawdown, largest - rank);
  }
  return {
    epsilon,
    initial: ranks[0],
    final: intervals[intervals.length - 1],
    largest,
    drawdown,
    certain: intervals.filter(({ low, high }) => low === high).length / intervals.length,
    spearman: spearman(ranks, probes.map(({ loss }) => Math.log(loss))),
    staircase: findStairs(probes.map(({ step }) => step), ranks),
  };
}
