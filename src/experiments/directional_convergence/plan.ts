/**
 * Options of the study of early directional convergence, and the cases that they make.
 *
 * @module
 */
import { choice, integer, number, numbers, type TableOf, text, toggle } from "../../cli/options.ts";
import { seed } from "../../cli/training_table.ts";
import { checkNumber } from "../../check.ts";
import { InputError } from "../../errors.ts";
import { quoted } from "../../format.ts";
import { parseInitializer } from "../../nn/initializer.ts";
import { parseActivation } from "../../nn/activation.ts";
import { MAX_SAMPLES } from "../../tasks/options.ts";
import { MOST_REPLICAS, MOST_STEPS, MOST_WIDTH } from "../../train/limits.ts";
import { ascending } from "../core/lists.ts";
import { homogeneousOrder } from "../../nn/optim/polar_flow.ts";

/** Hidden layers of a network without biases. */
export interface DirectionalNetwork {
  /** Widths. */
  readonly hidden: readonly number[];
  /** Activation of all of them, positively homogeneous. */
  readonly activation: string;
}

/** A loss of the study. */
export type DirectionalLoss = "square" | "logistic";

/** Losses of the study by the names that a task has for them. */
export const directionalLosses = {
  square: "mean-squared-error",
  logistic: "logistic",
} as const satisfies Readonly<Record<DirectionalLoss, string>>;

/** Values of the options of the study; their table explains them. */
export type DirectionalOptions = Readonly<
  & Record<"samples" | "inputs" | "replicas" | "learningRate" | "flowSteps" | "ascentSteps" | "seed", number>
  & {
    networks: string | readonly DirectionalNetwork[];
    loss: "both" | DirectionalLoss;
    targets: "neuron" | "random";
    init: string;
    deltas: readonly number[];
    full: boolean;
  }
>;

/** Options of the study. */
export const directionalOptions: TableOf<DirectionalOptions> = {
  networks: text({
    default: "20,20:leaky-relu:0.1;20,20,20:leaky-relu:0.1;20:leaky-relu:0.1^2",
    placeholder: "LIST",
    help:
      "networks without biases, as WIDTHS:ACTIVATION, separated by semicolons; activations are homogeneous",
    group: "what to train",
    was: ["layers", "activation"],
  }),
  loss: choice({
    default: "both",
    choices: ["both", "square", "logistic"],
    help: "loss of each network",
    group: "what to train",
  }),
  targets: choice({
    default: "neuron",
    choices: ["neuron", "random"],
    help:
      "neuron: y = σ(aᵀx), its sign for the logistic loss; random: normal numbers, ±1 for the logistic loss",
    group: "what to train",
  }),
  samples: integer({
    default: 100,
    full: 200,
    min: 1,
    max: MAX_SAMPLES,
    help: "samples, uniform on the sphere",
    group: "what to train",
  }),
  inputs: integer({
    default: 10,
    min: 1,
    max: MOST_WIDTH,
    help: "dimension of the input",
    group: "what to train",
  }),
  init: text({
    default: "normal:1",
    placeholder: "NAME",
    help: "distribution of the directions to start from: xavier-normal, he-uniform, normal:1 …",
    group: "what to train",
  }),
  deltas: numbers({
    default: [0.3, 0.1, 0.03, 0.01, 1e-3, 1e-4],
    full: [0.3, 0.1, 0.03, 0.01, 1e-3, 1e-4, 1e-5, 1e-6],
    positive: true,
    help: "norms ‖w‖ of the weights at the start",
  }),
  replicas: integer({
    default: 5,
    full: 10,
    min: 1,
    max: MOST_REPLICAS,
    help: "directions to start from, each with samples of its own",
    group: "how to train",
    was: ["seeds"],
  }),
  learningRate: number({
    default: 0.01,
    full: 0.005,
    positive: true,
    help: "share of their norm by which weights change in a step",
    group: "how to train",
  }),
  flowSteps: integer({
    default: 1500,
    full: 5000,
    min: 1,
    max: MOST_STEPS,
    help: "largest number of steps of a flow",
    group: "how to train",
  }),
  ascentSteps: integer({
    default: 2000,
    full: 10_000,
    min: 1,
    max: MOST_STEPS,
    help: "further steps of the ascents to the KKT points, larger at first and falling to 0",
    group: "how to train",
  }),
  seed,
  full: toggle({ default: false, help: "start from more directions, with a longer ladder and finer steps" }),
};

