/**
 * Options of a trial: those of a training run, with the width and the depth of its network.
 *
 * @module
 */
import { integer, number, type Option, pick, type TableOf } from "../../cli/options.ts";
import { skipKeys, trainingTable, type TrainingValues } from "../../cli/training_table.ts";
import { MOST_WIDTH } from "../../train/limits.ts";

/** Options that a trial takes from those of a training run as they are. */
const SHARED = [
  "task",
  "data",
  "samples",
  "layers",
  "activation",
  "init",
  ...skipKeys,
  "optimizer",
  "schedule",
  "momentum",
  "batch",
  "steps",
  "seed",
  "probeEvery",
  "spectraEvery",
  "epsilons",
  "relative",
  "precision",
] as const satisfies readonly (keyof TrainingValues)[];

/** Values of the options of a trial. `null` leaves the choice to the task. */
export interface TrialValues
  extends Omit<TrainingValues, "replicas" | "learningRate" | "weightDecay" | "history"> {
  /** Width of all hidden layers. */
  readonly width: number | null;
  /** Number of hidden layers. */
  readonly depth: number | null;
  /** Learning rate. */
  readonly learningRate: number | null;
  /** Weight decay. */
  readonly weightDecay: number;
}

const { task, data, samples, layers, ...others } = pick(trainingTable, SHARED);
const rate: Option<number | null> = number({
  default: null,
  positive: true,
  help: "step size; by default the task's own",
  group: "how to train",
});
const decay: Option<number> = number({
  default: 0,
  min: 0,
  help: "decay of weights and biases",
  group: "how to train",
});

/** Options of a trial. A trial is one network: there are no replicas. */
export const trialTable: TableOf<TrialValues> = {
  task,
  data,
  samples,
  layers,
  width: integer({
    default: null,
    min: 1,
    max: MOST_WIDTH,
    help: "neurons of every hidden layer; by default those of the task's first",
    group: "what to train",
  }),
  depth: integer({
    default: null,
    min: 1,
    max: 1000,
    help: "hidden layers; by default as many as the task has",
    group: "what to train",
  }),
  learningRate: rate,
  weightDecay: decay,
  ...others,
};

/** Names of the options of a trial. */
export const trialKeys: readonly string[] = Object.keys(trialTable);

/** Options of `staircase` that a trial does not have, and why. */
export const REFUSED: Readonly<Record<string, string>> = {
  replicas: "a trial is one network: sweep the seed instead, as in seed=0..7",
  stopOnDivergence: "a trial that diverges is a row of the table, and the others go on",
  initFrom: "a trial draws its own parameters",
  history: "trials of L-BFGS keep its default number of pairs",
  profile: "times of kernels are no part of a sweep",
};
