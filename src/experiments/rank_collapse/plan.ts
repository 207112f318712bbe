/**
 * Options of neural rank collapse, and the tasks and networks that they make.
 *
 * @module
 */
import { numbers, pick, type TableOf, text, toggle } from "../../cli/options.ts";
import { taskOf, trainingOptions } from "../../cli/training_flags.ts";
import { trainingTable, type TrainingValues } from "../../cli/training_table.ts";
import { InputError } from "../../errors.ts";
import { mixture } from "../../tasks/mixture.ts";
import type { Task } from "../../tasks/task.ts";
import { type CompleteOptions, completeOptions } from "../../train/options.ts";

/** A task of classes, and the deviation within them. */
export interface CollapseTask {
  /** Standard deviation of a class about its centre; `null` where it is not known. */
  readonly deviation: number | null;
  /** The task. */
  readonly task: Task;
}

/** Values of the options of the experiment. */
export interface RankCollapseOptions extends
  Omit<
    TrainingValues,
    "task" | "weightDecay" | "probeEvery" | "spectraEvery" | "epsilons" | "relative" | "precision"
  > {
  /** The task or its name, or tasks that differ in the deviation within their classes. */
  readonly task: string | Task | readonly CollapseTask[];
  /** Standard deviations within the classes of mixture, one training run for each. */
  readonly deviations: readonly number[] | null;
  /** Number of training samples. */
  readonly samples: number;
  /** Widths of the hidden layers. */
  readonly layers: string | readonly number[];
  /** Learning rate of all replicas, or one for each. */
  readonly learningRate: readonly number[];
  /** Number of steps. */
  readonly steps: number;
  /** Weight decays to compare, ascending. */
  readonly weightDecays: readonly number[];
  /** Whether to take the larger values. */
  readonly full: boolean;
}

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
    ...["data", "samples", "layers", "activation", "init", "optimizer", "learningRate", "schedule"] as const,
    ...["momentum", "batch", "steps", "replicas", "seed"] as const,
  ], {
    samples: { default: 100, full: 500 },
    layers: { default: "32,32,32", full: "64,64,64" },
    learningRate: { default: [0.2], full: [0.05] },
    steps: { default: 4000 },
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

/** The experiment, its options checked: those of the training run of the first task, and what varies over runs and replicas. */
export interface RankCollapsePlan extends CompleteOptions {
  /** Tasks from the least to the greatest deviation. */
  readonly tasks: readonly Task[];
  /** Their deviations, `null` alone where it is not known. */
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
 * @throws {InputError} Where a task has no classes, tasks do not belong together, or the ladder of weight decays is none.
 */
export async function rankCollapsePlan(
  options: RankCollapseOptions,
): Promise<RankCollapsePlan> {
  const { weightDecays, replicas, steps } = options;
  const tasks = checkTasks(await tasksOf(options));
  if (weightDecays.length === 0) throw new InputError("no weight decay: give one at least");
  if (weightDecays.some((decay, i) => i > 0 && !(decay > weightDecays[i - 1]))) {
    throw new InputError(`weight decays ${weightDecays.join(", ")}: give them in ascending order, each once`);
  }
  if (steps < 1) throw new InputError("no update, nothing collapses: give one step at least");
  const [first] = await Promise.all(tasks.map(({ task }) => runOptions(task, options)));
  return {
    ...first,
    tasks: tasks.map(({ task }) => task),
    deviations: tasks.map(({ deviation }) => deviation),
    weightDecays,
    replicasOfEach: replicas,
  };
}

/** Options of one run: replicas are all decays of the first network, then all of the next. */
async function runOptions(task: Task, options: RankCollapseOptions) {
  const { weightDecays, replicas, steps } = options;
  return completeOptions(
    await trainingOptions({
      ...options,
      task,
      weightDecay: Array.from({ length: replicas }, () => weightDecays).flat(),
      replicas: weightDecays.length * replicas,
      // Probes only tell how far the run is: their ranks are not used.
      probeEvery: Math.ceil(steps / 10),
      epsilons: null,
      relative: false,
      precision: "single",
    }),
  );
}

async function tasksOf(options: RankCollapseOptions): Promise<readonly CollapseTask[]> {
  const { task, deviations, samples, seed } = options;
  if (task === "mixture") {
    return (deviations ?? [0.1, 1]).map((deviation) => ({
      deviation,
      task: mixture({ samples, deviation, seed }),
    }));
  }
  if (Array.isArray(task)) return task;
  const loaded = await taskOf({ ...options, task: task as string | Task });
  if (deviations) {
    throw new InputError(`the task ${loaded.name} has the deviations that it has: leave out --deviations`);
  }
  return [{ deviation: null, task: loaded }];
}

/** Tasks from the least to the greatest deviation. */
function checkTasks(tasks: readonly CollapseTask[]): CollapseTask[] {
  if (tasks.length === 0) throw new InputError("no task: give one at least");
  const [{ task: { inputs, outputs } }] = tasks;
  for (const { deviation, task } of tasks) {
    if (task.loss !== "softmax-cross-entropy") {
      throw new InputError(`the task ${task.name} has no classes: choose one with a cross-entropy`);
    }
    if (task.inputs !== inputs || task.outputs !== outputs) {
      throw new InputError("tasks that are to be compared have one number of inputs and one of classes");
    }
    if (deviation === null && tasks.length > 1) {
      throw new InputError("tasks that are to be compared differ by a deviation: give that of each");
    }
  }
  if (new Set(tasks.map(({ deviation }) => deviation)).size < tasks.length) {
    throw new InputError("two tasks have the same deviation: give each one of its own");
  }
  return tasks.toSorted((a, b) => (a.deviation ?? 0) - (b.deviation ?? 0));
}

/** Where a network stands. */
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
 * @returns In words.
 */
export function nameOf({ deviation, weightDecay, replica }: CollapsePlace): string {
  return [
    ...deviation === null ? [] : [`deviation ${deviation}`],
    `weight decay ${weightDecay}`,
    `replica ${replica}`,
  ].join(", ");
}
