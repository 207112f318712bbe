/**
 * Options of the comparison of methods, and what they make.
 *
 * @module
 */
import { checkName } from "../../check.ts";
import { integer, number, numbers, pick, type TableOf, text, toggle } from "../../cli/options.ts";
import { trainingOptions } from "../../cli/training_flags.ts";
import { optimizerChoice, trainingTable, type TrainingValues } from "../../cli/training_table.ts";
import { InputError } from "../../errors.ts";
import { parseActivation } from "../../nn/activation.ts";
import { functionTask } from "../../tasks/function_task.ts";
import { type FunctionName, targetFunctions } from "../../tasks/functions.ts";
import type { Task } from "../../tasks/task.ts";
import { MOST_LAYERS, MOST_WIDTH } from "../../train/limits.ts";
import { type CompleteOptions, completeOptions } from "../../train/options.ts";
import { parseNames } from "../core/names.ts";
import { type Frequencies, type InputMaps, inputsOf, parseFrequencies } from "./inputs.ts";

/** Name of a method. */
export type LearningMethod = "plain" | "fourier" | "multi-scale" | "elm" | "rfm" | "partition";

/** Methods by name: title, and whether a network is trained or an output layer is solved for. */
export const learningMethods: Readonly<
  Record<LearningMethod, { readonly title: string; readonly kind: "trained" | "solved" }>
> = {
  plain: { title: "plain network", kind: "trained" },
  fourier: { title: "Fourier features", kind: "trained" },
  "multi-scale": { title: "multi-scale inputs", kind: "trained" },
  elm: { title: "extreme learning machine", kind: "solved" },
  rfm: { title: "random feature method", kind: "solved" },
  partition: { title: "partition of unity", kind: "solved" },
};

/** Scales of multi-scale inputs, at most: each repeats all inputs. */
const MOST_SCALES = 256;

const methodNames = Object.keys(learningMethods) as LearningMethod[];

/** Values of the options of the comparison; their table explains them. */
export type MethodsOptions = Readonly<
  & Pick<TrainingValues, "samples" | "schedule" | "momentum" | "weightDecay" | "replicas" | "seed">
  & Record<"width" | "depth" | "range" | "localRange" | "rcond" | "steps", number>
  & Record<"patches" | "probeEvery", number | null>
  & Record<"scales" | "learningRate" | "epsilons", readonly number[]>
  & Record<"activation" | "init" | "optimizer", string>
  & {
    targets: string | readonly (string | Task)[];
    methods: string | readonly string[];
    frequencies: string | Frequencies;
    full: boolean;
  }
>;

/** Options of the comparison. */
export const methodsOptions: TableOf<MethodsOptions> = {
  targets: text({
    default: "cosines,abs,ripple2d",
    placeholder: "NAMES",
    help: "functions to learn, one after the other",
    group: "what to train",
  }),
  ...pick(trainingTable, ["samples"], {
    samples: {
      help:
        "training samples; by default 256, or 400 in more than one variable; with --full the function's own number",
    },
  }),
  width: integer({
    default: 64,
    full: 100,
    min: 1,
    max: MOST_WIDTH,
    help: "features of the last hidden layer, for all methods",
    group: "what to train",
  }),
  depth: integer({
    default: 2,
    min: 1,
    max: MOST_LAYERS,
    help: "hidden layers of the networks that are trained, all of that width",
    group: "what to train",
  }),
  activation: text({
    default: "tanh",
    placeholder: "NAME",
    help: "activation of all networks and random features: tanh, relu, relu^2, sine, gelu …",
    group: "what to train",
  }),
  methods: text({
    default: methodNames.slice(1).join(),
    placeholder: "NAMES",
    help: `methods to compare with the plain network: ${methodNames.slice(1).join(", ")}`,
  }),
  frequencies: text({
    default: "random:16:2",
    placeholder: "KIND",
    help: "frequencies of Fourier features: random:COUNT:DEVIATION or dyadic:OCTAVES",
  }),
  scales: numbers({ default: [1, 2, 4, 8], help: "scales of multi-scale inputs" }),
  range: number({
    default: 10,
    min: 0,
    help: "weights and biases of an extreme learning machine are uniform on (−range, range)",
  }),
  localRange: number({
    default: 2,
    min: 0,
    help: "the same for the random feature method, in the coordinates of a patch",
  }),
  patches: integer({
    default: null,
    min: 1,
    max: MOST_WIDTH,
    help: "patches along each axis; by default so many that about 8 features belong to each",
  }),
  rcond: number({
    default: 2 ** -24,
    min: 0,
    help: "share of the largest singular value, below 1, up to which least squares take one for 0",
  }),
  ...pick(trainingTable, [
    ...["init", "optimizer", "learningRate", "schedule", "momentum", "weightDecay"] as const,
    ...["steps", "replicas", "seed", "probeEvery", "epsilons"] as const,
  ], {
    init: {
      default: "xavier-normal",
      help: "initialiser: xavier-normal, he-uniform, lecun-normal, pytorch, normal:0.1 …",
    },
    optimizer: { default: "adam", help: optimizerChoice },
    learningRate: { default: [2e-3], help: "one for all replicas, or one for each" },
    steps: { default: 1500, full: 10_000, min: 1, help: "updates of the weights" },
    replicas: {
      default: 5,
      full: 10,
      help: "networks, or sets of random features, of each method",
      was: ["seeds"],
    },
    probeEvery: {
      help: "steps from one probe of the ranks to the next; by default a hundredth of all steps",
    },
    epsilons: { default: [1e-3, 1e-6], help: "thresholds of the ε-rank" },
  }),
  full: toggle({ default: false, help: "train wider networks, longer, with more replicas" }),
};

