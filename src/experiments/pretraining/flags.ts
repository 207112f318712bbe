/**
 * The flags of the comparison of pre-trained and other starts, and what they mean.
 *
 * @module
 */
import { InputError } from "../../errors.ts";
import type { Flag, FlagValues } from "../../cli/flags.ts";
import { runFlags, seedFlag } from "../../cli/program_flags.ts";
import { parseOptimizerName } from "../../nn/optim/optimizer.ts";
import { poolImages } from "../../tasks/digits/pool.ts";
import { taskDefaults } from "../../tasks/defaults.ts";
import { loadTask } from "../../tasks/registry.ts";
import { checkCurvature } from "../../train/equation.ts";
import type { Task } from "../../tasks/task.ts";
import { parseBatch, parseLayers } from "../../cli/training_flags.ts";
import type { PretrainingCase, PretrainingOptions } from "./options.ts";

/** Flags of the comparison. */
export const pretrainingFlags = [
  {
    name: "tasks",
    kind: "string",
    default: "cosines:tanh,cosines:sine,helmholtz1d:tanh,poisson1d:tanh,digits:relu",
    placeholder: "NAMES",
    help: "what to learn and by which activation, a training run each",
  },
  {
    name: "methods",
    kind: "string",
    default: "structured,gradient,xavier-normal,he-normal,pytorch",
    placeholder: "NAMES",
    help: "starts to compare: structured, gradient, and initialisers",
  },
  { name: "data", kind: "string", default: null, placeholder: "DIR", help: "folder of MNIST's IDX files" },
  {
    name: "samples",
    kind: "integer",
    default: null,
    min: 1,
    help: "training samples of each task (few; --full: the task's own number)",
  },
  {
    name: "pool",
    kind: "integer",
    default: null,
    min: 1,
    help: "side of the squares of pixels of a digit that become one (4; --full: 1)",
  },
  {
    name: "layers",
    kind: "string",
    default: null,
    placeholder: "WIDTHS",
    help: "hidden widths (narrow; --full: the task's own)",
  },
  {
    name: "epsilon",
    kind: "number",
    default: null,
    positive: true,
    help:
      "threshold of the ε-rank, and of pre-training (1e-6; 1e-2 for classes, where less finds all starts full)",
  },
  {
    name: "targets",
    kind: "numbers",
    default: [0.1, 0.01, 0.001],
    positive: true,
    help: "losses to be reached, as shares below 1 of the loss at the start, descending",
  },
  {
    name: "pretraining-steps",
    kind: "integer",
    default: 200,
    min: 1,
    help: "Adam's steps of pre-training by gradient",
  },
  {
    name: "pretraining-rate",
    kind: "number",
    default: null,
    positive: true,
    help: "their learning rate (0.1 by the root of the input's dimension)",
  },
  {
    name: "optimizer",
    kind: "string",
    default: null,
    placeholder: "NAME",
    help: "sgd, momentum, nesterov, adam or adamw (adam for functions, else the task's own)",
  },
  {
    name: "learning-rate",
    kind: "number",
    default: null,
    positive: true,
    help: "of training (that of the optimiser's default)",
  },
  {
    name: "batch",
    kind: "string",
    default: null,
    placeholder: "N",
    help: "samples a step, or full (the task's own)",
  },
  {
    name: "steps",
    kind: "integer",
    default: null,
    min: 1,
    help: "updates (few; --full: the task's own number)",
  },
  { name: "probe-every", kind: "integer", default: null, min: 1, help: "updates between probes" },
  { name: "seeds", kind: "integer", default: null, min: 1, help: "networks of each start (5; --full: 10)" },
  seedFlag,
  {
    name: "full",
    kind: "boolean",
    default: false,
    help: "all samples, widths, optimisers and steps as the tasks have them, ten seeds",
  },
  ...runFlags,
] as const satisfies readonly Flag[];

