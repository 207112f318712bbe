/**
 * What the comparison of pre-trained and other starts is asked for.
 *
 * @module
 */
import { InputError } from "../../errors.ts";
import { parseInitializer } from "../../nn/initializer.ts";
import type { OptimizerName } from "../../nn/optim/optimizer.ts";
import { taskDefaults } from "../../tasks/defaults.ts";
import type { Task } from "../../tasks/task.ts";
import { type CompleteOptions, completeOptions, type TrainingOptions } from "../../train/options.ts";
import { structuredLayer } from "../../train/pretrain/structured_layer.ts";

/** Starts whose first layer is prepared. */
export const pretrainedMethods: readonly string[] = ["structured", "gradient"];

/** A training run of each start. */
export interface PretrainingCase
  extends Pick<TrainingOptions, "task" | "hidden" | "batch" | "steps" | "probeEvery"> {
  /** Optimiser, and its learning rate. Default: the task's own. */
  readonly optimizer?: { readonly name: OptimizerName; readonly learningRate: number };
  /** Activation of all hidden layers. Default: the task's own. */
  readonly activation?: string;
  /** Threshold ε of the ranks, and of pre-training by gradient. Default: 10⁻⁶. */
  readonly epsilon?: number;
}

/** Options of the comparison; what is left out is the default run's, or the task's own. */
export interface PretrainingOptions extends Pick<TrainingOptions, "seed" | "signal"> {
  /** What to train. */
  readonly cases: readonly PretrainingCase[];
  /** Starts: `structured`, `gradient`, and initialisers. Default: both, `xavier-normal`, `he-normal`, `pytorch`. */
  readonly methods?: readonly string[];
  /** Networks of each start in each case. Default: 5. */
  readonly seeds?: number;
  /** Losses to be reached, as shares of the median one at the start, descending. Default: 0.1, 0.01, 0.001. */
  readonly targets?: readonly number[];
  /** Steps of pre-training by gradient. Default: 200. */
  readonly pretrainingSteps?: number;
  /** Its learning rate. Default: 0.1 by the root of the dimension of the input. */
  readonly pretrainingRate?: number | null;
}

/** A case with every choice made; its task stands apart. */
export type CompletePretrainingCase =
  & Pick<CompleteOptions, "hidden" | "initializer" | "optimizer" | "batch" | "steps" | "probeEvery">
  & { readonly activation: string; readonly epsilon: number };

/** Options with every choice made, and what follows from them. */
export interface CompletePretrainingOptions
  extends Required<Omit<PretrainingOptions, "cases" | "signal" | "pretrainingRate">> {
  /** The task of each case. */
  readonly tasks: readonly Task[];
  /** How it is trained. */
  readonly cases: readonly CompletePretrainingCase[];
  /** Learning rate of pre-training by gradient; `null` for that of each case. */
  readonly pretrainingRate: number | null;
  /** Networks of a training run: a replica for each start and seed. */
  readonly replicas: number;
  /** Training runs. */
  readonly runs: number;
  /** Updates of all runs together. */
  readonly steps: number;
}

/**
 * Fills in what the caller left open, and checks the rest.
 *
 * @param options Options as given.
 * @returns Options with every choice made.
 * @throws {InputError} Where a number is out of range, a start is unknown or there are none to compare.
 * @throws {ShapeError} Where the samples do not fit a task.
 */
export function completePretrainingOptions(options: PretrainingOptions): CompletePretrainingOptions {
  const { seeds = 5, seed = 0, pretrainingSteps = 200, pretrainingRate = null } = options;
  const methods = checkMethods(
    options.methods ?? [...pretrainedMethods, "xavier-normal", "he-normal", "pytorch"],
  );
  const targets = options.targets ?? [0.1, 0.01, 0.001];
  if (targets.length === 0 || targets.some((share, i) => !(share > 0 && share < (targets[i - 1] ?? 1)))) {
    throw new InputError(
      `targets ${targets.join(", ") || "none"}: give shares of the loss at the start, below 1, descending`,
    );
  }
  for (const [name, value] of [["seeds", seeds], ["pre-training steps", pretrainingSteps]] as const) {
    if (!Number.isInteger(value) || value < 1) {
      throw new InputError(`${value} ${name}: give a whole number from 1`);
    }
  }
  if (pretrainingRate !== null && !(pretrainingRate > 0 && pretrainingRate < Infinity)) {
    throw new InputError(`pre-training rate ${pretrainingRate}: give a number above 0`);
  }
  if (options.cases.length === 0) throw new InputError("no task: give one at least");
  const cases = options.cases.map((each) => {
    const { epsilon = 1e-6, ...own } = each;
    const { hidden, activation, initializer, optimizer, batch, steps, probeEvery } = completeOptions({
      ...own,
      epsilons: [epsilon],
    });
    if (steps < 1) throw new InputError("no update, nothing to compare: give one step at least");
    // Before anything is trained.
    const { task: { train: samples }, activation: name = taskDefaults(each.task).activation } = each;
    if (methods.includes("structured")) structuredLayer({ samples, width: 1, activation: name, seed });
    const chosen = { hidden, initializer, optimizer, batch, steps, probeEvery, epsilon };
    return { ...chosen, activation: activation as string };
  });
  return {
    tasks: options.cases.map(({ task }) => task),
    cases,
    methods,
    seeds,
    seed,
    targets,
    pretrainingSteps,
    pretrainingRate,
    replicas: methods.length * seeds,
    runs: cases.length,
    steps: cases.reduce((sum, { steps }) => sum + steps, 0),
  };
}

function checkMethods(methods: readonly string[]): readonly string[] {
  const plain = methods.filter((method) => !pretrainedMethods.includes(method));
  plain.forEach(parseInitializer);
  if (new Set(methods).size < methods.length) {
    throw new InputError(`methods ${methods.join(", ")}: give each once`);
  }
  if (plain.length === 0 || plain.length === methods.length) {
    throw new InputError(
      `methods ${methods.join(", ") || "none"}: give one of ${pretrainedMethods.join(", ")} at least, and ` +
        "an initialiser to compare it with",
    );
  }
  return methods;
}
