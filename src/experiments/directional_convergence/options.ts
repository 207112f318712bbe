/**
 * What the study of early directional convergence is asked for.
 *
 * @module
 */
import { InputError } from "../../errors.ts";
import { parseActivation } from "../../nn/activation.ts";
import { homogeneousOrder } from "../../nn/optim/polar_flow.ts";

/** Hidden layers of a network without biases. */
export interface DirectionalNetwork {
  /** Widths. */
  readonly hidden: readonly number[];
  /** Activation of all of them, positively homogeneous. */
  readonly activation: string;
}

/** Losses of the study, and how a task calls them. */
export const directionalLosses = {
  square: "mean-squared-error",
  logistic: "logistic",
} as const;

/** A loss of the study. */
export type DirectionalLoss = keyof typeof directionalLosses;

/** What networks are to learn. */
export const directionalTargets = ["neuron", "random"] as const;

/** Options of the study; what is left out is the default run's. */
export interface DirectionalOptions {
  /**
   * Networks, each of which is a case with each loss. Default: three and four layers of leaky ReLU, and two of its square, of 20
   * neurons.
   */
  readonly networks?: readonly DirectionalNetwork[];
  /** Losses. Default: square and logistic. */
  readonly losses?: readonly DirectionalLoss[];
  /** The ladder of ‖w‖ at the start. Default: 0.3, 0.1, 0.03, 0.01, 10⁻³, 10⁻⁴. */
  readonly deltas?: readonly number[];
  /** Dimension of the input. Default: 10. */
  readonly inputs?: number;
  /** Samples. Default: 100. */
  readonly samples?: number;
  /**
   * What is learnt: `neuron`, a planted one, y = σ(aᵀx), or for the logistic loss on which side of it x lies; or `random` targets,
   * normal, or ±1 for the logistic loss. Default: `neuron`.
   */
  readonly targets?: typeof directionalTargets[number];
  /** Directions to start from, each with samples of its own. Default: 5. */
  readonly seeds?: number;
  /** Share of their norm by which weights change in a step. Default: 0.01. */
  readonly learningRate?: number;
  /** Most steps of a flow, and as many of the ascents. Default: 1,500. */
  readonly flowSteps?: number;
  /** Further steps of the ascents to the KKT points, larger at first and falling to 0. Default: 2,000. */
  readonly ascentSteps?: number;
  /** Initialiser of the directions, before they are made of length 1. Default: normal:1. */
  readonly initializer?: string;
  /** Seed of all that is random. Default: 0. */
  readonly seed?: number;
  /** Stops the study early; the cases that were done are kept. */
  readonly signal?: AbortSignal;
}

/** Options with every choice made, and what follows from them. */
export interface CompleteDirectionalOptions extends Required<Omit<DirectionalOptions, "signal">> {
  /** Replicas of a flow: one for each δ and seed. */
  readonly replicas: number;
  /** Flows: one for each network and loss. */
  readonly runs: number;
  /** Steps of all ascents and flows together. */
  readonly steps: number;
}

/** A network that learns by a loss. */
export interface DirectionalCase extends DirectionalNetwork {
  /** The loss. */
  readonly loss: DirectionalLoss;
  /** The case in words. */
  readonly name: string;
  /** Widths from the input to the output. */
  readonly widths: readonly number[];
  /** Order of homogeneity L. */
  readonly order: number;
}

/** Neurons of a layer. */
const WIDTH = 20;
const NETWORKS: readonly DirectionalNetwork[] = [
  { hidden: [WIDTH, WIDTH], activation: "leaky-relu:0.1" },
  { hidden: [WIDTH, WIDTH, WIDTH], activation: "leaky-relu:0.1" },
  { hidden: [WIDTH], activation: "leaky-relu:0.1^2" },
];

/**
 * Fills in what the caller left open, and checks the rest.
 *
 * @param options Options as given.
 * @returns Options with every choice made, the ladder descending.
 * @throws {InputError} Where a number is out of range, an activation is not homogeneous or a network not of an order above 2.
 */
export function completeDirectionalOptions(options: DirectionalOptions): CompleteDirectionalOptions {
  const { networks = NETWORKS, losses = ["square", "logistic"] } = options;
  const { deltas = [0.3, 0.1, 0.03, 0.01, 1e-3, 1e-4] } = options;
  const { inputs = 10, samples = 100, seeds = 5, flowSteps = 1500, ascentSteps = 2000 } = options;
  const { learningRate = 0.01, targets = "neuron", initializer = "normal:1", seed = 0 } = options;
  for (
    const [name, value] of Object.entries({
      inputs,
      samples,
      seeds,
      "steps of a flow": flowSteps,
      "further steps of an ascent": ascentSteps,
    })
  ) {
    if (!Number.isInteger(value) || value < 1) {
      throw new InputError(`${value} ${name}: give a whole number from 1`);
    }
  }
  if (!(learningRate > 0 && learningRate < Infinity)) {
    throw new InputError(`learning rate ${learningRate} is out of range: give one above 0`);
  }
  const wrong = deltas.find((delta) => !(delta > 0 && delta < Infinity));
  if (wrong !== undefined) throw new InputError(`δ = ${wrong}: give a norm above 0`);
  const ladder = [...new Set(deltas)].sort((a, b) => b - a);
  if (ladder.length < 2) {
    throw new InputError(`a ladder of ${ladder.length} δ shows no limit: give two different ones at least`);
  }
  if (networks.length === 0 || losses.length === 0) {
    throw new InputError("no network or no loss, nothing to study: give one of either at least");
  }
  const runs = directionalCases({ networks, losses, inputs }).length;
  return {
    networks,
    losses,
    deltas: ladder,
    inputs,
    samples,
    targets,
    seeds,
    learningRate,
    flowSteps,
    ascentSteps,
    initializer,
    seed,
    replicas: ladder.length * seeds,
    runs,
    steps: runs * (2 * flowSteps + ascentSteps),
  };
}

/**
 * The cases of a study: each network with each loss.
 *
 * @param options Options of the study.
 * @returns The cases.
 * @throws {InputError} Where an activation is not homogeneous, or a network not of an order above 2.
 */
export function directionalCases(
  { networks, losses, inputs }: Pick<CompleteDirectionalOptions, "networks" | "losses" | "inputs">,
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
