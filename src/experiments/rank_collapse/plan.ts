/**
 * Options of neural rank collapse, and the tasks and networks that they make.
 *
 * @module
 */
import { numbers, pick, type TableOf, text, toggle } from "../../cli/options.ts";
import { taskOf, trainingOptions } from "../../cli/training_flags.ts";
import { skipKeys, trainingTable, type TrainingValues } from "../../cli/training_table.ts";
import { checkNumber } from "../../check.ts";
import { InputError } from "../../errors.ts";
import { listed } from "../../format.ts";
import { checkData } from "../core/names.ts";
import { mixture } from "../../tasks/mixture.ts";
import type { Task } from "../../tasks/task.ts";
import { MOST_REPLICAS } from "../../train/limits.ts";
import { type CompleteOptions, completeOptions } from "../../train/options.ts";

/** A task of classes, and the deviation within them. */
export interface CollapseTask {
  /** Standard deviation of a class about its centre; `null` if it is not known. */
  readonly deviation: number | null;
  /** The task. */
  readonly task: Task;
}

/** Values of the options of the experiment; their table explains them. */
export type RankCollapseOptions = Readonly<
  & Omit<
    TrainingValues,
    | "task"
    | "samples"
    | "layers"
    | "learningRate"
    | "steps"
    | "weightDecay"
    | "probeEvery"
    | "spectraEvery"
    | "epsilons"
    | "relative"
    | "precision"
  >
  & Record<"samples" | "steps", number>
  & Record<"learningRate" | "weightDecays", readonly number[]>
  & {
    task: string | Task | readonly CollapseTask[];
    deviations: readonly number[] | null;
    layers: string | readonly number[];
    full: boolean;
  }
>;

/** Options of the experiment. */
export const rankCollapseOptions: TableOf<RankCollapseOptions> = {
  task: text({
    default: "mixture",
    placeholder: "NAME",
    help: "what to learn: mixture, digits, or another task with classes",
    group: "what to train",
  }),
  deviations: numbers({
    default: null,
    min: 0,
    help: "standard deviations within the classes of mixture, one training run for each; by default 0.1,1",
    group: "what to train",
  }),
  ...pick(trainingTable, [
    ...["data", "samples", "layers", "activation", "init", ...skipKeys, "optimizer"] as const,
    ...["learningRate", "schedule", "momentum", "history", "batch", "steps", "replicas", "seed"] as const,
  ], {
    samples: { default: 100, full: 500, help: "training samples" },
    layers: { default: "32,32,32", full: "64,64,64", help: "hidden widths as 50,50" },
    learningRate: { default: [0.2], full: [0.05], help: "one for all replicas, or one for each" },
    steps: { default: 4000, help: "updates of the weights" },
    replicas: { default: 5, help: "networks for each weight decay" },
  }),
  weightDecays: numbers({
    default: [0, 1e-3, 2e-3, 5e-3, 2e-2],
    min: 0,
    help: "weight decays to compare, ascending",
    was: ["weight-decay"],
  }),
  full: toggle({ default: false, help: "train wider layers on more samples" }),
};

/**
 * The experiment, its options checked: those of the training run of the first task, and the values
 * that vary over runs and replicas.
 */
export interface RankCollapsePlan extends CompleteOptions {
  /** Tasks from the least to the greatest deviation. */
  readonly tasks: readonly Task[];
  /** Their deviations, ascending; `null` alone if it is not known. */
  readonly deviations: readonly (number | null)[];
  /** Weight decays λ, ascending. */
  readonly weightDecays: readonly number[];
  /** Networks for each weight decay. */
  readonly replicasOfEach: number;
}

/**
 * Checks the options together, and makes the tasks.
 *
 * @param options Values of all options.
 * @returns The experiment.
 * @throws {InputError} If a task has no classes, tasks do not belong together, or weight decays are
 * not ascending.
 */
