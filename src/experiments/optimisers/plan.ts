/**
 * Options of the study of optimisers, and the trainings that it makes.
 *
 * @module
 */
import { completeValues, integer, number, pick, type TableOf, text, toggle } from "../../cli/options.ts";
import { taskOf, trainingOptions } from "../../cli/training_flags.ts";
import { skipKeys, trainingTable, type TrainingValues } from "../../cli/training_table.ts";
import type { Task } from "../../tasks/task.ts";
import { MOST_STEPS } from "../../train/limits.ts";
import { type CompleteOptions, completeOptions } from "../../train/options.ts";
import { STRUCTURED } from "../../train/pretrain/structured_start.ts";
import { parseNames } from "../core/names.ts";

/** Name of an arm. */
export type ArmName =
  | "Adam"
  | "Adam, then L-BFGS"
  | "L-BFGS"
  | "structured, Adam"
  | "structured, Adam, then L-BFGS";

/**
 * Arms by name: whether the first layer is spread over the samples at the start, and the optimisers
 * of the two phases.
 */
export const arms = {
  "Adam": { structured: false, optimizers: ["adam", "adam"] },
  "Adam, then L-BFGS": { structured: false, optimizers: ["adam", "lbfgs"] },
  "L-BFGS": { structured: false, optimizers: ["lbfgs", "lbfgs"] },
  "structured, Adam": { structured: true, optimizers: ["adam", "adam"] },
  "structured, Adam, then L-BFGS": { structured: true, optimizers: ["adam", "lbfgs"] },
} as const satisfies Readonly<Record<ArmName, object>>;

/** Names of all arms. */
export const armNames: readonly ArmName[] = Object.keys(arms) as ArmName[];

/** Values of the options of the study; their table explains them. */
export type OptimizersOptions = Readonly<
  & Pick<TrainingValues, "samples" | "layers" | "skip" | "adaptiveSkip" | "gates" | "replicas" | "seed">
  & Record<"firstSteps" | "secondSteps" | "probeEvery" | "learningRate" | "epsilon", number>
  & { tasks: string | readonly (string | Task)[]; control: string | Task; full: boolean }
>;

const steps = { min: 1, max: MOST_STEPS, group: "how to train" } as const;

/** Options of the study. */
export const optimizersOptions: TableOf<OptimizersOptions> = {
  tasks: text({ default: "cosines,poisson1d", placeholder: "NAMES", help: "tasks to learn" }),
  control: text({ default: "f(x) = x", help: "task that needs no more rank than Adam leaves" }),
  ...pick(trainingTable, ["samples", "layers", ...skipKeys, "replicas", "seed"], {
    samples: { default: 128, full: 1000, help: "training samples of each task" },
    layers: { default: "40,40", full: "50,50", help: "hidden widths as 50,50" },
    replicas: { default: 5, full: 10, help: "networks of each arm" },
  }),
  firstSteps: integer({ default: 2000, full: 5000, ...steps, help: "evaluations of the first phase" }),
  secondSteps: integer({ default: 1500, full: 15000, ...steps, help: "evaluations of the second phase" }),
  probeEvery: integer({ default: 20, ...steps, help: "steps from one probe of the ranks to the next" }),
  learningRate: number({ default: 1e-3, positive: true, help: "of Adam; length of L-BFGS's first trial" }),
  epsilon: number({ default: 1e-6, positive: true, help: "threshold of the ε-rank" }),
  full: toggle({ default: false, help: "train ten wider networks of each arm for longer" }),
};

/** The study, its options checked. */
export interface OptimizersPlan
  extends Pick<OptimizersOptions, "firstSteps" | "secondSteps" | "epsilon" | "seed" | "replicas"> {
  /** The tasks, the control last. */
  readonly tasks: readonly Task[];
  /** How Adam trains on each for both phases. */
  readonly cases: readonly CompleteOptions[];
}

/**
 * Checks the options together, and loads the tasks.
 *
 * @param options Values of all options.
 * @returns The study.
 * @throws {InputError} If a task is unknown, or samples or layers do not fit it.
 */
export async function optimizersPlan(options: OptimizersOptions): Promise<OptimizersPlan> {
  const { samples, layers, skip, adaptiveSkip, gates, replicas, seed, epsilon } = options;
  const { firstSteps, secondSteps, learningRate, probeEvery } = options;
  const tasks = await Promise.all(
    [...parseNames("tasks", options.tasks), options.control].map((entry) =>
      typeof entry === "string" ? taskOf({ task: entry, data: null, samples, seed }) : entry
    ),
  );
  const steps = firstSteps + secondSteps, optimizer = { optimizer: "adam", learningRate: [learningRate] };
  const shared = { layers, skip, adaptiveSkip, gates, replicas, seed, steps, probeEvery };
  const training = { ...shared, batch: "full", epsilons: [epsilon] };
  const values = completeValues(trainingTable, { ...training, ...optimizer }, "optimisers");
  // Only ranks are used: counts are as certain as spectra, and several times cheaper.
  const cases = await Promise.all(
    tasks.map(async (task) =>
      completeOptions({ ...await trainingOptions(values, task), spectraEvery: steps })
    ),
  );
  return { tasks, cases, firstSteps, secondSteps, epsilon, seed, replicas };
}

/**
 * Makes the options of a phase of an arm.
 *
 * @param own How Adam trains for both phases.
 * @param arm Name of the arm.
 * @param phase The phase, 0 or 1.
 * @param count Steps, from the start of the phase.
 * @returns Its options.
 */
export function phaseOf(own: CompleteOptions, arm: ArmName, phase: 0 | 1, count: number): CompleteOptions {
  const { structured, optimizers } = arms[arm];
  const initializer = structured ? STRUCTURED : own.initializer;
  return { ...own, initializer, optimizer: { ...own.optimizer, name: optimizers[phase] }, steps: count };
}
