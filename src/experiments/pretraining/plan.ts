/**
 * Options of the comparison of pre-trained and other starts, and the training runs that they make.
 *
 * @module
 */
import {
  completeValues,
  integer,
  number,
  numbers,
  pick,
  type TableOf,
  text,
  toggle,
} from "../../cli/options.ts";
import { trainingOptions } from "../../cli/training_flags.ts";
import { optimizerChoice, trainingTable, type TrainingValues } from "../../cli/training_table.ts";
import { InputError } from "../../errors.ts";
import { listed, quoted } from "../../format.ts";
import { skipConnections } from "../../nn/layout.ts";
import { parseInitializer } from "../../nn/initializer.ts";
import { parseOptimizerName } from "../../nn/optim/optimizer.ts";
import { taskDefaults } from "../../tasks/defaults.ts";
import type { Task } from "../../tasks/task.ts";
import { type CompleteOptions, completeOptions } from "../../train/options.ts";
import { MOST_STEPS, MOST_WIDTH } from "../../train/limits.ts";
import { structuredLayer } from "../../train/pretrain/structured_layer.ts";
import { checkData, parseNames } from "../core/names.ts";
import { type Architecture, architectures, namedTask, nameOf } from "./cases.ts";

/** Starts whose first layer is prepared. All others are initialisers. */
export const pretrainedMethods: readonly string[] = ["structured", "gradient"];

/** Values of the options of the comparison; their table explains them. */
export type PretrainingOptions = Readonly<
  & Pick<TrainingValues, "data" | "samples" | "layers" | "optimizer" | "batch">
  & Pick<TrainingValues, "steps" | "replicas" | "seed" | "probeEvery">
  & Record<"pool" | "pretrainingSteps", number>
  & Record<"pretrainingRate" | "learningRate" | "epsilon", number | null>
  & Record<"targets", readonly number[]>
  & { tasks: string | readonly (string | Task)[]; methods: string | readonly string[]; full: boolean }
>;

/** Options of the comparison. */
export const pretrainingOptions: TableOf<PretrainingOptions> = {
  tasks: text({
    default: "cosines:tanh,cosines:sine,helmholtz1d:tanh,poisson1d:tanh,digits:relu," +
      "poisson1d:tanh:adaptive,poisson1d:tanh:gated",
    placeholder: "NAMES",
    help:
      "tasks to learn, one training run each, as NAME or NAME:ACTIVATION, by default the task's activation; " +
      "with :skip, :adaptive or :gated at the end by networks with such connections",
    group: "what to train",
  }),
  ...pick(trainingTable, ["data", "samples", "layers"], {
    samples: { help: "training samples of each task; by default few, with --full the task's own number" },
    layers: { help: "hidden widths as 50,50; by default narrow, with --full the task's own" },
  }),
  pool: integer({
    default: 4,
    full: 1,
    min: 1,
    max: MOST_WIDTH,
    help: "side of the squares of pixels of the digits that become one; 1 keeps the images",
    group: "what to train",
  }),
  methods: text({
    default: [...pretrainedMethods, "xavier-normal", "he-normal", "pytorch"].join(),
    placeholder: "NAMES",
    help: "starts to compare: structured, gradient, and initialisers",
  }),
  pretrainingSteps: integer({
    default: 200,
    min: 1,
    max: MOST_STEPS,
    help: "Adam's steps of pre-training by gradient",
  }),
  pretrainingRate: number({
    default: null,
    positive: true,
    help: "learning rate of these steps; by default 0.1 divided by the root of the input's dimension",
  }),
  targets: numbers({
    default: [0.1, 0.01, 0.001],
    positive: true,
    help: "losses to reach, as shares below 1 of the loss at the start, descending",
  }),
  ...pick(trainingTable, ["optimizer"], {
    optimizer: {
      help: `${optimizerChoice}; by default adam for functions, else the task's own`,
    },
  }),
  learningRate: number({
    default: null,
    positive: true,
    help: "learning rate of training; by default 1e-3 for adam on functions, else the task's own",
    group: "how to train",
  }),
  ...pick(trainingTable, ["batch", "steps", "replicas", "seed", "probeEvery"], {
    steps: { min: 1, help: "updates of the weights; by default few, with --full the task's own number" },
    replicas: { default: 5, full: 10, help: "networks of each start", was: ["seeds"] },
    probeEvery: {
      help: "steps from one probe of the ranks to the next; by default those of the task's size",
    },
  }),
  epsilon: number({
    default: null,
    positive: true,
    help: "threshold of the ε-rank and of pre-training by gradient; by default 1e-6, for classes 1e-2, " +
      "below which all starts have full rank",
    group: "what to probe",
  }),
  full: toggle({
    default: false,
    help: "take samples, widths, optimisers and steps as the tasks have them, and ten replicas",
  }),
};

/** A training run of all starts, without its task. */
export interface PretrainingCase extends Omit<CompleteOptions, "task"> {
  /** Architecture of the networks. */
  readonly architecture: Architecture;
  /** Activation of all hidden layers. */
  readonly activation: string;
  /** Threshold ε of the ranks, and of pre-training by gradient. */
  readonly epsilon: number;
}

