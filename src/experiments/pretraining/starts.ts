/**
 * How the networks of a case start, and what it costs.
 *
 * @module
 */
import type { Gpu } from "../../gpu/device.ts";
import { activationBound, parseActivation } from "../../nn/activation.ts";
import { type LayerParameters, Network } from "../../nn/network.ts";
import type { Task } from "../../tasks/task.ts";
import { rankedSamples } from "../../train/equation.ts";
import { pretrainLayer } from "../../train/pretrain/pretrain_layer.ts";
import { structuredLayer } from "../../train/pretrain/structured_layer.ts";
import type { CompletePretrainingCase, CompletePretrainingOptions } from "./options.ts";

/** Where pre-training by gradient starts: it needs biases that are not 0. */
const BEFORE_GRADIENT = "pytorch";
/** Unbounded activations that are no multiple of themselves: only with large weights are they no polynomials of low degree. */
const SMOOTH_RAMPS = ["gelu", "softplus"];

/** The networks of one start. */
export interface MethodStart {
  /** Name of the start. */
  readonly method: string;
  /** Parameters of each network: `[seed][layer]`. */
  readonly networks: readonly (readonly LayerParameters[])[];
  /** Time that it took to prepare all of them, beyond what an initialiser takes, in milliseconds. */
  readonly milliseconds: number;
  /** log det(I + M/ε) of the first layer before and after pre-training by gradient, `[seed]`; `null` for other starts. */
  readonly logDeterminants: readonly (readonly [before: number, after: number])[] | null;
}

/**
 * Prepares the networks of a case. All layers but a prepared first one are those of the task's own initialiser, and networks of
 * one seed share their random numbers.
 *
 * @param gpu Device.
 * @param task The task.
 * @param own How it is trained.
 * @param options Options of the comparison.
 * @param signal Cuts pre-training short.
 * @returns The starts, in the order of the methods.
 */
export async function startsOf(
  gpu: Gpu,
  task: Task,
  own: CompletePretrainingCase,
  options: CompletePretrainingOptions,
  signal: AbortSignal | undefined,
): Promise<MethodStart[]> {
  const { hidden, activation, epsilon } = own, { seeds, seed } = options;
  const drawn = new Map<string, LayerParameters[][]>();
  const draw = async (initializer: string) => {
    if (!drawn.has(initializer)) {
      const { inputs, outputs } = task;
      const shape = { inputs, hidden, outputs, activation, initializer, replicas: seeds, seed };
      using network = await Network.create(gpu, shape);
      drawn.set(initializer, await network.readAllParameters());
    }
    return drawn.get(initializer)!;
  };
  const { count, weights } = rankedSamples(task);
  const samples = { count, x: task.train.x.subarray(0, count * task.inputs), weights };
  const others = await draw(own.initializer);
  const withFirst = (first: readonly LayerParameters[]) =>
    first.map((layer, s) => [layer, ...others[s].slice(1)]);

  const starts: MethodStart[] = [];
  for (const method of options.methods) {
    if (method === "structured") {
      const start = performance.now();
      // Seeds of neighbouring runs do not meet.
      const layers = others.map((_, s) =>
        structuredLayer({ samples, width: hidden[0], activation, seed: seed * 2 ** 16 + s })
      );
      const milliseconds = performance.now() - start;
      starts.push({ method, networks: withFirst(layers), milliseconds, logDeterminants: null });
    } else if (method === "gradient") {
      const { layers, logDeterminants, milliseconds } = await pretrainLayer(gpu, {
        samples,
        activation,
        layers: (await draw(BEFORE_GRADIENT)).map(([first]) => first),
        epsilon,
        steps: options.pretrainingSteps,
        learningRate: options.pretrainingRate ?? 0.1 / Math.sqrt(task.inputs),
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

/** What holds the weights, see `pretrainLayer`. */
function penaltyOf(name: string): number {
  if (activationBound(parseActivation(name)) !== null) return 0;
  return SMOOTH_RAMPS.includes(name) ? 0.01 : 1;
}