/** Numbers of all samples, which the host makes: 256 MiB on the GPU. */
const MOST_NUMBERS = 2 ** 26;

/** The study, its options checked. */
export interface DirectionalPlan extends
  Pick<
    DirectionalOptions,
    "targets" | "samples" | "inputs" | "learningRate" | "flowSteps" | "ascentSteps" | "seed"
  > {
  /** Networks without biases. */
  readonly networks: readonly DirectionalNetwork[];
  /** Losses of each network. */
  readonly losses: readonly DirectionalLoss[];
  /** Distribution of the directions to start from. */
  readonly initializer: string;
  /** Norms of the weights at the start, descending. */
  readonly deltas: readonly number[];
  /** Number of directions to start from. */
  readonly directions: number;
  /** Replicas of a flow: one for each δ and direction. */
  readonly replicas: number;
}

/** A network that learns by a loss. */
export interface DirectionalCase extends DirectionalNetwork {
  /** The loss. */
  readonly loss: DirectionalLoss;
  /** Name of the case, in words. */
  readonly name: string;
  /** Widths from the input to the output. */
  readonly widths: readonly number[];
  /** Order of homogeneity L. */
  readonly order: number;
}

/**
 * Checks the options together.
 *
 * @param options Values of all options.
 * @returns The study.
 * @throws {InputError} If the ladder has fewer than two values, an activation is not homogeneous,
 * or the order of a network is not above 2.
 */
export function directionalPlan(options: DirectionalOptions): DirectionalPlan {
  const { loss, targets, samples, inputs, init: initializer, replicas: directions, seed } = options;
  const { learningRate, flowSteps, ascentSteps } = options;
  const networks = typeof options.networks === "string" ? parseNetworks(options.networks) : options.networks;
  const deltas = ascending(options.deltas).reverse();
  if (deltas.length < 2) {
    throw new InputError(`a ladder of ${deltas.length} δ shows no limit: give at least two different ones`);
  }
  if (networks.length === 0) throw new InputError("no network: give at least one");
  parseInitializer(initializer);
  checkNumber("networks of a run", deltas.length * directions, { max: MOST_REPLICAS });
  const numbers = directions * samples * inputs;
  if (numbers > MOST_NUMBERS) {
    throw new InputError(
      `${directions} sets of ${samples} samples of ${inputs} inputs are ${numbers} numbers: give fewer, ` +
        `at most ${MOST_NUMBERS} in all`,
    );
  }
  checkNumber("steps of flow and ascent", flowSteps + ascentSteps, { max: MOST_STEPS });
  const plan: DirectionalPlan = {
    networks,
    losses: loss === "both" ? ["square", "logistic"] : [loss],
    targets,
    samples,
    inputs,
    initializer,
    deltas,
    directions,
    learningRate,
    flowSteps,
    ascentSteps,
    seed,
    replicas: deltas.length * directions,
  };
  // Refuses networks that are not homogeneous, before anything runs.
  directionalCases(plan);
  return plan;
}

/** Reads networks: `WIDTHS:ACTIVATION`, separated by semicolons. */
function parseNetworks(list: string): DirectionalNetwork[] {
  return list.split(";").map((item) => {
    const [widths, activation] = item.trim().split(/:(.*)/);
    const words = widths.split(",");
    if (!words.every((word) => /^[1-9]\d{0,5}$/.test(word)) || !activation) {
      throw new InputError(
        `network ${quoted(item)}: give hidden widths and an activation as 20,20:leaky-relu:0.1`,
      );
    }
    return { hidden: words.map(Number), activation };
  });
}

/**
 * Lists the cases of a study: each network with each loss.
 *
 * @param plan The study.
 * @returns The cases.
 * @throws {InputError} If an activation is not homogeneous, or the order of a network is not above
 * 2.
 */
export function directionalCases(
  { networks, losses, inputs }: Pick<DirectionalPlan, "networks" | "losses" | "inputs">,
): DirectionalCase[] {
  return networks.flatMap((network) => {
    const { hidden, activation } = network;
    const order = homogeneousOrder(hidden.map(() => parseActivation(activation)));
    const widths = [inputs, ...hidden, 1], words = `${widths.join("-")} ${activation}`;
    if (order <= 2) {
      throw new InputError(
        `${words} is homogeneous of order ${order}: give an order above 2, by more layers or a power`,
      );
    }
    return losses.map((loss) => ({ ...network, loss, order, widths, name: `${words}, ${loss} loss` }));
  });
}