/** The comparison, its options checked: options of the training runs, and those of all methods. */
export interface MethodsPlan
  extends
    Omit<CompleteOptions, "task" | "activation">,
    InputMaps,
    Pick<MethodsOptions, "width" | "activation" | "range" | "localRange" | "patches" | "rcond"> {
  /** Tasks to learn, one after the other. Their loss is the mean squared error. */
  readonly tasks: readonly Task[];
  /** Methods to compare, the plain network first. */
  readonly methods: readonly LearningMethod[];
}

/**
 * Checks the options together, and makes the tasks.
 *
 * @param options Values of all options. A task of the caller's is learnt as it is, and its held-out
 * samples are used.
 * @returns The comparison.
 * @throws {InputError} If a target or method is unknown, a task has another loss, or options do
 * not fit each other.
 */
export async function methodsPlan(options: MethodsOptions): Promise<MethodsPlan> {
  const { width, depth, activation, scales, range, localRange, patches, rcond, steps } = options;
  const tasks = checkTasks(
    parseNames("targets", options.targets).map((target) =>
      typeof target === "string" ? denselyTested(target, options) : target
    ),
  );
  const methods = parseNames("methods", options.methods).map((name) =>
    checkName("method", name, methodNames)
  );
  if (rcond >= 1) {
    throw new InputError(`rcond is ${rcond}: give a share of the largest singular value, from 0 to 1`);
  }
  const crowded = tasks.find(({ inputs }) => (patches ?? 1) ** inputs > width);
  if (crowded) {
    throw new InputError(
      `${patches} patches along ${crowded.inputs} axes are more than ${width} features: give fewer, or a larger width`,
    );
  }
  if (scales.length > MOST_SCALES) {
    throw new InputError(`${scales.length} scales of multi-scale inputs: give at most ${MOST_SCALES}`);
  }
  parseActivation(activation);
  const training = await trainingOptions({
    ...options,
    task: tasks[0],
    data: null,
    layers: new Array<number>(depth).fill(width),
    batch: "full",
    probeEvery: options.probeEvery ?? Math.max(1, Math.floor(steps / 100)),
    relative: false,
    precision: "auto",
  });
  // Only ranks are used: counts are as certain as spectra.
  const { task: _, ...complete } = completeOptions({ ...training, spectraEvery: steps });
  const plan: MethodsPlan = {
    ...complete,
    tasks,
    methods: [...new Set<LearningMethod>(["plain", ...methods])],
    width,
    activation,
    frequencies: typeof options.frequencies === "string"
      ? parseFrequencies(options.frequencies)
      : options.frequencies,
    scales,
    range,
    localRange,
    patches,
    rcond,
  };
  // Maps all inputs, and so checks scales and frequencies before any network is trained.
  for (const task of tasks) plan.methods.forEach((method) => inputsOf(method, task, plan));
  return plan;
}

function checkTasks(tasks: readonly Task[]): readonly Task[] {
  if (tasks.length === 0) throw new InputError("no task: give one at least");
  if (new Set(tasks.map(({ name }) => name)).size < tasks.length) {
    throw new InputError("two tasks have the same name: give each once");
  }
  const other = tasks.find(({ kind }) => kind !== "regression");
  if (!other) return tasks;
  throw new InputError(`the task ${other.name} has no least squares: choose one with a mean squared error`);
}

/** Held-out samples, between which the error is measured. */
const HELD_OUT = 4096;
/** Training samples of functions of one variable, and of more. */
const SAMPLES = 256, SAMPLES_BEYOND = 400;

/**
 * Makes the task of learning a function, with held-out samples that are much denser than those to
 * train on.
 */
function denselyTested(name: string, { samples, full, seed }: MethodsOptions): Task {
  const target = targetFunctions[checkName("target", name, Object.keys(targetFunctions) as FunctionName[])];
  const own = full ? target.samples : target.inputs === 1 ? SAMPLES : SAMPLES_BEYOND;
  const task = functionTask(target, { samples: samples ?? own, seed });
  return { ...task, test: functionTask(target, { samples: HELD_OUT, seed: seed + 1 }).train };
}

/**
 * Computes the number of patches along each axis.
 *
 * @param plan Their number, where it is given, and that of the features.
 * @param inputs Dimension of the input.
 * @returns The number given; otherwise such that about 8 features belong to each patch.
 */
export function patchesPerAxis({ patches, width }: MethodsPlan, inputs: number): number {
  return patches ?? Math.max(1, Math.round((width / 8) ** (1 / inputs)));
}
