/**
 * Pre-training of a first layer by gradient, which makes features independent before anything is
 * learned (Yang, Zhao, Zhu, arXiv:2412.05144).
 *
 * @module
 */
import { InputError, ShapeError } from "../../errors.ts";
import { GpuArray } from "../../gpu/array.ts";
import { Commands } from "../../gpu/commands.ts";
import type { Gpu } from "../../gpu/device.ts";
import { ReadbackRing } from "../../gpu/readback.ts";
import { bindDenseGradient, gradientSlices } from "../../nn/layers/dense_gradient.ts";
import { layerNetwork } from "../../nn/layer_network.ts";
import type { LayerParameters } from "../../nn/layout.ts";
import { uploadSamples } from "../../nn/samples.ts";
import { bindUpdate, optimizerArrays } from "../../nn/optim/update.ts";
import { bindLogDeterminant } from "../../rank/spectra/log_determinant.ts";
import type { Samples } from "../../tasks/task.ts";
import { DEPTH, inChunks } from "../chunks.ts";

/** Steps whose log determinants the GPU keeps until the host has read them. */
const LOG_CAPACITY = 256;

/** Options of the pre-training of first layers. */
export interface PretrainLayerOptions {
  /** Samples of the task, without their targets. */
  readonly samples: Pick<Samples, "count" | "x" | "weights">;
  /** Activation of the layer. */
  readonly activation: string;
  /** The layer of each replica at the start. */
  readonly layers: readonly LayerParameters[];
  /** Threshold ε > 0 of the rank to raise. */
  readonly epsilon: number;
  /** Number of steps of Adam. */
  readonly steps: number;
  /** Learning rate of Adam. */
  readonly learningRate: number;
  /** Weight λ of the penalty λ/2 ‖(W, b)‖². */
  readonly weightDecay: number;
  /** Signal that ends it early. */
  readonly signal?: AbortSignal | undefined;
}

/** Trained first layers. */
export interface PretrainedLayers {
  /** The layer of each replica. */
  readonly layers: readonly LayerParameters[];
  /** log det(I + M/ε) of each replica before each update and after the last: `[replica][step]`. */
  readonly logDeterminants: readonly Float32Array[];
  /** Time of the training in milliseconds, including the reading of its result. */
  readonly milliseconds: number;
}

/**
 * Raises log det(I + M/ε) − λ/2 ‖(W, b)‖² of first layers by Adam, where M = Φᵀ diag(w) Φ for their
 * features Φ on all samples. Trains all replicas at once.
 *
 * Without a penalty, the features of an unbounded activation grow without end: the objective of
 * ReLU gains 2 d_ε = 2 Σ λ_i/(λ_i + ε) for each factor e of the weights, which makes no feature
 * more independent. If features are homogeneous of degree 1 in (W, b), Euler's theorem gives ‖(W,
 * b)‖² = 2 d_ε/λ ≤ 2 n/λ at every maximum: λ = 1 holds neurons at √2, as in He et al. Bounded
 * activations need no penalty: their weights grow only as far as sharper transitions are more
 * independent on the samples.
 *
 * Biases that are all 0 are a saddle for odd activations on symmetric samples, which no gradient
 * leaves: start with others.
 *
 * @param gpu Device.
 * @param options Layers, samples, and settings of the training.
 * @returns The layers; if the signal ended the training, as they were then.
 * @throws {InputError} If a number is out of range.
 * @throws {ShapeError} If layers do not fit the samples or each other, or have more than 512
 * neurons, or the adapter lacks room.
 */
export async function pretrainLayer(gpu: Gpu, options: PretrainLayerOptions): Promise<PretrainedLayers> {
  const { samples: { count, x, weights }, activation, layers, epsilon, steps } = options;
  if (!(epsilon > 0 && epsilon < Infinity)) throw new InputError(`ε = ${epsilon}: give a number above 0`);
  if (!Number.isInteger(steps) || steps < 0) {
    throw new InputError(`${steps} steps: give a whole number from 0`);
  }
  if (layers.length === 0) throw new ShapeError("no layer to train: give one at least");
  using stack = new DisposableStack();
  const width = layers[0].biases.length, replicas = layers.length;
  const network = stack.use(await layerNetwork(gpu, { inputs: x.length / count, activation, layers }));

  const samples = uploadSamples(gpu, { count, x, y: new Float32Array(count), weights }, stack);
  const { layers: [features], slopes: [slopes], forward: [forward] } = await network.evaluate(samples, stack);
  const determinant = await bindLogDeterminant(
    gpu,
    { features, slopes, width, samples: count, replicas, weights: samples.weights, epsilon },
    stack,
  );
  const { layout } = network, cut = gradientSlices(count);
  const gradients = stack.use(
    new GpuArray(gpu, "gradients", replicas * cut.slices * layout.size * 4),
  );
  const gradient = await bindDenseGradient(
    { gpu, layer: layout.layers[0], rows: count, replicas },
    {
      input: samples.x,
      delta: determinant.delta,
      gradients: { array: gradients, batch: layout.size },
      cut,
    },
  );
  const { learningRate, weightDecay } = options;
  const update = {
    optimizer: { name: "adam", learningRate, weightDecay },
    schedule: { kind: "constant" },
    steps,
    batch: null,
    logCapacity: LOG_CAPACITY,
  } as const;
  const arrays = optimizerArrays(network, update, stack);
  const results = {
    samples: count,
    loss: { array: determinant.partials, count: 1 },
    gradients: { array: gradients, slices: cut.slices },
  };
  const { log, apply } = await bindUpdate(network, results, { ...update, arrays });

  const ring = stack.use(new ReadbackRing(gpu, [arrays.losses], DEPTH));
  const logDeterminants = layers.map(() => new Float32Array(steps + 1));
  const start = performance.now();
  const chunks = inChunks({
    steps: steps + 1,
    most: LOG_CAPACITY,
    signal: options.signal,
    submit: (first, count) => {
      const commands = new Commands(gpu);
      for (let step = first; step < first + count; step++) {
        commands.run(forward, determinant.dispatches, log);
        if (step < steps) commands.run(gradient, apply);
      }
      return ring.submit(commands);
    },
  });
  let made = 0;
  for await (const { first, count, result: [losses] } of chunks) {
    made = first + count;
    for (let step = first; step < made; step++) {
      logDeterminants.forEach((row, r) => row[step] = -losses[(step % LOG_CAPACITY) * replicas + r]);
    }
  }
  const trained = await network.readAllParameters();
  return {
    layers: trained.map(([first]) => first),
    logDeterminants: logDeterminants.map((row) => row.subarray(0, made)),
    milliseconds: performance.now() - start,
  };
}