/** How a task is made small. */
interface Size {
  readonly samples: number;
  readonly hidden: readonly number[];
  readonly steps: number;
  readonly probeEvery: number;
  readonly optimizer?: PretrainingCase["optimizer"];
}

/** Of functions: by Adam, since momentum stays on a stair for longer than a short run. */
const FUNCTION: Size = {
  samples: 128,
  hidden: [50, 50],
  steps: 2000,
  probeEvery: 25,
  optimizer: { name: "adam", learningRate: 1e-3 },
};

function sizeOf({ kind, inputs }: Task): Size {
  if (kind === "regression") return inputs === 1 ? FUNCTION : { ...FUNCTION, samples: 256 };
  if (kind === "equation") {
    return { samples: inputs === 1 ? 98 : 240, hidden: [40, 40], steps: 800, probeEvery: 20 };
  }
  return { samples: 500, hidden: [64, 32], steps: 600, probeEvery: 20 };
}

/**
 * Reads the flags of {@linkcode pretrainingFlags}.
 *
 * @param flags Their values.
 * @returns What to compare.
 * @throws {InputError} Where a value is not one that the comparison takes, or data cannot be read.
 */
export async function pretrainingOptions(
  flags: FlagValues<typeof pretrainingFlags>,
): Promise<PretrainingOptions> {
  const { targets, pretrainingSteps, pretrainingRate, seed, full } = flags;
  const tasks = words(flags.tasks);
  if (flags.data !== null && !tasks.some((each) => nameOf(each) === "digits")) {
    throw new InputError(`no task reads data "${flags.data}": leave it out, or learn digits`);
  }
  const cases: PretrainingCase[] = [];
  for (const each of tasks) cases.push(await caseOf(each, flags));
  return {
    cases,
    methods: words(flags.methods),
    seeds: flags.seeds ?? (full ? 10 : 5),
    seed,
    targets,
    pretrainingSteps,
    pretrainingRate,
  };
}

/** A task and its activation: `cosines:tanh`, or `cosines` with the task's own. */
async function caseOf(text: string, flags: FlagValues<typeof pretrainingFlags>): Promise<PretrainingCase> {
  const { seed, full, layers } = flags;
  const name = nameOf(text), activation = text.slice(name.length + 1);
  const isDigits = name === "digits";
  const load = (samples: number | null) =>
    loadTask(name, {
      seed,
      samples: samples ?? undefined,
      data: isDigits && flags.data !== null ? flags.data : undefined,
    });
  let task = await load(flags.samples);
  const size = full ? null : sizeOf(task);
  if (size && flags.samples === null) task = await load(size.samples);
  const pool = flags.pool ?? (full ? 1 : 4);
  if (isDigits) task = poolImages(task, pool);
  const defaults = taskDefaults(task);
  checkCurvature(task, [activation || defaults.activation]);
  const known = [
    ...size?.optimizer ? [size.optimizer] : [],
    { name: parseOptimizerName(defaults.optimizer), learningRate: defaults.learningRate },
  ];
  const optimizer = flags.optimizer === null ? known[0].name : parseOptimizerName(flags.optimizer);
  const own = known.find((each) => each.name === optimizer) ?? known[0];
  return {
    task,
    activation: activation || defaults.activation,
    epsilon: flags.epsilon ?? (task.kind === "classification" ? 1e-2 : 1e-6),
    hidden: layers === null ? size?.hidden ?? defaults.hidden : parseLayers(layers, task),
    optimizer: { name: optimizer, learningRate: flags.learningRate ?? own.learningRate },
    ...(flags.batch === null ? {} : { batch: parseBatch(flags.batch) }),
    steps: flags.steps ?? size?.steps ?? defaults.steps,
    probeEvery: flags.probeEvery ?? size?.probeEvery ?? defaults.probeEvery,
  };
}

function nameOf(text: string): string {
  return text.split(":", 1)[0];
}

function words(text: string): string[] {
  const found = text.split(",").map((word) => word.trim());
  if (found.includes("")) throw new InputError(`"${text}": give names, separated by commas`);
  return found;
}
