/**
 * Starts of the networks of a case, and the time that they take.
 *
 * @module
 */
import { parseActivation } from "../../nn/activation.ts";
import { activationBound } from "../../nn/feature_bounds.ts";
import type { LayerParameters } from "../../nn/layout.ts";
import { Network } from "../../nn/network.ts";
import { rankedSamples } from "../../train/equation.ts";
import { pretrainLayer } from "../../train/pretrain/pretrain_layer.ts";
import { structuredLayer } from "../../train/pretrain/structured_layer.ts";
import type { RunContext } from "../core/experiment.ts";
import type { PretrainingPlan } from "./plan.ts";

/** Initialiser before pre-training by gradient, which needs biases that are not 0. */
const BEFORE_GRADIENT = "pytorch";
/**
 * Unbounded activations that are not homogeneous: with small weights they are close to polynomials
 * of low degree.
 */
const SMOOTH_RAMPS = ["gelu", "softplus"];

/** The networks of one start. */
export interface MethodStart {
  /** Name of the start. */
  readonly method: string;
  /** Parameters of each network: `[replica][layer]`. */
  readonly networks: readonly (readonly LayerParameters[])[];
  /** Time that all of them took together beyond that of an initialiser, in milliseconds. */
  readonly milliseconds: number;
  /**
   * log det(I + M/ε) of the first layer before and after pre-training by gradient, `[replica]`;
   * `null` for other starts.
   */
  readonly logDeterminants: readonly (readonly [before: number, after: number])[] | null;
}

/**
 * Prepares the networks of a case. All layers but a prepared first one come from the task's own
 * initialiser, and networks of one replica share their random numbers.
 *
 * @param context Device, and the signal that cuts pre-training short.
 * @param plan The comparison.
 * @param index Index of the case.
 * @returns The starts, in the order of the methods.
 */
export async function startsOf(
  { gpu, signal }: Pick<RunContext, "gpu" | "signal">,
  plan: PretrainingPlan,
  index: number,
): Promise<MethodStart[]> {
  const { methods, replicasOfEach, seed } = plan, task = plan.tasks[index];
  const { hidden, activation, epsilon, initializer: ordinary, skip } = plan.cases[index];
  const drawn = new Map<string, LayerParameters[][]>();
  const draw = async (initializer: string) => {
    if (!drawn.has(initializer)) {
      const { inputs, outputs } = task;
      const shape = {
        inputs,
        hidden,
        outputs,
        activation,
        initializer,
        skip,
        replicas: replicasOfEach,
        seed,
      };
      using network = await Network.create(gpu, shape);
      drawn.set(initializer, await network.readAllParameters());
    }
    return drawn.get(initializer)!;
  };
  const { count, weights } = rankedSamples(task);
  const samples = { count, x: task.train.x.subarray(0, count * task.inputs), weights };
  const others = await draw(ordinary);
  const withFirst = (first: readonly LayerParameters[]) =>
    first.map((layer, replica) => [layer, ...others[replica].slice(1)]);

  const starts: MethodStart[] = [];
  for (const method of methods) {
    if (method === "structured") {
      const start = performance.now();
      // Multiples of 2¹⁶ keep the seeds of neighbouring runs apart.
      const layers = others.map((_, replica) =>
        structuredLayer({ samples, width: hidden[0], activation, seed: seed * 2 ** 16 + replica })
      );
      const milliseconds = performance.now() - start;
      starts.push({ method, networks: withFirst(layers), milliseconds, logDeterminants: null });
    } else if (method === "gradient") {
      const { layers, logDeterminants, milliseconds } = await pretrainLayer(gpu, {
        samples,
        activation,
        layers: (await draw(BEFORE_GRADIENT)).map(([first]) => first),
        epsilon,
        steps: plan.pretrainingSteps,
        learningRate: plan.pretrainingRate ?? 0.1 / Math.sqrt(task.inputs),
        weightDecay: penaltyOf(activation),
        signal,
      });
      starts.push({
        method,
        networks: withFirst(layers),
        milliseconds,
        logDeterminants: logDeterminants.map((row) => [row[0], row[row.length - 1]]),
      });
    } else {
      starts.push({ method, networks: await draw(method), milliseconds: 0, logDeterminants: null });
    }
  }
  return starts;
}

/** Chooses the penalty that bounds the weights, see {@linkcode pretrainLayer}. */
function penaltyOf(name: string): number {
  if (activationBound(parseActivation(name)) !== null) return 0;
  return SMOOTH_RAMPS.includes(name) ? 0.01 : 1;
}
