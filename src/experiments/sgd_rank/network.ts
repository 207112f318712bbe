/**
 * The networks of a grid trained by SGD, and their measurements.
 *
 * @module
 */
import type { Gpu } from "../../gpu/device.ts";
import { type WeightRank, weightRanks } from "../../rank/ranks/weight_ranks.ts";
import type { Task } from "../../tasks/task.ts";
import type { Training } from "../../train/training.ts";
import type { Divergence } from "../core/experiment.ts";
import type { Measurements } from "../core/training_run.ts";
import type { SgdRankCell, SgdRankComparison, SgdRankPlan } from "./plan.ts";

/** One trained network. */
export interface SgdRankNetwork {
  /** Comparisons that it belongs to. */
  readonly equal: readonly SgdRankComparison[];
  /** Samples of a mini-batch. */
  readonly batchSize: number;
  /** Steps made. */
  readonly steps: number;
  /** Learning rate. */
  readonly learningRate: number;
  /** Weight decay. */
  readonly weightDecay: number;
  /** Index of the network among those of its kind, from 0. */
  readonly replica: number;
  /** Loss over all training samples. */
  readonly loss: number;
  /** Share of the training samples classified correctly. */
  readonly trainingAccuracy: number;
  /** Share of the held-out samples classified correctly; of the training samples without any. */
  readonly accuracy: number;
  /** Whether it does better than naming the most frequent class; otherwise it does not count. */
  readonly hasLearnt: boolean;
  /** Singular values and numerical ranks of its weight matrices, first to last. */
  readonly layers: readonly WeightRank[];
}

/** Place of a network in the grid. */
export type GridPlace = Pick<
  SgdRankNetwork,
  "equal" | "batchSize" | "steps" | "learningRate" | "weightDecay" | "replica"
>;

/**
 * Finds the place of a replica of a run: replicas of one kind vary fastest, then weight decays.
 *
 * @param plan The study.
 * @param cell The run.
 * @param index Index of the replica in its run.
 * @returns Its place.
 */
export function placeOf(plan: SgdRankPlan, cell: SgdRankCell, index: number): GridPlace {
  const { learningRates, weightDecays, replicasOfEach } = plan;
  const kind = Math.floor(index / replicasOfEach);
  return {
    ...cell,
    learningRate: learningRates[Math.floor(kind / weightDecays.length)],
    weightDecay: weightDecays[kind % weightDecays.length],
    replica: index % replicasOfEach,
  };
}

/**
 * Names a network.
 *
 * @param place Its place.
 * @returns The name, in words.
 */
export function nameOf({ batchSize, steps, learningRate, weightDecay, replica }: GridPlace): string {
  return `batch size ${batchSize}, ${steps} steps, learning rate ${learningRate}, weight decay ${weightDecay}, ` +
    `replica ${replica}`;
}

/**
 * Measures the networks of a finished run.
 *
 * @param gpu Device.
 * @param plan The study.
 * @param places Places of the replicas.
 * @param training The run.
 * @returns The networks that did not diverge, and the names of those that have learnt nothing. A
 * run that was stopped has none.
 */
export async function measureNetworks(
  gpu: Gpu,
  plan: SgdRankPlan,
  places: readonly GridPlace[],
  training: Training,
): Promise<Measurements<SgdRankNetwork>> {
  const { diverged, trace, network } = training;
  if (training.status !== "done") return { rows: [] };
  const parameters = await network.readAllParameters();
  const kept = parameters.map((_, index) => index).filter((index) => !diverged.has(index));
  const ranks: WeightRank[][] = [];
  for (const [l, { inputs, outputs }] of network.layout.layers.entries()) {
    const matrices = kept.map((index) => ({
      rows: inputs,
      columns: outputs,
      data: parameters[index][l].weights,
    }));
    ranks.push(await weightRanks(gpu, matrices, { tolerance: plan.tolerance }));
  }
  const frequent = largestClass(plan.task);
  const rows = kept.map((index, i): SgdRankNetwork => {
    const probe = trace.probes.findLast((other) => other.replica === index)!;
    const trainingAccuracy = probe.trainingAccuracy!;
    return {
      ...places[index],
      loss: probe.loss,
      trainingAccuracy,
      accuracy: probe.accuracy!,
      hasLearnt: trainingAccuracy > frequent,
      layers: ranks.map((layer) => layer[i]),
    };
  });
  const leftOut = rows.flatMap(({ hasLearnt, steps }, i): Divergence[] =>
    hasLearnt
      ? []
      : [{ replica: kept[i], step: steps, description: `${nameOf(places[kept[i]])} has learnt nothing` }]
  );
  return { rows, leftOut };
}

/** Computes the share of the most frequent class among the training samples. */
function largestClass({ train: { y, count }, outputs }: Task): number {
  const members = new Array<number>(outputs).fill(0);
  for (let k = 0; k < count; k++) {
    const target = y.subarray(k * outputs, (k + 1) * outputs);
    members[target.indexOf(Math.max(...target))]++;
  }
  return Math.max(...members) / count;
}
