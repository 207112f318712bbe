/**
 * The networks of a phase diagram, and its cells.
 *
 * @module
 */
import type { RankInterval } from "../../rank/certificates/rank_interval.ts";
import { lowerMedian } from "../../stats/median.ts";
import type { Training } from "../../train/training.ts";
import type { PhasePlace, PhasePlan } from "./plan.ts";

/** Share of the loss of a constant below which a network has learnt. */
const LEARNT = 0.9;

/** A network of the diagram, after training. One that diverged has no loss and no ranks. */
export interface PhaseNetwork extends PhasePlace {
  /** Step at which its loss became NaN or infinite; `null` if it did not. */
  readonly divergedAt: number | null;
  /** Loss before training; NaN if it was not finite. */
  readonly startLoss: number;
  /** Loss after training; NaN if it diverged. */
  readonly loss: number;
  /** Whether it has explained a tenth of the variance of the targets. */
  readonly hasLearnt: boolean;
  /** ε-ranks of the last hidden layer before training; `null` if the loss was not finite. */
  readonly startRanks: readonly RankInterval[] | null;
  /** ε-ranks of the last hidden layer after training; `null` if it diverged. */
  readonly ranks: readonly RankInterval[] | null;
}

/**
 * Measures the networks of a width.
 *
 * @param plan The diagram.
 * @param places Places of the replicas.
 * @param training The training, at its end.
 * @returns All networks, those that diverged among them; none if the training was stopped.
 */
export function measurePhases(
  { steps, constantLoss }: PhasePlan,
  places: readonly PhasePlace[],
  { status, diverged, trace }: Training,
): PhaseNetwork[] {
  if (status === "stopped") return [];
  const at = (step: number) =>
    new Map(trace.probes.filter((probe) => probe.step === step).map((probe) => [probe.replica, probe]));
  const starts = at(0), ends = at(steps);
  return places.map((place, replica) => {
    const start = starts.get(replica), end = ends.get(replica), loss = end?.loss ?? NaN;
    return {
      ...place,
      divergedAt: diverged.get(replica) ?? null,
      startLoss: start?.loss ?? NaN,
      loss,
      hasLearnt: loss < LEARNT * constantLoss,
      startRanks: start ? start.layers.at(-1)!.ranks : null,
      ranks: end ? end.layers.at(-1)!.ranks : null,
    };
  });
}

/** A cell: the networks that differ only in their initial weights. */
export interface PhaseCell extends Omit<PhasePlace, "replica"> {
  /** Networks. */
  readonly networks: number;
  /** Networks that diverged. */
  readonly diverged: number;
  /** Networks that have learnt. */
  readonly learnt: number;
  /**
   * Lower median of the ranks of those that did not diverge, and an interval that holds the exact
   * ranks of all of them; `null` if all diverged.
   */
  readonly rank: Pick<RankInterval, "rank" | "low" | "high"> | null;
  /** Lower median of their losses; NaN if all diverged. */
  readonly loss: number;
}

/**
 * Puts networks together to cells.
 *
 * @param networks The networks.
 * @param e Index of the threshold.
 * @returns The cells, in the order of their first networks.
 */
export function phaseCells(networks: readonly PhaseNetwork[], e: number): PhaseCell[] {
  const keyOf = ({ width, initScale, learningRate }: PhaseNetwork) => [width, initScale, learningRate].join();
  return [...Map.groupBy(networks, keyOf).values()].map((own): PhaseCell => {
    const [{ width, initScale, learningRate }] = own;
    const ranks = own.flatMap(({ ranks }) => ranks ? [ranks[e]] : []);
    return {
      width,
      initScale,
      learningRate,
      networks: own.length,
      diverged: own.length - ranks.length,
      learnt: own.filter(({ hasLearnt }) => hasLearnt).length,
      rank: ranks.length === 0 ? null : {
        rank: lowerMedian(ranks.map(({ rank }) => rank)),
        low: Math.min(...ranks.map(({ low }) => low)),
        high: Math.max(...ranks.map(({ high }) => high)),
      },
      loss: lowerMedian(own.map(({ loss }) => loss)),
    };
  });
}
