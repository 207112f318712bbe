/**
 * Options of the staircase in weights, and the tasks and networks that they make.
 *
 * @module
 */
import { integer, number, numbers, pick, type TableOf, text, toggle } from "../../cli/options.ts";
import { trainingTable } from "../../cli/training_table.ts";
import { checkNumber } from "../../check.ts";
import { InputError } from "../../errors.ts";
import { activationFunction, parseActivation } from "../../nn/activation.ts";
import { homogeneousOrder } from "../../nn/optim/polar_flow.ts";
import type { Task } from "../../tasks/task.ts";
import { teacherTask } from "../../tasks/teacher_task.ts";
import { MOST_REPLICAS, MOST_WIDTH } from "../../train/limits.ts";
import { ascending } from "../core/lists.ts";
import { parseNames } from "../core/names.ts";

/** Values of the options; their table explains them. */
export type SaddleOptions = Readonly<
  & Record<
    | "inputs"
    | "width"
    | "samples"
    | "learningRate"
    | "steps"
    | "probeEvery"
    | "tolerance"
    | "replicas"
    | "seed",
    number
  >
  & Record<"deltas" | "rates", readonly number[]>
  & Record<"activations", string | readonly string[]>
  & Record<"full", boolean>
>;

const group = "what to train";

/** Most weights at all probes, 256 MiB on the host; and most products to whiten samples. */
const MOST_NUMBERS = 2 ** 26, MOST_PRODUCTS = 2 ** 28;

/** The options. */
export const saddleOptions: TableOf<SaddleOptions> = {
  activations: text({
    default: "identity,relu",
    placeholder: "NAMES",
    help: "homogeneous activations, one training each: identity, relu, leaky-relu:0.1",
    group,
  }),
  deltas: numbers({
    default: [1, 0.01, 0.001, 3e-4, 1e-4, 3e-5, 1e-5],
    full: [1, 0.1, 0.01, 0.001, 3e-4, 1e-4, 3e-5, 1e-5, 3e-6, 1e-6],
    positive: true,
    help: "factors δ of the initial weights; the largest is the case without saddles",
  }),
  rates: numbers({
    default: [1, 0.5, 0.25],
    positive: true,
    help: "rates s_k of the target's neurons: singular values of the target of a linear network",
    group,
  }),
  inputs: integer({ default: 8, min: 1, max: MOST_WIDTH, help: "dimension of the input", group }),
  width: integer({ default: 24, min: 1, max: MOST_WIDTH, help: "hidden neurons", group }),
  ...pick(trainingTable, ["samples", "steps", "probeEvery", "replicas", "seed"], {
    samples: { default: 128, full: 512, min: 1, help: "training samples, whitened" },
    steps: { default: 4000, full: 20_000, min: 1, help: "updates of the weights" },
    probeEvery: { default: 20, full: 40, help: "steps from one probe to the next" },
    replicas: { default: 5, full: 10, help: "networks for each δ; they differ in their initial weights" },
  }),
  learningRate: number({
    default: 0.01,
    full: 0.0025,
    positive: true,
    help: "time of a step: small, so that gradient descent follows the gradient flow",
    group: "how to train",
  }),
  tolerance: number({
    default: 0.25,
    positive: true,
    help: "singular values of weights and features above it count",
  }),
  full: toggle({ default: false, help: "train more networks, longer, with finer steps and a longer ladder" }),
};

/** The experiment, its options checked. */
export interface SaddlePlan extends Omit<SaddleOptions, "activations" | "full"> {
  /** Activations, one training each. */
  readonly activations: readonly string[];
  /** Their tasks. */
  readonly tasks: readonly Task[];
  /** Networks for each δ. */
  readonly replicasOfEach: number;
}

/**
 * Checks the options together, and makes the tasks.
 *
 * @param options Values of all options.
 * @returns The experiment; δ and rates are descending.
 * @throws {InputError} If the ladder has fewer than two values, an activation is not homogeneous of
 * order 1, or numbers of inputs, neurons and samples do not fit the rates.
 */
export function saddlePlan({ full: _, ...options }: SaddleOptions): SaddlePlan {
  const { replicas, inputs, width, samples, steps, probeEvery } = options;
  const activations = parseNames("activations", options.activations);
  const deltas = ascending(options.deltas).reverse(), rates = ascending(options.rates).reverse();
  if (activations.length === 0) throw new InputError("no activation: give at least one");
  if (deltas.length < 2) throw new InputError("a ladder of one δ: give at least two different ones");
  if (rates.length === 0) throw new InputError("no rates: give at least one");
  for (const name of activations) {
    if (homogeneousOrder([parseActivation(name)]) === 2) continue;
    throw new InputError(`${name} makes no two-homogeneous network: use identity, relu or leaky-relu`);
  }
  checkNumber("inputs", inputs, { min: rates.length });
  checkNumber("width", width, { min: rates.length });
  checkNumber("samples", samples, { min: inputs });
  checkNumber("networks of a run", deltas.length * replicas, { max: MOST_REPLICAS });
  const kept = deltas.length * replicas * Math.ceil(steps / probeEvery) * width * (inputs + rates.length);
  if (kept > MOST_NUMBERS) {
    throw new InputError(`the weights at all probes are ${kept} numbers: give fewer networks or probes`);
  }
  if (inputs ** 2 * samples > MOST_PRODUCTS) {
    throw new InputError(`${samples} samples of ${inputs} inputs take too long to whiten: give fewer`);
  }
  return {
    ...options,
    activations,
    deltas,
    rates,
    tasks: activations.map((name) =>
      teacherTask({ ...options, name, rates, activation: activationFunction(parseActivation(name)) })
    ),
    replicasOfEach: replicas,
    replicas: deltas.length * replicas,
  };
}

/** The place of a network in its run. */
export interface SaddlePlace {
  /** Activation of the hidden layer. */
  readonly activation: string;
  /** Factor of the initial weights. */
  readonly delta: number;
  /** Index of the network among those of its δ, from 0. */
  readonly replica: number;
}

/**
 * Lists the networks of a run: those of one δ are next to each other.
 *
 * @param plan The experiment.
 * @param activation Activation of the run.
 * @returns Their places.
 */
export function saddlePlaces({ deltas, replicasOfEach }: SaddlePlan, activation: string): SaddlePlace[] {
  return deltas.flatMap((delta) =>
    Array.from({ length: replicasOfEach }, (_, replica) => ({ activation, delta, replica }))
  );
}
