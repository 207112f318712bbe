/**
 * Options of the study of SGD's rank bias, and the grid that they make.
 *
 * @module
 */
import { integer, integers, number, numbers, pick, type TableOf, toggle } from "../../cli/options.ts";
import { parseLayers } from "../../cli/sizes.ts";
import { taskOf } from "../../cli/training_flags.ts";
import { trainingTable, type TrainingValues } from "../../cli/training_table.ts";
import { checkNumber } from "../../check.ts";
import { InputError } from "../../errors.ts";
import { ascending } from "../core/lists.ts";
import { poolImages } from "../../tasks/digits/pool.ts";
import { MAX_SAMPLES } from "../../tasks/options.ts";
import type { Task } from "../../tasks/task.ts";
import { MOST_REPLICAS, MOST_STEPS, MOST_WIDTH } from "../../train/limits.ts";

/** Values of the options of the study; their table explains them. */
export type SgdRankOptions = Readonly<
  & Pick<TrainingValues, "task" | "data" | "replicas" | "seed">
  & Record<"samples" | "pool" | "steps" | "tolerance", number>
  & Record<"batchSizes" | "learningRates" | "weightDecays", readonly number[]>
  & {
    layers: string | readonly number[];
    activation: string | readonly string[];
    init: string;
    full: boolean;
  }
>;

/** Options of the study. */
export const sgdRankOptions: TableOf<SgdRankOptions> = {
  ...pick(trainingTable, ["task", "data", "samples", "layers", "activation", "init"], {
    task: { default: "digits", help: "what to learn: a task with classes" },
    samples: { default: 1000, full: 4000, help: "training samples" },
    layers: { default: "32,32", help: "hidden widths as 50,50" },
    activation: { default: "relu", help: "activation of the hidden layers: tanh, relu, sine, gelu …" },
    init: { default: "he-normal", help: "initialiser: xavier-normal, he-uniform, normal:0.1 …" },
  }),
  pool: integer({
    default: 4,
    min: 1,
    max: MOST_WIDTH,
    help: "side of the squares of pixels of the digits that become one; 1 keeps the images",
    group: "what to train",
  }),
  batchSizes: integers({
    default: [8, 16, 32, 64],
    full: [4, 8, 16, 32, 64, 128],
    min: 1,
    max: MAX_SAMPLES,
    help: "batch sizes to compare",
    was: ["batches"],
  }),
  learningRates: numbers({
    default: [0.1, 0.2, 0.4],
    full: [0.05, 0.1, 0.2, 0.4],
    positive: true,
    help: "learning rates to compare",
  }),
  weightDecays: numbers({
    default: [0.002, 0.005, 0.0125],
    full: [0, 0.001, 0.0025, 0.005, 0.01, 0.02],
    min: 0,
    help: "weight decays to compare",
  }),
  ...pick(trainingTable, ["steps", "replicas", "seed"], {
    steps: { default: 1500, full: 5000, min: 1, help: "steps with the largest batch", was: ["updates"] },
    replicas: { default: 5, full: 10, help: "networks of each kind", was: ["seeds"] },
  }),
  tolerance: number({
    default: 1e-2,
    positive: true,
    help: "share of the largest singular value above which a singular value counts",
  }),
  full: toggle({ default: false, help: "train a larger grid, longer, with more replicas" }),
};

/** Names of the quantities that a grid varies. */
export const sgdRankKnobs = {
  batchSize: "batch size",
  learningRate: "learning rate",
  weightDecay: "weight decay",
} as const;

/** A quantity that a grid varies. */
export type SgdRankKnob = keyof typeof sgdRankKnobs;

/** A comparison of batch sizes: with the same number of steps, or of epochs. */
export type SgdRankComparison = "steps" | "epochs";

/** One batch size and number of steps: a training run. */
export interface SgdRankCell {
  /** Samples of a mini-batch. */
  readonly batchSize: number;
  /** Its steps. */
  readonly steps: number;
  /** Comparisons that it belongs to. */
  readonly equal: readonly SgdRankComparison[];
}

/** The study, its options checked. Batch sizes, learning rates and weight decays are ascending. */
export interface SgdRankPlan extends
  Pick<
    SgdRankOptions,
    "batchSizes" | "learningRates" | "weightDecays" | "steps" | "tolerance" | "seed"
  > {
  /** The task. */
  readonly task: Task;
  /** Widths of the hidden layers. */
  readonly hidden: readonly number[];
  /** Activation of the hidden layers. */
  readonly activation: string;
  /** Initialiser. */
  readonly initializer: string;
  /** Networks of each batch size, learning rate and weight decay. */
  readonly replicasOfEach: number;
  /** Networks of a training run: one for each learning rate, weight decay and replica. */
  readonly replicas: number;
}

/**
 * Checks the options together.
 *
 * @param options Values of all options.
 * @returns The study.
 * @throws {InputError} If a list has fewer than two values, a batch is larger than the set, or the
 * task has no classes.
 */
export async function sgdRankPlan(options: SgdRankOptions): Promise<SgdRankPlan> {
  const { pool, layers, activation, init, replicas, steps, tolerance, seed } = options;
  if (tolerance >= 1) {
    throw new InputError(`tolerance ${tolerance}: give a share of the largest singular value, in (0, 1)`);
  }
  const loaded = await taskOf(options);
  const task = options.task === "digits" ? poolImages(loaded, pool) : loaded;
  if (task.loss !== "softmax-cross-entropy") {
    throw new InputError(`the task ${task.name} has no classes: choose one that tells classes apart`);
  }
  const { count } = task.train;
  const large = options.batchSizes.find((size) => size > count);
  if (large !== undefined) {
    throw new InputError(`batch sizes: ${large} is out of range: give values from 1 to ${count}`);
  }
  const learningRates = ladder("learning rates", options.learningRates);
  const weightDecays = ladder("weight decays", options.weightDecays);
  const batchSizes = ladder("batch sizes", options.batchSizes);
  const networks = learningRates.length * weightDecays.length * replicas;
  checkNumber("networks of a run", networks, { max: MOST_REPLICAS });
  // As many epochs as the largest batch.
  checkNumber("steps of the smallest batch", steps * batchSizes.at(-1)! / batchSizes[0], { max: MOST_STEPS });
  return {
    task,
    hidden: parseLayers(layers, task),
    activation: String(activation),
    initializer: init,
    batchSizes,
    learningRates,
    weightDecays,
    replicasOfEach: replicas,
    steps,
    tolerance,
    seed,
    replicas: networks,
  };
}

/** Sorts a list of values to compare. */
function ladder(name: string, values: readonly number[]): number[] {
  const different = ascending(values);
  if (different.length >= 2) return different;
  throw new InputError(`${name}: ${different.join() || "none"}, nothing to compare; give at least two`);
}

/**
 * Lists the training runs: for each batch size one with as many steps, and one with as many epochs,
 * as the largest. The largest needs only one run.
 *
 * @param batchSizes Batch sizes, ascending.
 * @param steps Steps with the largest.
 * @returns The runs.
 */
export function sgdRankCells(batchSizes: readonly number[], steps: number): SgdRankCell[] {
  const largest = batchSizes[batchSizes.length - 1];
  return batchSizes.flatMap((batchSize): SgdRankCell[] =>
    batchSize === largest ? [{ batchSize, steps, equal: ["steps", "epochs"] }] : [
      { batchSize, steps, equal: ["steps"] },
      { batchSize, steps: Math.round(steps * largest / batchSize), equal: ["epochs"] },
    ]
  );
}
