/**
 * The flags that every program that trains a network has, and what they mean.
 *
 * @module
 */
import { InputError, ShapeError } from "../errors.ts";
import type { Flag, FlagValues } from "./flags.ts";
import { runFlags, seedFlag } from "./program_flags.ts";
import { parseOptimizerName } from "../nn/optim/optimizer.ts";
import { parseSchedule } from "../nn/optim/schedule.ts";
import { loadTask, taskNames } from "../tasks/registry.ts";
import type { Task } from "../tasks/task.ts";
import { checkCurvature } from "../train/equation.ts";
import type { TrainingOptions } from "../train/options.ts";

/** Flags for the task, the network, the optimiser, the probes, the adapter and the output of a program. */
export const trainingFlags = [
  { name: "task", kind: "string", default: "cosines", choices: taskNames(), help: "what to learn" },
  { name: "data", kind: "string", default: null, placeholder: "DIR", help: "folder of MNIST's IDX files" },
  {
    name: "samples",
    kind: "integer",
    default: null,
    min: 1,
    help: "training samples (the task's own number)",
  },
  {
    name: "layers",
    kind: "string",
    default: null,
    placeholder: "WIDTHS",
    help: "hidden widths as 50,50 or all as 1-50-50-1 (the task's own)",
  },
  {
    name: "activation",
    kind: "string",
    default: null,
    placeholder: "NAMES",
    help:
      "tanh, relu, leaky-relu:0.1, relu^2, sine, gelu … or one for each layer as tanh,sine (the task's own)",
  },
  {
    name: "init",
    kind: "string",
    default: null,
    placeholder: "NAME",
    help: "xavier-normal, he-uniform, lecun-normal, pytorch, normal:0.1 … (the task's own)",
  },
  {
    name: "optimizer",
    kind: "string",
    default: null,
    placeholder: "NAME",
    help: "sgd, momentum, nesterov, adam or adamw (the task's own)",
  },
  {
    name: "learning-rate",
    kind: "numbers",
    default: null,
    positive: true,
    help: "one for all, or one for each replica (the task's own)",
  },
  { name: "schedule", kind: "string", default: "constant", help: "constant, cosine or step:EVERY:FACTOR" },
  { name: "momentum", kind: "number", default: 0.9, min: 0, max: 0.999999, help: "of momentum and nesterov" },
  {
    name: "weight-decay",
    kind: "numbers",
    default: [0],
    min: 0,
    help: "one for all, or one for each replica",
  },
  {
    name: "batch",
    kind: "string",
    default: null,
    placeholder: "N",
    help: "samples a step, or full (the task's own)",
  },
  { name: "steps", kind: "integer", default: null, min: 0, help: "updates (the task's own number)" },
  {
    name: "probe-every",
    kind: "integer",
    default: null,
    min: 1,
    help: "updates between probes (the task's own)",
  },
  {
    name: "spectra-every",
    kind: "integer",
    default: null,
    min: 1,
    help:
      "probes from one with eigenvalues and loss floor to the next, those between only count ranks (all, or about a hundred)",
  },
  {
    name: "epsilons",
    kind: "numbers",
    default: null,
    positive: true,
    help: "thresholds of the ε-rank (the task's own)",
  },
  {
    name: "relative",
    kind: "boolean",
    default: false,
    help: "take thresholds as shares of the largest eigenvalue",
  },
  {
    name: "precision",
    kind: "string",
    default: "auto",
    choices: ["auto", "single", "double"],
    help: "arithmetic of the ranks; auto takes double where single leaves one uncertain",
  },
  { name: "replicas", kind: "integer", default: 1, min: 1, help: "networks to train side by side" },
  seedFlag,
  ...runFlags,
  {
    name: "profile",
    kind: "boolean",
    default: false,
    help: "print the GPU time of each kernel; trains slower",
  },
] as const satisfies readonly Flag[];

/**
 * The flags of an experiment that trains and judges: those of a training run but for what it leaves to itself, with other
 * defaults.
 *
 * @param defaults Defaults by the names of the flags.
 * @param omitted Names of further flags that it does not have.
 * @returns The flags.
 */
