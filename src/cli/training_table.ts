/**
 * The options of a training run, which programs that train a network share.
 *
 * @module
 */
import { activationNames } from "../nn/activation.ts";
import { MOST_HISTORY } from "../nn/optim/lbfgs.ts";
import { optimizerNames } from "../nn/optim/optimizer.ts";
import { MAX_SAMPLES } from "../tasks/options.ts";
import { tasks, writtenTasks } from "../tasks/registry.ts";
import type { Task } from "../tasks/task.ts";
import { MOST_REPLICAS, MOST_STEPS } from "../train/limits.ts";
import { choice, integer, number, numbers, type Option, type TableOf, text, toggle } from "./options.ts";

/** `--seed`. */
export const seed: Option<number> = integer({
  default: 0,
  min: 0,
  max: 2 ** 32 - 1,
  help: "fixes all that is random",
  group: "how to train",
});

/** Values of the options of a training run. `null` leaves the choice to the task. */
export interface TrainingValues {
  /** The task, or its name. */
  readonly task: string | Task;
  /** Folder of MNIST's files, for the task digits. */
  readonly data: string | null;
  /** Number of training samples. */
  readonly samples: number | null;
  /** Hidden widths, or as text all widths. */
  readonly layers: string | readonly number[] | null;
  /** Activation of all hidden layers, or one for each. */
  readonly activation: string | readonly string[] | null;
  /** Initialiser. */
  readonly init: string | null;
  /** Whether hidden layers have skip connections. */
  readonly skip: boolean;
  /** Whether they are adaptive. */
  readonly adaptiveSkip: boolean;
  /** Whether hidden layers are gates between encoders of the input. */
  readonly gates: boolean;
  /** Optimiser. */
  readonly optimizer: string | null;
  /** Learning rate of all replicas, or one for each. */
  readonly learningRate: readonly number[] | null;
  /** Schedule of the learning rate. */
  readonly schedule: string;
  /** Momentum of momentum and nesterov. */
  readonly momentum: number;
  /** Pairs that lbfgs keeps; `null` for its default. */
  readonly history: number | null;
  /** Weight decay of all replicas, or one for each. */
  readonly weightDecay: readonly number[];
  /** Samples of a mini-batch, or `full`. */
  readonly batch: string | number | null;
  /** Number of steps. */
  readonly steps: number | null;
  /** Number of networks trained side by side. */
  readonly replicas: number;
  /** Seed of all that is random. */
  readonly seed: number;
  /** Steps from one probe to the next. */
  readonly probeEvery: number | null;
  /** Probes from one that solves for spectra to the next; `null` for about a hundred in all. */
  readonly spectraEvery: number | null;
  /** Thresholds of the ε-rank. */
  readonly epsilons: readonly number[] | null;
  /** Whether thresholds are shares of the largest eigenvalue. */
  readonly relative: boolean;
  /** Arithmetic of the ranks. */
  readonly precision: "auto" | "single" | "double";
}

/** Names of the optimisers, for help texts: `sgd, momentum … or lbfgs`. */
export const optimizerChoice: string = `${optimizerNames.slice(0, -1).join(", ")} or ${
  optimizerNames.at(-1)
}`;

/** Options of skip connections, of which there is one kind in a network. */
export const skipKeys = [
  "skip",
  "adaptiveSkip",
  "gates",
] as const satisfies readonly (keyof TrainingValues)[];

/** Options of a training run all of whose probes solve for spectra. */
export const solvedTrainingKeys = [
  ...["task", "data", "samples", "layers", "activation", "init", ...skipKeys, "optimizer"] as const,
  ...["learningRate", "schedule", "momentum", "weightDecay", "batch", "steps", "replicas", "seed"] as const,
  ...["probeEvery", "epsilons", "relative", "precision", "history"] as const,
] as const satisfies readonly (keyof TrainingValues)[];

/** Options of a training run: task, network, optimiser, probes. */
export const trainingTable: TableOf<TrainingValues> = {
  task: text({
    default: "cosines",
    placeholder: "NAME",
    help: `what to learn: ${Object.keys(tasks).join(", ")}, ${writtenTasks}, or data of your own, data.npz`,
    group: "what to train",
  }),
  data: text({
    default: null,
    placeholder: "DIR",
    help: "folder of MNIST's IDX files, for the task digits",
    group: "what to train",
  }),
  samples: integer({
    default: null,
    min: 1,
    max: MAX_SAMPLES,
    help: "training samples; by default the task's own number",
    group: "what to train",
  }),
  layers: text({
    default: null,
    placeholder: "WIDTHS",
    help: "hidden widths as 50,50, or all as 1-50-50-1; by default the task's own",
    group: "what to train",
  }),
  activation: text({
    default: null,
    placeholder: "NAMES",
    help: `${activationNames.join(", ")}, or one for each layer as tanh,sine; by default the task's own`,
    group: "what to train",
  }),
  init: text({
    default: null,
    placeholder: "NAME",
    help:
      "initialiser: xavier-normal, he-uniform, lecun-normal, pytorch, normal:0.1 …, or structured, which spreads " +
      "the first layer over the samples; by default the task's own",
    group: "what to train",
  }),
  skip: toggle({
    default: false,
    help: "lead a skip connection around each hidden layer that is as wide as the layer below",
    group: "what to train",
  }),
  adaptiveSkip: toggle({
    default: false,
    help: "lead an adaptive one, whose layer has a trained share of the sum, 0 at the start",
    group: "what to train",
  }),
  gates: toggle({
    default: false,
    help:
      "make hidden layers as wide as the first, from the second on, gates between two encoders of the input",
    group: "what to train",
  }),
  optimizer: text({
    default: null,
    placeholder: "NAME",
    help: `${optimizerChoice}; by default the task's own`,
    group: "how to train",
  }),
  learningRate: numbers({
    default: null,
    positive: true,
    help: "one for all replicas, or one for each; by default the task's own",
    group: "how to train",
  }),
  schedule: text({
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
  history: integer({
    default: null,
    min: 1,
    max: MOST_HISTORY,
    help: "pairs of changes that lbfgs keeps; by default 40",
    group: "how to train",
  }),
  weightDecay: numbers({
    default: [0],
    min: 0,
    help: "one for all replicas, or one for each",
    group: "how to train",
  }),
  batch: text({
    default: null,
    placeholder: "N",
    help: "samples of a mini-batch, or full; by default the task's own",
    group: "how to train",
  }),
  steps: integer({
    default: null,
    min: 0,
    max: MOST_STEPS,
    help: "updates of the weights; by default the task's own number",
    group: "how to train",
  }),
  replicas: integer({
    default: 1,
    min: 1,
    max: MOST_REPLICAS,
    help: "networks to train side by side; they differ in their random streams",
    group: "how to train",
  }),
  seed,
  probeEvery: integer({
    default: null,
    min: 1,
    max: MOST_STEPS,
    help: "steps from one probe of the ranks to the next; by default the task's own number",
    group: "what to probe",
  }),
  spectraEvery: integer({
    default: null,
    min: 1,
    max: MOST_STEPS,
    help: "probes from one with eigenvalues and loss floor to the next; those between only count ranks. " +
      "By default about a hundred probes have them, fewer of more than 160 replicas",
    group: "what to probe",
  }),
  epsilons: numbers({
    default: null,
    positive: true,
    help: "thresholds of the ε-rank, as the exact doubles that they parse to; by default the task's own",
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
