/**
 * Options of the phase diagram, and the networks that they make.
 *
 * @module
 */
import { integer, integers, pick, type TableOf, text, toggle } from "../../cli/options.ts";
import { isDecimal } from "../../cli/parse_number.ts";
import { parseBatch } from "../../cli/sizes.ts";
import { taskOf } from "../../cli/training_flags.ts";
import { optimizerChoice, trainingTable, type TrainingValues } from "../../cli/training_table.ts";
import { checkNumber } from "../../check.ts";
import { InputError } from "../../errors.ts";
import { quoted } from "../../format.ts";
import { parseActivation } from "../../nn/activation.ts";
import { type OptimizerName, parseOptimizerName } from "../../nn/optim/optimizer.ts";
import type { Threshold } from "../../rank/certificates/rank_interval.ts";
import type { Task } from "../../tasks/task.ts";
import { MOST_EPSILONS, MOST_LAYERS, MOST_REPLICAS, MOST_WIDTH } from "../../train/limits.ts";
import type { TrainingOptions } from "../../train/options.ts";
import { checkInitializer } from "../../train/pretrain/structured_start.ts";
import { ascending } from "../core/lists.ts";

/** Values of the options of the diagram; their table explains them. */
export type PhaseOptions = Readonly<
  & Pick<TrainingValues, "task" | "samples" | "momentum" | "replicas" | "seed" | "relative">
  & Record<"depth" | "steps", number>
  & Record<"widths" | "epsilons", readonly number[]>
  & Record<"initScales" | "learningRates", string | readonly number[]>
  & Record<"init" | "optimizer", string>
  & { activation: string | readonly string[]; batch: string | number; full: boolean }
>;

/** Options of the diagram. */
export const phaseOptions: TableOf<PhaseOptions> = {
  ...pick(trainingTable, ["task", "samples", "activation", "init"], {
    task: { help: "what to learn: a function or data.npz, with a mean squared error" },
    samples: { default: 32, full: 64, help: "training samples" },
    activation: { default: "tanh", help: "activation of the hidden layers: tanh, relu, sine, gelu …" },
    init: { default: "xavier-normal", help: "initialiser whose parameters are scaled" },
  }),
  depth: integer({
    default: 2,
    min: 1,
    max: MOST_LAYERS,
    help: "hidden layers",
    group: "what to train",
  }),
  widths: integers({
    default: [4, 8, 16, 32],
    full: [8, 16, 32, 64],
    min: 1,
    max: MOST_WIDTH,
    help: "neurons of each hidden layer, a map for each",
  }),
  initScales: text({
    default: "0.1:6:16",
    full: "0.1:6:24",
    placeholder: "NUMBERS",
    help: "factors of the initial parameters: a list, or FROM:TO:COUNT at equal ratios",
  }),
  learningRates: text({
    default: "0.002:2:16",
    full: "0.002:2:24",
    placeholder: "NUMBERS",
    help: "learning rates: a list, or FROM:TO:COUNT at equal ratios",
  }),
  ...pick(trainingTable, ["optimizer", "momentum", "batch", "steps", "replicas", "seed"], {
    optimizer: { default: "momentum", help: optimizerChoice },
    batch: { default: "full", help: "samples of a mini-batch, or full" },
    steps: { default: 600, full: 2000, min: 1, help: "updates of the weights" },
    replicas: { default: 4, full: 5, help: "networks of each cell; they differ in their initial weights" },
  }),
  ...pick(trainingTable, ["epsilons", "relative"], {
    epsilons: { default: [1e-4], help: "thresholds of the ε-rank; the first is drawn and judged" },
    relative: {
      default: true,
      help:
        "take thresholds as shares of the largest eigenvalue, so that the size of features does not count",
    },
  }),
  full: toggle({ default: false, help: "train finer maps of wider networks, longer" }),
};

/** The place of a network in the diagram. */
export interface PhasePlace {
  /** Neurons of each hidden layer. */
  readonly width: number;
  /** Factor of the initial parameters. */
  readonly initScale: number;
  /** Learning rate. */
  readonly learningRate: number;
  /** Index of the network among those of its cell, from 0. */
  readonly replica: number;
}

/** The diagram, its options checked. Widths, scales and rates are ascending. */
export interface PhasePlan extends
  Pick<
    PhaseOptions,
    "depth" | "widths" | "momentum" | "steps" | "epsilons" | "seed"
  > {
  /** The task. */
  readonly task: Task;
  /** Factors of the initial parameters. */
  readonly initScales: readonly number[];
  /** Learning rates. */
  readonly learningRates: readonly number[];
  /** Activation of the hidden layers. */
  readonly activation: string;
  /** Initialiser. */
  readonly initializer: string;
  /** Optimiser. */
  readonly optimizer: OptimizerName;
  /** Samples of a mini-batch; `null` for the full batch. */
  readonly batch: number | null;
  /** Whether thresholds are absolute or shares of λ₁. */
  readonly threshold: Threshold;
  /** Loss of the constant that fits best; a network has learnt if its own is below 0.9 of it. */
  readonly constantLoss: number;
  /** Networks of each cell. */
  readonly replicasOfEach: number;
  /** Networks of a width, which train side by side. */
  readonly replicas: number;
}

/** Most values of a ladder: more networks than a run may have. */
const LADDER = { min: 2, max: MOST_REPLICAS, integer: true };