export function experimentFlags<const Omitted extends string = never>(
  defaults: Readonly<Record<string, Flag["default"]>>,
  omitted: readonly Omitted[] = [],
): readonly Exclude<typeof trainingFlags[number], { name: "spectra-every" | "profile" | Omitted }>[] {
  const left = new Set<string>(["spectra-every", "profile", ...omitted]);
  const flags = trainingFlags.filter(({ name }) => !left.has(name)).map((flag) => ({
    ...flag,
    default: defaults[flag.name] ?? flag.default,
  }));
  return flags as unknown as ReturnType<typeof experimentFlags<Omitted>>;
}

/**
 * Reads the flags of {@linkcode trainingFlags}.
 *
 * @param flags Their values; of an experiment those that it has.
 * @returns What to train, and how.
 * @throws {InputError} Where a value is not one that the task or the network takes, or its data cannot be read.
 */
export async function trainingOptions(
  flags: Omit<FlagValues<typeof trainingFlags>, "spectraEvery" | "profile"> & {
    readonly spectraEvery?: number | null;
  },
): Promise<TrainingOptions> {
  const { data, samples, seed, replicas, layers, activation, batch } = flags;
  const task = await loadTask(flags.task, { seed, samples: samples ?? undefined, data: data ?? undefined });
  const activations = activation === null ? [task.defaults.activation] : activation.split(",");
  checkCurvature(task, activations);
  const rates = flags.learningRate ?? [task.defaults.learningRate];
  const { defaults } = task;
  const steps = flags.steps ?? defaults.steps, probeEvery = flags.probeEvery ?? defaults.probeEvery;
  return {
    task,
    hidden: layers === null ? defaults.hidden : parseLayers(layers, task),
    activation: single(activations),
    initializer: flags.init ?? defaults.initializer,
    optimizer: {
      name: parseOptimizerName(flags.optimizer ?? defaults.optimizer),
      learningRate: single(rates),
      momentum: flags.momentum,
      weightDecay: single(flags.weightDecay),
    },
    schedule: parseSchedule(flags.schedule),
    ...(batch === null ? {} : { batch: parseBatch(batch) }),
    steps,
    probeEvery,
    ...(flags.spectraEvery === undefined
      ? {}
      : { spectraEvery: flags.spectraEvery ?? enough(steps / probeEvery) }),
    epsilons: flags.epsilons ?? defaults.epsilons,
    precision: flags.precision,
    threshold: flags.relative ? "relative" : "absolute",
    replicas,
    seed,
  };
}

/** Probes from one that solves spectra to the next, so that about a hundred do: a figure shows no more. */
function enough(probes: number): number {
  return Math.max(1, Math.floor(probes / 100));
}

/**
 * Reads the widths of a network: of the hidden layers, `50,50`, or of all, `1-50-50-1`.
 *
 * @param text The widths.
 * @param task Task that the network is for.
 * @returns Widths of the hidden layers.
 * @throws {InputError} Where it is not a list of whole numbers from 1.
 * @throws {ShapeError} Where the first and the last of all widths are not the task's.
 */
export function parseLayers(text: string, task: Task): number[] {
  const all = text.includes("-");
  const words = text.split(all ? "-" : ",");
  const widths = words.map(Number);
  // Number() alone also takes 0x10, 1e2 and blanks.
  if (!words.every((word, i) => /^\d+$/.test(word) && widths[i] >= 1 && Number.isSafeInteger(widths[i]))) {
    throw new InputError(`layers "${text}": give hidden widths as 50,50 or all widths as 1-50-50-1`);
  }
  if (!all) return widths;
  const { inputs, outputs, name } = task;
  if (widths.length < 3 || widths[0] !== inputs || widths[widths.length - 1] !== outputs) {
    throw new ShapeError(
      `layers ${text} do not fit the task ${name}: give ${inputs}, at least one hidden width, and ${outputs}`,
    );
  }
  return widths.slice(1, -1);
}

/**
 * Reads the samples of a step: a number, or `full`.
 *
 * @param text The number.
 * @returns The number; `null` for the full batch.
 * @throws {InputError} Where it is neither.
 */
export function parseBatch(text: string): number | null {
  if (text === "full") return null;
  if (/^\d+$/.test(text)) return Number(text);
  throw new InputError(`batch "${text}": give a whole number of samples, or full`);
}

function single<T>(values: readonly T[]): T | readonly T[] {
  return values.length === 1 ? values[0] : values;
}
