/**
 * Features of trained networks.
 *
 * @module
 */
import type { Gpu } from "../../gpu/device.ts";
import { loadTask } from "../../tasks/registry.ts";
import { Training } from "../../train/training.ts";
import type { SavedTraining } from "../../train/state.ts";
import { product } from "../../stats/random_matrices.ts";
import type { TrainedLayer } from "./families/family.ts";

const LEARNING_RATE = 5e-3;

/** Weights, row-major `inputs × outputs`, and biases of one layer. */
interface Layer {
  readonly weights: Float32Array;
  readonly biases: Float32Array;
}

/** Networks 1-n-n-1 at steps of their training, with features on any number of samples. */
export interface TrainedNetworks {
  /** Neurons a layer. */
  readonly width: number;
  /** Number of networks. */
  readonly count: number;
  /**
   * Computes features of a hidden layer at equidistant points of [−1, 1], in double precision from
   * the parameters.
   *
   * @param where The layer, and the step, which must be one that the networks were trained for.
   * @param index Index of the network, modulo the number of networks.
   * @param rows Number of points.
   * @param columns Number of neurons: the first ones of the layer.
   * @returns Features, `rows × columns`.
   */
  features(where: TrainedLayer, index: number, rows: number, columns: number): Float64Array;
}

/**
 * Trains tanh networks 1-n-n-1 on the task `cosines` by Adam, all replicas at once, and keeps their
 * parameters at some steps.
 *
 * @param gpu Device.
 * @param width Neurons a layer.
 * @param count Number of networks.
 * @param seed Seed of their random streams.
 * @param steps The steps, ascending; step 0 is the start.
 * @param signal Stops the training early.
 * @returns The networks.
 */
export async function trainNetworks(
  gpu: Gpu,
  width: number,
  count: number,
  seed: number,
  steps: readonly number[],
  signal?: AbortSignal,
): Promise<TrainedNetworks> {
  const options = {
    task: await loadTask("cosines"),
    hidden: [width, width],
    activation: "tanh",
    optimizer: { name: "adam", learningRate: LEARNING_RATE },
    probeEvery: Math.max(1, ...steps),
    replicas: count,
    seed,
    ...(signal ? { signal } : {}),
  } as const;
  const kept = new Map<number, Layer[][]>();
  let saved: SavedTraining | null = null;
  for (const step of steps) {
    using training: Training = await Training.create(gpu, { ...options, steps: step }, saved);
    const trace = await training.finish();
    kept.set(step, await training.network.readAllParameters());
    if (step !== steps.at(-1)) saved = { trace, state: await training.readState() };
  }
  return {
    width,
    count,
    features({ step, layer }, index, rows, columns) {
      const [first, second] = kept.get(step)![index % count];
      const hidden = new Float64Array(rows * width);
      for (let k = 0; k < rows; k++) {
        const x = rows === 1 ? 0 : -1 + 2 * k / (rows - 1);
        for (let j = 0; j < width; j++) {
          hidden[k * width + j] = Math.tanh(x * first.weights[j] + first.biases[j]);
        }
      }
      if (layer === 1) return hidden.filter((_, e) => e % width < columns);
      const weights = Float64Array.from(
        { length: width * columns },
        (_, e) => second.weights[Math.floor(e / columns) * width + e % columns],
      );
      return product(hidden, weights, rows, columns, width)
        .map((sum, e) => Math.tanh(sum + second.biases[e % columns]));
    },
  };
}
