/**
 * Reads the options of a training run: from their values to the task and what to train.
 *
 * @module
 */
import { InputError } from "../errors.ts";
import { quoted } from "../format.ts";
import { isDataFile, readTask } from "../io/data_task.ts";
import type { Skip } from "../nn/layout.ts";
import { parseOptimizerName } from "../nn/optim/optimizer.ts";
import { parseSchedule } from "../nn/optim/schedule.ts";
import { taskDefaults } from "../tasks/defaults.ts";
import { loadTask } from "../tasks/registry.ts";
import type { Task } from "../tasks/task.ts";
import { checkCurvature } from "../train/equation.ts";
import type { TrainingOptions } from "../train/options.ts";
import { defaultSpectraEvery } from "../train/probe_schedule.ts";
import type { ShownDefaults } from "./help.ts";
import { readStart } from "./init_from.ts";
import { parseBatch, parseLayers } from "./sizes.ts";
import { flagsOf, type OptionTable } from "./options.ts";
import type { TrainingValues } from "./training_table.ts";

/** Loads the task that options name, or reads it from a file, or takes the one that they hold. */
export async function taskOf(
  { task, data, samples, seed }: Pick<TrainingValues, "task" | "data" | "samples" | "seed">,
): Promise<Task> {
  if (typeof task !== "string") return task;
  if (isDataFile(task)) {
    if (data !== null) {
      throw new InputError(`task ${quoted(task)} is a file itself; leave out data ${quoted(data)}`);
    }
    return await readTask(task, samples ?? undefined);
  }
  return await loadTask(task, { seed, samples: samples ?? undefined, data: data ?? undefined });
}

/**
 * Finds the defaults that a task sets, for the help of a program.
 *
 * @param options Options of the program.
 * @param flags Values of its flags.
 * @returns Defaults by the names of the flags; `undefined` where the program has no single task.
 */
export async function shownDefaults(
  options: OptionTable,
  flags: Readonly<Record<string, unknown>>,
): Promise<ShownDefaults | undefined> {
  if (!("task" in options) || typeof flags.task !== "string") return undefined;
  const task = await taskOf({ task: flags.task, data: null, samples: null, seed: 0 });
  const defaults = taskDefaults(task);
  const own: ShownDefaults = {
    samples: task.train.count,
    layers: defaults.hidden.join(),
    activation: defaults.activation,
    init: defaults.initializer,
    optimizer: defaults.optimizer,
    "learning-rate": [defaults.learningRate],
    batch: defaults.batch === null ? "full" : String(defaults.batch),
    steps: defaults.steps,
    "probe-every": defaults.probeEvery,
    "spectra-every": defaultSpectraEvery(defaults.steps, defaults.probeEvery, 1),
    epsilons: defaults.epsilons,
  };
  const open = flagsOf(options).filter((flag) => flag.default === null).map(({ name }) => name);
  return Object.fromEntries(Object.entries(own).filter(([name]) => open.includes(name)));
}

/** Skip connections, of which there is one kind. */
function skipOf({ skip = false, adaptiveSkip = false, gates = false }: Partial<TrainingValues>): Skip {
  if (gates && (skip || adaptiveSkip)) {
    throw new InputError(
      "--gates lead from the input, skip connections from the layer below; give one of them",
    );
  }
  return gates ? "gated" : adaptiveSkip ? "adaptive" : skip;
}

/**
 * Reads the options of a training run.
 *
 * @param values Their values; those that are `null` are left to the task. With `initFrom` the
 * networks begin with the parameters of that file.
 * @param task The task, where it is made otherwise than by {@linkcode taskOf}.
 * @returns What to train, and how.
 * @throws {InputError} If a value is not one that the task or the network takes, or its data
 * cannot be read.
 */
export async function trainingOptions(
  values: Omit<TrainingValues, "spectraEvery" | "skip" | "adaptiveSkip" | "gates" | "history"> & {
    readonly spectraEvery?: number | null;
    readonly skip?: boolean;
    readonly adaptiveSkip?: boolean;
    readonly gates?: boolean;
    readonly history?: number | null;
    readonly initFrom?: string | null;
  },
  task?: Task,
): Promise<TrainingOptions & { readonly steps: number; readonly probeEvery: number }> {
  task ??= await taskOf(values);
  const { layers, activation, batch, seed, replicas, init, initFrom = null } = values;
  const { spectraEvery = null, history = null } = values;
  const defaults = taskDefaults(task);
  const asked = {
    skip: skipOf(values),
    hidden: layers === null ? null : parseLayers(layers, task),
    activations: typeof activation === "string" ? activation.split(",") : activation,
  };
  const { hidden, activations: chosen, skip, start } = initFrom === null
    ? { ...asked, start: undefined }
    : await readStart(initFrom, { ...asked, task, init, replicas });
  const activations = chosen ?? [defaults.activation];
  checkCurvature(task, activations);
  const rates = values.learningRate ?? [defaults.learningRate];
  const steps = values.steps ?? defaults.steps, probeEvery = values.probeEvery ?? defaults.probeEvery;
  return {
    task,
    hidden: hidden ?? defaults.hidden,
    activation: single(activations),
    initializer: init ?? defaults.initializer,
    skip,
    ...start && { start },
    optimizer: {
      name: parseOptimizerName(values.optimizer ?? defaults.optimizer),
      learningRate: single(rates),
      momentum: values.momentum,
      ...history !== null && { history },
      weightDecay: single(values.weightDecay),
    },
    schedule: parseSchedule(values.schedule),
    ...(batch === null ? {} : { batch: parseBatch(batch) }),
    steps,
    probeEvery,
    ...(spectraEvery === null ? {} : { spectraEvery }),
    epsilons: values.epsilons ?? defaults.epsilons,
    precision: values.precision,
    threshold: values.relative ? "relative" : "absolute",
    replicas,
    seed,
  };
}

function single<T>(values: readonly T[]): T | readonly T[] {
  return values.length === 1 ? values[0] : values;
}