/**
 * Reads positive numbers: a list, or `FROM:TO:COUNT`, which are at equal ratios and rounded to
 * three digits.
 *
 * @param what What they are, for errors.
 * @param given The list, or its text.
 * @returns The numbers, ascending, each once.
 * @throws {InputError} If it is neither, or a number is not above 0.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { parseLadder } from "./plan.ts";
 *
 * assert.deepEqual(parseLadder("rates", "0.01:1:3"), [0.01, 0.1, 1]);
 * assert.deepEqual(parseLadder("rates", "3,0.5"), [0.5, 3]);
 * ```
 */
export function parseLadder(what: string, given: string | readonly number[]): number[] {
  const each = { positive: true, max: 1e30 };
  if (typeof given !== "string") {
    if (given.length === 0) throw new InputError(`no ${what}: give at least one`);
    return ascending(given.map((value) => checkNumber(`each of ${what}`, value, each)));
  }
  const words = given.split(given.includes(":") ? ":" : ",");
  if (!words.every(isDecimal) || given.includes(":") && words.length !== 3) {
    throw new InputError(`${what} ${quoted(given)}: give a list as 0.1,1,10 or FROM:TO:COUNT as 0.1:10:16`);
  }
  if (!given.includes(":")) return parseLadder(what, words.map(Number));
  const [from, to, steps] = words.map(Number);
  checkNumber(`first of ${what}`, from, each);
  checkNumber(`last of ${what}`, to, each);
  checkNumber(`number of ${what}`, steps, LADDER);
  return ascending(
    Array.from({ length: steps }, (_, i) => Number((from * (to / from) ** (i / (steps - 1))).toPrecision(3))),
  );
}

/**
 * Checks the options together, and loads the task.
 *
 * @param options Values of all options.
 * @returns The diagram.
 * @throws {InputError} If a list is empty, a value is out of range, or the task is no regression.
 */
export async function phasePlan(options: PhaseOptions): Promise<PhasePlan> {
  const { depth, momentum, steps, epsilons, replicas, seed, relative, init } = options;
  const task = await taskOf({ ...options, data: null });
  if (task.kind !== "regression") {
    throw new InputError(`the task ${task.name} is no function: choose one with a mean squared error`);
  }
  if (options.widths.length === 0) throw new InputError("no widths: give at least one");
  if (epsilons.length === 0) throw new InputError("no thresholds ε: give at least one");
  checkNumber("thresholds ε", epsilons.length, { max: MOST_EPSILONS });
  const activation = String(options.activation);
  parseActivation(activation);
  checkInitializer(init);
  const initScales = parseLadder("init scales", options.initScales);
  const learningRates = parseLadder("learning rates", options.learningRates);
  const networks = initScales.length * learningRates.length * replicas;
  checkNumber("networks of a width", networks, { max: MOST_REPLICAS });
  return {
    task,
    depth,
    widths: ascending(options.widths),
    initScales,
    learningRates,
    activation,
    initializer: init,
    optimizer: parseOptimizerName(options.optimizer),
    momentum,
    batch: parseBatch(options.batch),
    steps,
    epsilons,
    threshold: relative ? "relative" : "absolute",
    constantLoss: constantLoss(task),
    replicasOfEach: replicas,
    seed,
    replicas: networks,
  };
}

/** Computes the loss of the constant that fits best: the weighted variance of the targets. */
function constantLoss({ outputs, train: { y, weights } }: Task): number {
  const all = weights.reduce((sum, weight) => sum + weight, 0);
  const meanOf = (value: (place: number) => number, output: number) =>
    weights.reduce((sum, weight, k) => sum + weight * value(k * outputs + output), 0) / all;
  let loss = 0;
  for (let output = 0; output < outputs; output++) {
    const mean = meanOf((place) => y[place], output);
    loss += all * meanOf((place) => (y[place] - mean) ** 2, output);
  }
  return loss;
}

/**
 * Lists the networks of a width: those of one cell are next to each other, then learning rates.
 *
 * @param plan The diagram.
 * @param width The width.
 * @returns Their places, in the order in which they train.
 */
export function phasePlaces(
  { initScales, learningRates, replicasOfEach }: PhasePlan,
  width: number,
): PhasePlace[] {
  return initScales.flatMap((initScale) =>
    learningRates.flatMap((learningRate) =>
      Array.from(
        { length: replicasOfEach },
        (_, replica) => ({ width, initScale, learningRate, replica }),
      )
    )
  );
}

/**
 * Makes the options of the training of a width.
 *
 * @param plan The diagram.
 * @param places Its networks. Those of one number start from the same weights, scale apart.
 * @returns Options with a probe at the start and one at the end.
 */
export function phaseTraining(
  plan: PhasePlan,
  places: readonly PhasePlace[],
): TrainingOptions & { readonly steps: number } {
  const { task, depth, activation, initializer, momentum, batch, steps, epsilons, threshold, seed } = plan;
  return {
    task,
    hidden: new Array<number>(depth).fill(places[0].width),
    activation,
    initializer,
    optimizer: {
      name: plan.optimizer,
      learningRate: places.map(({ learningRate }) => learningRate),
      momentum,
    },
    batch,
    steps,
    probeEvery: steps,
    epsilons,
    threshold,
    replicas: places.length,
    streams: places.map(({ replica: stream }) => ({ seed, stream })),
  };
}
