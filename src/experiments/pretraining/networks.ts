/**
 * The networks of a case, and what is measured of them.
 *
 * @module
 */
import { lowerMedian } from "../../stats/median.ts";
import { findStairs } from "../../rank/stairs/find_stairs.ts";
import { type Probe, terminalRank } from "../../train/trace.ts";
import type { Architecture } from "./cases.ts";
import type { MethodStart } from "./starts.ts";

/** One trained network. */
export interface PretrainingNetwork {
  /** How it started. */
  readonly method: string;
  /** Index of the network among those of its start, from 0. */
  readonly replica: number;
  /** Its probes, first to last. */
  readonly probes: readonly Probe[];
  /**
   * Time that its start took beyond that of an initialiser, in milliseconds; its share of that of
   * all replicas.
   */
  readonly startMilliseconds: number;
  /** The same in steps of training. */
  readonly startSteps: number;
  /**
   * log det(I + M/ε) of its first layer before and after pre-training by gradient; `null` for other
   * starts.
   */
  readonly logDeterminants: readonly [before: number, after: number] | null;
}

/** The networks of a case. */
export interface PretrainingRun {
  /** Name of the task. */
  readonly task: string;
  /** Activation of the hidden layers. */
  readonly activation: string;
  /** Architecture of the networks. */
  readonly architecture: Architecture;
  /** Threshold ε of the ranks. */
  readonly epsilon: number;
  /** Steps that each network makes. */
  readonly steps: number;
  /** Wall time of a step for one network, among those of one start, in milliseconds. */
  readonly stepMilliseconds: number;
  /** Losses to reach, descending. */
  readonly targets: readonly number[];
  /** Networks that did not diverge. */
  readonly networks: readonly PretrainingNetwork[];
}

/**
 * Gathers the networks of a training run whose replicas are all networks of the first start, then
 * all of the next.
 *
 * @param starts How they started.
 * @param probes Probes of the whole run.
 * @param milliseconds Wall time of a step for all networks of one start.
 * @param leftOut Replicas of the run that do not count.
 * @returns The networks.
 */
export function networksOf(
  starts: readonly MethodStart[],
  probes: readonly Probe[],
  milliseconds: number,
  leftOut: ReadonlyMap<number, number>,
): PretrainingNetwork[] {
  const byReplica = Map.groupBy(probes, (probe) => probe.replica);
  return starts.flatMap((start, m) =>
    start.networks.flatMap((_, replica, { length }): PretrainingNetwork[] => {
      const index = m * length + replica, own = byReplica.get(index) ?? [];
      if (leftOut.has(index) || own.length === 0) return [];
      return [{
        method: start.method,
        replica,
        probes: own,
        startMilliseconds: start.milliseconds / length,
        startSteps: start.milliseconds / milliseconds,
        logDeterminants: start.logDeterminants?.[replica] ?? null,
      }];
    })
  );
}

/**
 * Computes the losses to reach.
 *
 * @param probes Probes of a run.
 * @param shares Shares of the median loss at the start.
 * @returns The losses.
 */
export function targetLosses(probes: readonly Probe[], shares: readonly number[]): number[] {
  const start = lowerMedian(probes.filter(({ step }) => step === 0).map(({ loss }) => loss));
  return shares.map((share) => share * start);
}

/**
 * Finds the steps that a network takes to a loss, those of its start included.
 *
 * @param network The network.
 * @param loss The loss.
 * @returns Steps to the first probe with that loss; `null` where there is none.
 */
export function stepsTo({ probes, startSteps }: PretrainingNetwork, loss: number): number | null {
  const probe = probes.find((each) => each.loss <= loss);
  return probe ? probe.step + startSteps : null;
}

/**
 * Finds the loss of a network after some time.
 *
 * @param network The network.
 * @param steps The time in steps, those of its start included.
 * @returns Loss at the last probe by then; at the first probe where even that is later.
 */
export function lossAfter({ probes, startSteps }: PretrainingNetwork, steps: number): number {
  return (probes.findLast(({ step }) => step + startSteps <= steps) ?? probes[0]).loss;
}

/**
 * Counts the stairs that a network climbs while it is trained.
 *
 * @param network The network.
 * @returns How often the terminal ε-rank jumps up by more than flicker; NaN where stairs cannot be
 * told.
 */
export function stairsClimbed({ probes }: PretrainingNetwork): number {
  const { jumps, doubt } = findStairs(
    probes.map(({ step }) => step),
    probes.map((probe) => terminalRank(probe)),
  );
  return doubt === null ? jumps.filter(({ size }) => size > 0).length : NaN;
}