/** The comparison, its options checked. */
export interface PretrainingPlan
  extends Pick<PretrainingOptions, "targets" | "pretrainingSteps" | "pretrainingRate" | "seed"> {
  /** The task of each training run. */
  readonly tasks: readonly Task[];
  /** How each is trained. */
  readonly cases: readonly PretrainingCase[];
  /** Starts: `structured`, `gradient`, and initialisers. */
  readonly methods: readonly string[];
  /** Networks of each start in each run. */
  readonly replicasOfEach: number;
  /** Networks of a training run: all replicas of the first start, then all of the next. */
  readonly replicas: number;
}

/**
 * Checks the options together, and loads the tasks.
 *
 * @param options Values of all options. Tasks by name are made small unless `full` is set; a task
 * of the caller's is trained as it is.
 * @returns The comparison.
 * @throws {InputError} If there are no starts to compare, one is unknown, an activation has no
 * structured start, or data cannot be read.
 * @throws {ShapeError} If samples or layers do not fit a task.
 */
export async function pretrainingPlan(options: PretrainingOptions): Promise<PretrainingPlan> {
  const { data, targets, pretrainingSteps, pretrainingRate, replicas, seed } = options;
  const methods = checkMethods(parseNames("methods", options.methods));
  if (targets.length === 0 || targets.some((share, i) => !(share < (targets[i - 1] ?? 1)))) {
    throw new InputError(
      `targets ${
        listed(targets.map(String)) || "none"
      }: give shares of the loss at the start, below 1, descending`,
    );
  }
  const entries = parseNames("tasks", options.tasks);
  if (entries.length === 0) throw new InputError("no task: give one at least");
  checkData(data, entries.map(nameOf));
  const tasks: Task[] = [], cases: PretrainingCase[] = [];
  for (const entry of entries) {
    const { task, ...own } = await caseOf(entry, options, methods.length * replicas);
    // Fails before anything is trained if the activation has no structured start.
    if (methods.includes("structured")) {
      structuredLayer({ samples: task.train, width: 1, activation: own.activation, seed });
    }
    tasks.push(task);
    cases.push(own);
  }
  return {
    tasks,
    cases,
    methods,
    replicasOfEach: replicas,
    seed,
    targets,
    pretrainingSteps,
    pretrainingRate,
    replicas: methods.length * replicas,
  };
}

function checkMethods(methods: readonly string[]): readonly string[] {
  const plain = methods.filter((method) => !pretrainedMethods.includes(method));
  plain.forEach(parseInitializer);
  if (new Set(methods).size < methods.length) {
    throw new InputError(`methods ${listed(methods)}: give each once`);
  }
  if (plain.length === 0 || plain.length === methods.length) {
    throw new InputError(
      `methods ${listed(methods) || "none"}: give one of ${pretrainedMethods.join(", ")} at least, and ` +
        "an initialiser to compare it with",
    );
  }
  return methods;
}

/** Completes the options of one training run. */
async function caseOf(
  entry: string | Task,
  options: PretrainingOptions,
  replicas: number,
): Promise<PretrainingCase & { readonly task: Task }> {
  const { task, size, activation, architecture } = typeof entry === "string"
    ? await namedTask(entry, options)
    : {
      task: entry,
      size: null,
      activation: taskDefaults(entry).activation,
      architecture: "plain" as Architecture,
    };
  const defaults = taskDefaults(task);
  const known = [
    ...size?.optimizer ? [size.optimizer] : [],
    { name: parseOptimizerName(defaults.optimizer), learningRate: defaults.learningRate },
  ];
  const optimizer = options.optimizer === null ? known[0].name : parseOptimizerName(options.optimizer);
  const { learningRate } = known.find(({ name }) => name === optimizer) ?? known[0];
  const epsilon = options.epsilon ?? (task.kind === "classification" ? 1e-2 : 1e-6);
  const values = completeValues(trainingTable, {
    layers: options.layers ?? size?.hidden ?? null,
    activation,
    optimizer,
    learningRate: [options.learningRate ?? learningRate],
    batch: options.batch,
    steps: options.steps ?? size?.steps ?? null,
    replicas,
    seed: options.seed,
    probeEvery: options.probeEvery ?? size?.probeEvery ?? null,
    epsilons: [epsilon],
  }, "pretraining");
  const training = await trainingOptions(values, task);
  // Only ranks are used: counts are as certain as spectra, and several times cheaper.
  const skip = architectures[architecture], spectraEvery = training.steps;
  const complete = completeOptions({ ...training, skip, spectraEvery });
  const widths = [task.inputs, ...complete.hidden, task.outputs];
  if (skip && !skipConnections(widths, skip).some(Boolean)) {
    throw new InputError(
      `tasks ${
        quoted(nameOf(entry))
      }: layers ${complete.hidden} leave no connection: give two of one width, as 32,32`,
    );
  }
  return { ...complete, activation, epsilon, architecture };
}
