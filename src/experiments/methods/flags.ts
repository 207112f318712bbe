/**
 * The flags of the comparison of methods, and what they mean.
 *
 * @module
 */
import { InputError } from "../../errors.ts";
import type { Flag, FlagValues } from "../../cli/flags.ts";
import { functionTask } from "../../tasks/function_task.ts";
import { isFunctionName, targetFunctions } from "../../tasks/functions.ts";
import type { Task } from "../../tasks/task.ts";
import { experimentFlags, trainingOptions } from "../../cli/training_flags.ts";
import { type LearningMethod, learningMethods, type MethodsOptions, parseFrequencies } from "./options.ts";

/** Flags of the comparison. */
export const methodsFlags = [
  {
    name: "targets",
    kind: "string",
    default: "cosines,abs,ripple2d",
    placeholder: "NAMES",
    help: "functions to learn, one after the other",
  },
  {
    name: "methods",
    kind: "string",
    default: Object.keys(learningMethods).slice(1).join(),
    placeholder: "NAMES",
    help: "what to compare with the plain network",
  },
  {
    name: "width",
    kind: "integer",
    default: null,
    min: 1,
    help: "features of the last hidden layer (64; --full: 100)",
  },
  {
    name: "depth",
    kind: "integer",
    default: 2,
    min: 1,
    help: "hidden layers of the networks that are trained",
  },
  {
    name: "frequencies",
    kind: "string",
    default: "random:16:2",
    placeholder: "KIND",
    help: "of Fourier features: random:COUNT:DEVIATION or dyadic:OCTAVES",
  },
  { name: "scales", kind: "numbers", default: [1, 2, 4, 8], help: "of multi-scale inputs" },
  {
    name: "range",
    kind: "number",
    default: 10,
    min: 0,
    help: "of the random weights of an extreme learning machine",
  },
  {
    name: "local-range",
    kind: "number",
    default: 2,
    min: 0,
    help: "of those of the random feature method, in the coordinates of a patch",
  },
  {
    name: "patches",
    kind: "integer",
    default: null,
    min: 1,
    help: "along each axis (so many that about 8 features belong to each)",
  },
  {
    name: "rcond",
    kind: "number",
    default: 2 ** -24,
    min: 0,
    help: "share of the largest singular value that least squares take for 0",
  },
  {
    name: "samples",
    kind: "integer",
    default: null,
    min: 1,
    help: "training samples (256, of more than one variable 400; --full: the task's own)",
  },
  {
    name: "seeds",
    kind: "integer",
    default: null,
    min: 1,
    help: "networks or sets of features (5; --full: 10)",
  },
  {
    name: "steps",
    kind: "integer",
    default: null,
    min: 1,
    help: "updates of a network (1500; --full: 10000)",
  },
  {
    name: "probe-every",
    kind: "integer",
    default: null,
    min: 1,
    help: "updates between probes (so many that there are about a hundred)",
  },
  {
    name: "activation",
    kind: "string",
    default: "tanh",
    placeholder: "NAME",
    help: "of all networks and random features: tanh, relu, relu^2, sine, gelu …",
  },
  { name: "full", kind: "boolean", default: false, help: "wider networks, trained longer, of more seeds" },
  ...experimentFlags(
    { optimizer: "adam", "learning-rate": [2e-3], init: "xavier-normal", epsilons: [1e-3, 1e-6] },
    [
      ...["task", "data", "samples", "layers", "activation", "batch", "steps"] as const,
      ...["probe-every", "relative", "precision", "replicas"] as const,
    ],
  ),
] as const satisfies readonly Flag[];

/** Samples between which the error is measured. */
const HELD_OUT = 4096;
/** Training samples of functions of one variable, and of more. */
const SAMPLES = 256, SAMPLES_BEYOND = 400;

/**
 * Reads the flags of {@linkcode methodsFlags}.
 *
 * @param flags Their values.
 * @returns What to compare.
 * @throws {InputError} Where a value is not one that the comparison takes.
 */
export async function methodsOptions(flags: FlagValues<typeof methodsFlags>): Promise<MethodsOptions> {
  const { full, seed, depth, scales, range, localRange, patches, rcond } = flags;
  const size = full ? { width: 100, seeds: 10, steps: 10_000 } : { width: 64, seeds: 5, steps: 1500 };
  const updates = flags.steps ?? size.steps, seeds = flags.seeds ?? size.seeds;
  const tasks = flags.targets.split(",").map((name) => denselyTested(name, flags.samples, full, seed));
  const own = await trainingOptions({
    ...flags,
    task: tasks[0].name,
    samples: 1,
    data: null,
    layers: null,
    batch: null,
    steps: updates,
    relative: false,
    precision: "auto",
    replicas: seeds,
  });
  return {
    tasks,
    // Those that there are not are told with the other options.
    methods: flags.methods.split(",") as LearningMethod[],
    width: flags.width ?? size.width,
    depth,
    activation: flags.activation,
    initializer: own.initializer!,
    optimizer: own.optimizer!,
    schedule: own.schedule!,
    epsilons: own.epsilons!,
    frequencies: parseFrequencies(flags.frequencies),
    scales,
    range,
    localRange,
    patches,
    rcond,
    seeds,
    seed,
    updates,
    ...flags.probeEvery !== null && { probeEvery: flags.probeEvery },
  };
}

/** A function to learn, with samples held out that are much denser than those to train on. */
function denselyTested(name: string, samples: number | null, full: boolean, seed: number): Task {
  if (!isFunctionName(name)) {
    throw new InputError(
      `no target ${JSON.stringify(name)}: give some of ${Object.keys(targetFunctions).join(", ")}`,
    );
  }
  const target = targetFunctions[name];
  const own = full ? target.samples : target.inputs === 1 ? SAMPLES : SAMPLES_BEYOND;
  const task = functionTask(target, { samples: samples ?? own, seed });
  return { ...task, test: functionTask(target, { samples: HELD_OUT, seed: seed + 1 }).train };
}
