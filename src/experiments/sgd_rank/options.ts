/**
 * What the study of SGD's rank bias is asked for.
 *
 * @module
 */
import { InputError } from "../../errors.ts";
import type { TrainingOptions } from "../../train/options.ts";

/** Options of the study; what is left out is the default run's. */
export interface SgdRankOptions
  extends Pick<TrainingOptions, "task" | "hidden" | "activation" | "initializer" | "seed" | "signal"> {
  /** Batch sizes. Default: 8, 16, 32, 64. */
  readonly batches?: readonly number[];
  /** Learning rates. Default: 0.1, 0.2, 0.4. */
  readonly learningRates?: readonly number[];
  /** Weight decays. Default: 0.002, 0.005, 0.0125. */
  readonly weightDecays?: readonly number[];
  /** Networks of each batch size, learning rate and weight decay. Default: 5. */
  readonly seeds?: number;
  /** Updates with the largest batch; smaller ones are given as many, and as many as see as many samples. Default: 1,500. */
  readonly updates?: number;
  /** Share of σ₁ above which a singular value counts. Default: 10⁻². */
  readonly tolerance?: number;
}

/** Options with every choice made, and what follows from them. */
export interface CompleteSgdRankOptions extends Required<Omit<SgdRankOptions, "signal">> {
  /** Networks of a training run: a replica for each learning rate, weight decay and seed. */
  readonly replicas: number;
  /** Training runs. */
  readonly runs: number;
  /** Updates of all runs together. */
  readonly steps: number;
}

/** What a grid varies, in words. */
export const sgdRankKnobs = {
  batch: "batch size",
  learningRate: "learning rate",
  weightDecay: "weight decay",
} as const;

/** One of the things that a grid varies. */
export type SgdRankKnob = keyof typeof sgdRankKnobs;

/** What networks of different batch sizes have in common. */
export type SgdRankComparison = "updates" | "epochs";

/** One training run. */
export interface SgdRankRun {
  /** Samples of a mini-batch. */
  readonly batch: number;
  /** Its updates. */
  readonly updates: number;
  /** What it has in common with a run of each other batch size. */
  readonly equal: readonly SgdRankComparison[];
}

/** Hidden widths, and networks of one kind. */
const HIDDEN = [32, 32], SEEDS = 5;

/**
 * Fills in what the caller left open, and checks the rest.
 *
 * @param options Options as given.
 * @returns Options with every choice made, lists ascending.
 * @throws {InputError} Where a number is out of range, a list has fewer than two values, or the task has no classes.
 */
export function completeSgdRankOptions(options: SgdRankOptions): CompleteSgdRankOptions {
  const { task, seeds = SEEDS, updates = 1500 } = options;
  if (task.loss !== "softmax-cross-entropy") {
    throw new InputError(`the task ${task.name} has no classes: choose one that tells classes apart`);
  }
  const { count } = task.train;
  const batches = ascending(
    "batch sizes",
    options.batches ?? [8, 16, 32, 64],
    isWhole(count),
    `from 1 to ${count}`,
  );
  const learningRates = ascending(
    "learning rates",
    options.learningRates ?? [0.1, 0.2, 0.4],
    isAbove0,
    "above 0",
  );
  const weightDecays = ascending(
    "weight decays",
    options.weightDecays ?? [0.002, 0.005, 0.0125],
    (value) => value === 0 || isAbove0(value),
    "from 0",
  );
  for (const [name, value] of [["seeds", seeds], ["updates", updates]] as const) {
    if (!isWhole(2 ** 32 - 1)(value)) throw new InputError(`${value} ${name}: give a whole number from 1`);
  }
  const runs = sgdRankRuns(batches, updates);
  return {
    task,
    hidden: options.hidden ?? HIDDEN,
    activation: options.activation ?? "relu",
    initializer: options.initializer ?? "he-normal",
    batches,
    learningRates,
    weightDecays,
    seeds,
    updates,
    tolerance: checkTolerance(options.tolerance ?? 1e-2),
    seed: options.seed ?? 0,
    replicas: learningRates.length * weightDecays.length * seeds,
    runs: runs.length,
    steps: runs.reduce((sum, run) => sum + run.updates, 0),
  };
}

/**
 * The training runs: of each batch size one with the updates, and one with the epochs, of the largest, which needs but one.
 *
 * @param batches Batch sizes, ascending.
 * @param updates Updates with the largest.
 * @returns The runs.
 */
export function sgdRankRuns(batches: readonly number[], updates: number): SgdRankRun[] {
  const largest = batches[batches.length - 1];
  return batches.flatMap((batch): SgdRankRun[] =>
    batch === largest ? [{ batch, updates, equal: ["updates", "epochs"] }] : [
      { batch, updates, equal: ["updates"] },
      { batch, updates: Math.round(updates * largest / batch), equal: ["epochs"] },
    ]
  );
}

function isWhole(most: number): (value: number) => boolean {
  return (value) => Number.isInteger(value) && value >= 1 && value <= most;
}

function isAbove0(value: number): boolean {
  return value > 0 && value < Infinity;
}

function ascending(
  name: string,
  values: readonly number[],
  isRight: (value: number) => boolean,
  range: string,
): number[] {
  const wrong = values.find((value) => !isRight(value));
  if (wrong !== undefined) throw new InputError(`${name}: ${wrong} is out of range: give values ${range}`);
  const different = [...new Set(values)].sort((a, b) => a - b);
  if (different.length < 2) {
    throw new InputError(`${name}: ${different.join() || "none"}, nothing to compare; give two at least`);
  }
  return different;
}

/** Before anything is trained. */
function checkTolerance(tolerance: number): number {
  if (tolerance > 0 && tolerance < 1) return tolerance;
  throw new InputError(`tolerance ${tolerance}: give a share of the largest singular value, in (0, 1)`);
}
