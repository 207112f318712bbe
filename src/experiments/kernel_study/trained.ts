/**
 * Features of trained networks.
 *
 * @module
 */
import type { Gpu } from "../../gpu/device.ts";
import { loadTask } from "../../tasks/registry.ts";
import { Training } from "../../train/training.ts";
import { product } from "../../stats/random_matrices.ts";

/**
 * Steps, in which the rank at 10⁻⁶ λ₁ rises from 2 to about 17, and the loss falls from 1.5 to 0.3.
 */
const STEPS = 300;
const LEARNING_RATE = 5e-3;

/** Weights, row-major `inputs × outputs`, and biases of one layer. */
interface Layer {
  readonly weights: Float32Array;
  readonly biases: Float32Array;
}

/** Trained networks 1-n-n-1, with features of the last hidden layer on any number of samples. */
export interface TrainedNetworks {
  /** Neurons a layer. */
  readonly width: number;
  /** Number of networks. */
  readonly count: number;
  /**
   * Computes features of the last hidden layer at equidistant points of [−1, 1], in double
   * precision from the parameters.
   *
   * @param index Index of the network, modulo the number of networks.
   * @param rows Number of points.
   * @param columns Number of neurons: the first ones of the layer.
   * @returns Features, `rows × columns`.
   */
  features(index: number, rows: number, columns: number): Float64Array;
}

/**
 * Trains tanh networks 1-n-n-1 on the task `cosines` for 300 steps of Adam, all replicas at once.
 *
 * @param gpu Device.
 * @param width Neurons a layer.
 * @param count Number of networks.
 * @param seed Seed of their random streams.
 * @param signal Stops the training early.
 * @returns The networks.
 */
export async function trainNetworks(
  gpu: Gpu,
  width: number,
  count: number,
  seed: number,
  signal?: AbortSignal,
): Promise<TrainedNetworks> {
  using training = await Training.create(gpu, {
    task: await loadTask("cosines"),
    hidden: [width, width],
    activation: "tanh",
    optimizer: { name: "adam", learningRate: LEARNING_RATE },
    steps: STEPS,
    probeEvery: STEPS,
    replicas: count,
    seed,
    ...(signal ? { signal } : {}),
  });
  await training.finish();
  const networks: Layer[][] = await training.network.readAllParameters();
  return {
    width,
    count,
    features(index, rows, columns) {
      const [first, second] = networks[index % count];
      const hidden = new Float64Array(rows * width);
      for (let k = 0; k < rows; k++) {
        const x = rows === 1 ? 0 : -1 + 2 * k / (rows - 1);
        for (let j = 0; j < width; j++) {
          hidden[k * width + j] = Math.tanh(x * first.weights[j] + first.biases[j]);
        }
      }
      const weights = Float64Array.from(
        { length: width * columns },
        (_, e) => second.weights[Math.floor(e / columns) * width + e % columns],
      );
      return product(hidden, weights, rows, columns, width)
        .map((sum, e) => Math.tanh(sum + second.biases[e % columns]));
    },
  };
}
