/**
 * The options that every program that trains a network has, and what they mean.
 *
 * @module
 */
import { activationNames } from "../nn/activation.ts";
import { parseOptimizerName } from "../nn/optim/optimizer.ts";
import { parseSchedule } from "../nn/optim/schedule.ts";
import { taskDefaults } from "../tasks/defaults.ts";
import { loadTask, tasks } from "../tasks/registry.ts";
import type { Task } from "../tasks/task.ts";
import { checkCurvature } from "../train/equation.ts";
import type { TrainingOptions } from "../train/options.ts";
import type { ShownDefaults } from "./help.ts";
import { parseBatch, parseLayers } from "./sizes.ts";
import {
  choice,
  flagsOf,
  integer,
  number,
  numbers,
  type OptionTable,
  type OptionValues,
  text,
  toggle,
} from "./options.ts";

/** `--seed`. */
export const seed = integer({
  default: 0,
  min: 0,
  max: 2 ** 32 - 1,
  help: "fixes all that is random",
  group: "how to train",
});

/** Options of a training run: task, network, optimiser, probes. */
export const trainingTable = {
  task: text<Task, string>({
    default: "cosines",
    placeholder: "NAME",
    help: `what to learn: ${Object.keys(tasks).join(", ")}`,
    group: "what to train",
  }),
  data: text<never, null>({
    default: null,
    placeholder: "DIR",
    help: "folder of MNIST's IDX files, for the task digits",
    group: "what to train",
  }),
  samples: integer<number | null>({
    default: null,
    min: 1,
    help: "training samples; by default the task's own number",
    group: "what to train",
  }),
  layers: text<readonly number[], null>({
    default: null,
    placeholder: "WIDTHS",
    help: "hidden widths as 50,50, or all as 1-50-50-1; by default the task's own",
    group: "what to train",
  }),
  activation: text<readonly string[], null>({
    default: null,
    placeholder: "NAMES",
    help: `${activationNames.join(", ")}, or one for each layer as tanh,sine; by default the task's own`,
    group: "what to train",
  }),
  init: text<never, null>({
    default: null,
    placeholder: "NAME",
    help:
      "initialiser: xavier-normal, he-uniform, lecun-normal, pytorch, normal:0.1 …; by default the task's own",
    group: "what to train",
  }),
  optimizer: text<never, null>({
    default: null,
    placeholder: "NAME",
    help: "sgd, momentum, nesterov, adam or adamw; by default the task's own",
    group: "how to train",
  }),
  learningRate: numbers<readonly number[] | null>({
    default: null,
    positive: true,
    help: "one for all replicas, or one for each; by default the task's own",
    group: "how to train",
  }),
  schedule: text<never, string>({
    default: "constant",
    help: "of the learning rate: constant, cosine or step:EVERY:FACTOR",
    group: "how to train",
  }),
  momentum: number({
    default: 0.9,
    min: 0,
    max: 0.999999,
    help: "of momentum and nesterov",
    group: "how to train",
  }),
  weightDecay: numbers<readonly number[]>({
    default: [0],
    min: 0,
    help: "one for all replicas, or one for each",
    group: "how to train",
  }),
  batch: text<number, null>({
    default: null,
    placeholder: "N",
    help: "samples of a mini-batch, or full; by default the task's own",
    group: "how to train",
  }),
  steps: integer<number | null>({
    default: null,
    min: 0,
    help: "updates of the weights; by default the task's own number",
    group: "how to train",
  }),
  replicas: integer<number>({
    default: 1,
    min: 1,
    help: "networks to train side by side; they differ in their random streams",
    group: "how to train",
  }),
  seed,
  probeEvery: integer<number | null>({
    default: null,
    min: 1,
    help: "steps from one probe of the ranks to the next; by default the task's own number",
    group: "what to probe",
  }),
  spectraEvery: integer<number | null>({
    default: null,
    min: 1,
    help: "probes from one with eigenvalues and loss floor to the next; those between only count ranks. " +
      "By default about a hundred probes have them",
    group: "what to probe",
  }),
  epsilons: numbers<readonly number[] | null>({
    default: null,
    positive: true,
    help: "thresholds of the ε-rank; by default the task's own",
    group: "what to probe",
    was: ["epsilon"],
  }),
  relative: toggle({
    default: false,
    help: "take thresholds as shares of the largest eigenvalue",
    group: "what to probe",
  }),
  precision: choice({
    default: "auto",
    choices: ["auto", "single", "double"],
    help: "arithmetic of the ranks; auto takes double where single leaves one uncertain",
    group: "what to probe",
  }),
};

/** Values of the options of a training run. */
export type TrainingValues = OptionValues<typeof trainingTable>;

/** Loads the task that options name, or takes the one that they hold. */
export async function taskOf(
  { task, data, samples, seed }: Pick<TrainingValues, "task" | "data" | "samples" | "seed">,
): Promise<Task> {
  if (typeof task !== "string") return task;
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
    "spectra-every": enough(defaults.steps / defaults.probeEvery),
    epsilons: defaults.epsilons,
  };
  const open = flagsOf(options).filter((flag) => flag.default === null).map(({ name }) => name);
  return Object.fromEntries(Object.entries(own).filter(([name]) => open.includes(name)));
}

/**
 * Reads the options of a training run.
 *
 * @param values Their values; without `spectraEvery` all probes solve spectra.
 * @param task The task, where it is made otherwise than by {@linkcode taskOf}.
 * @returns What to train, and how.
 * @throws {InputError} Where a value is not one that the task or the network takes, or its data
 * cannot be read.
 */
export async function trainingOptions(
  values: Omit<TrainingValues, "spectraEvery"> & { readonly spectraEvery?: number | null },
  task?: Task,
): Promise<TrainingOptions & { readonly steps: number; readonly probeEvery: number }> {
  task ??= await taskOf(values);
  const { layers, activation, batch, seed, replicas } = values;
  const defaults = taskDefaults(task);
  const activations = activation === null
    ? [defaults.activation]
    : typeof activation === "string"
    ? activation.split(",")
    : activation;
  checkCurvature(task, activations);
  const rates = values.learningRate ?? [defaults.learningRate];
  const steps = values.steps ?? defaults.steps, probeEvery = values.probeEvery ?? defaults.probeEvery;
  return {
    task,
    hidden: layers === null ? defaults.hidden : parseLayers(layers, task),
    activation: single(activations),
    initializer: values.init ?? defaults.initializer,
    optimizer: {
      name: parseOptimizerName(values.optimizer ?? defaults.optimizer),
      learningRate: single(rates),
      momentum: values.momentum,
      weightDecay: single(values.weightDecay),
    },
    schedule: parseSchedule(values.schedule),
    ...(batch === null ? {} : { batch: parseBatch(batch) }),
    steps,
    probeEvery,
    ...(values.spectraEvery === undefined
      ? {}
      : { spectraEvery: values.spectraEvery ?? enough(steps / probeEvery) }),
    epsilons: values.epsilons ?? defaults.epsilons,
    precision: values.precision,
    threshold: values.relative ? "relative" : "absolute",
    replicas,
    seed,
  };
}

/**
 * Probes from one that solves spectra to the next, so that about a hundred do: a figure shows no
 * more.
 */
function enough(probes: number): number {
  return Math.max(1, Math.floor(probes / 100));
}

function single<T>(values: readonly T[]): T | readonly T[] {
  return values.length === 1 ? values[0] : values;
}
