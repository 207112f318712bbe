/**
 * The networks of a grid trained by SGD, and what is measured of them.
 *
 * @module
 */
import type { Gpu } from "../../gpu/device.ts";
import { type WeightRank, weightRanks } from "../../rank/ranks/weight_ranks.ts";
import type { Task } from "../../tasks/task.ts";
import type { Training } from "../../train/training.ts";
import type { CompleteSgdRankOptions, SgdRankComparison, SgdRankRun } from "./options.ts";

/** One trained network. */
export interface SgdRankNetwork {
  /** What it has in common with networks of other batch sizes. */
  readonly equal: readonly SgdRankComparison[];
  /** Samples of a mini-batch. */
  readonly batch: number;
  /** Updates made. */
  readonly updates: number;
  /** Learning rate. */
  readonly learningRate: number;
  /** Weight decay. */
  readonly weightDecay: number;
  /** Which of the networks of this kind, from 0. */
  readonly seed: number;
  /** Loss over all training samples. */
  readonly loss: number;
  /** Fraction of the training samples classified right. */
  readonly trainingAccuracy: number;
  /** The same of the held-out samples, of the training samples where none are held out. */
  readonly accuracy: number;
  /** Whether it has learnt more than to name the most frequent class; one that has not does not count. */
  readonly hasLearnt: boolean;
  /** Singular values and numerical ranks of its weight matrices, first to last. */
  readonly layers: readonly WeightRank[];
}

/** Where a network stands in the grid. */
export type GridPlace = Pick<
  SgdRankNetwork,
  "equal" | "batch" | "updates" | "learningRate" | "weightDecay" | "seed"
>;

/**
 * Where the replica of a run stands: seeds vary fastest, then weight decays.
 *
 * @param options Options of the study.
 * @param run The run.
 * @param replica Index of the replica.
 * @returns Its place.
 */
export function placeOf(options: CompleteSgdRankOptions, run: SgdRankRun, replica: number): GridPlace {
  const { learningRates, weightDecays, seeds } = options;
  const cell = Math.floor(replica / seeds);
  return {
    ...run,
    learningRate: learningRates[Math.floor(cell / weightDecays.length)],
    weightDecay: weightDecays[cell % weightDecays.length],
    seed: replica % seeds,
  };
}

/**
 * Names a network.
 *
 * @param place Its place.
 * @returns In words.
 */
export function nameOf({ batch, updates, learningRate, weightDecay, seed }: GridPlace): string {
  return `batch ${batch}, ${updates} updates, learning rate ${learningRate}, weight decay ${weightDecay}, seed ${seed}`;
}

/**
 * Measures the networks of a run that went to its end.
 *
 * @param gpu Device.
 * @param options Options of the study.
 * @param run The run.
 * @param training Its training.
 * @returns The networks that did not diverge, by replica.
 */
export async function measureNetworks(
  gpu: Gpu,
  options: CompleteSgdRankOptions,
  run: SgdRankRun,
  training: Training,
): Promise<Map<number, SgdRankNetwork>> {
  const parameters = await training.network.readAllParameters();
  const kept = parameters.map((_, replica) => replica).filter((replica) => !training.diverged.has(replica));
  const ranks: WeightRank[][] = [];
  for (const [l, { inputs, outputs }] of training.network.layout.layers.entries()) {
    const matrices = kept.map((replica) => ({
      rows: inputs,
      columns: outputs,
      data: parameters[replica][l].weights,
    }));
    ranks.push(await weightRanks(gpu, matrices, { tolerance: options.tolerance }));
  }
  const frequent = largestClass(options.task);
  return new Map(kept.map((replica, i) => {
    const probe = training.trace.probes.findLast((other) => other.replica === replica)!;
    const trainingAccuracy = probe.trainingAccuracy!;
    return [replica, {
      ...placeOf(options, run, replica),
      loss: probe.loss,
      trainingAccuracy,
      accuracy: probe.accuracy!,
      hasLearnt: trainingAccuracy > frequent,
      layers: ranks.map((layer) => layer[i]),
    }];
  }));
}

/** Share of the training samples that are of the most frequent class. */
function largestClass({ train: { y, count }, outputs }: Task): number {
  const members = new Array<number>(outputs).fill(0);
  for (let k = 0; k < count; k++) {
    const target = y.subarray(k * outputs, (k + 1) * outputs);
    members[target.indexOf(Math.max(...target))]++;
  }
  return Math.max(...members) / count;
}