export async function rankCollapsePlan(
  options: RankCollapseOptions,
): Promise<RankCollapsePlan> {
  const { weightDecays, replicas, steps } = options;
  const tasks = checkTasks(await tasksOf(options));
  if (weightDecays.length === 0) throw new InputError("no weight decay: give at least one");
  if (weightDecays.some((decay, i) => i > 0 && !(decay > weightDecays[i - 1]))) {
    throw new InputError(
      `weight decays ${listed(weightDecays.map(String))}: give them in ascending order, each once`,
    );
  }
  checkNumber("networks of a run", weightDecays.length * replicas, { max: MOST_REPLICAS });
  if (steps < 1) throw new InputError("without a step nothing collapses: give at least one");
  const [first] = await Promise.all(tasks.map(({ task }) => runOptions(task, options)));
  return {
    ...first,
    tasks: tasks.map(({ task }) => task),
    deviations: tasks.map(({ deviation }) => deviation),
    weightDecays,
    replicasOfEach: replicas,
  };
}

/**
 * Makes the options of one run: replicas are all decays of the first network, then of the next. A
 * network starts from the same weights and draws the same mini-batches under all decays.
 */
async function runOptions(task: Task, options: RankCollapseOptions) {
  const { weightDecays, replicas, steps, seed } = options;
  const networks = Array.from(
    { length: replicas },
    (_, stream) => weightDecays.map(() => ({ seed, stream })),
  );
  return completeOptions({
    ...await trainingOptions({
      ...options,
      task,
      weightDecay: Array.from({ length: replicas }, () => weightDecays).flat(),
      replicas: weightDecays.length * replicas,
      // Probes only report progress: their ranks are not used.
      probeEvery: Math.ceil(steps / 10),
      epsilons: null,
      relative: false,
      precision: "single",
    }),
    streams: networks.flat(),
  });
}

async function tasksOf(options: RankCollapseOptions): Promise<readonly CollapseTask[]> {
  const { task, deviations, samples, seed, data } = options;
  if (task === "mixture") {
    checkData(data, [task]);
    return (deviations ?? [0.1, 1]).map((deviation) => ({
      deviation,
      task: mixture({ samples, deviation, seed }),
    }));
  }
  if (Array.isArray(task)) return task;
  const loaded = await taskOf({ ...options, task: task as string | Task });
  if (deviations) {
    throw new InputError(`the deviations of the task ${loaded.name} are fixed: leave out --deviations`);
  }
  return [{ deviation: null, task: loaded }];
}

/** Checks that tasks can be compared, and sorts them by their deviation. */
function checkTasks(tasks: readonly CollapseTask[]): CollapseTask[] {
  if (tasks.length === 0) throw new InputError("no task: give at least one");
  const [{ task: { inputs, outputs } }] = tasks;
  for (const { deviation, task } of tasks) {
    if (task.loss !== "softmax-cross-entropy") {
      throw new InputError(`the task ${task.name} has no classes: choose one with a cross-entropy`);
    }
    if (task.inputs !== inputs || task.outputs !== outputs) {
      throw new InputError("tasks to compare must have the same number of inputs and of classes");
    }
    if (deviation === null && tasks.length > 1) {
      throw new InputError("tasks to compare must differ by their deviation: give that of each");
    }
  }
  if (new Set(tasks.map(({ deviation }) => deviation)).size < tasks.length) {
    throw new InputError("two tasks have the same deviation: give each one of its own");
  }
  return tasks.toSorted((a, b) => (a.deviation ?? 0) - (b.deviation ?? 0));
}

/** Place of a network in the experiment. */
export interface CollapsePlace {
  /** Deviation within classes. */
  readonly deviation: number | null;
  /** Weight decay λ. */
  readonly weightDecay: number;
  /** Index of the network among those of this decay, from 0. */
  readonly replica: number;
}

/**
 * Finds the place of a replica of a run: weight decays vary fastest.
 *
 * @param plan The experiment.
 * @param run Index of the run.
 * @param index Index of the replica in its run.
 * @returns Its place.
 */
export function placeOf(plan: RankCollapsePlan, run: number, index: number): CollapsePlace {
  const { deviations, weightDecays } = plan;
  return {
    deviation: deviations[run],
    weightDecay: weightDecays[index % weightDecays.length],
    replica: Math.floor(index / weightDecays.length),
  };
}

/**
 * Names a network.
 *
 * @param place Its place.
 * @returns The name, in words.
 */
export function nameOf({ deviation, weightDecay, replica }: CollapsePlace): string {
  return [
    ...deviation === null ? [] : [`deviation ${deviation}`],
    `weight decay ${weightDecay}`,
    `replica ${replica}`,
  ].join(", ");
}
