/**
 * Random features: neurons with random weights that stay as they are, on the whole domain or on
 * patches of it.
 *
 * @module
 */
import { GpuArray } from "../../gpu/array.ts";
import { Commands } from "../../gpu/commands.ts";
import type { Gpu } from "../../gpu/device.ts";
import { padRows, unpadRows, vectors } from "../../linalg/matrix_view.ts";
import { layerNetwork } from "../../nn/layer_network.ts";
import type { Network } from "../../nn/network.ts";
import { uploadSamples } from "../../nn/samples.ts";
import { uniform } from "../../stats/random.ts";
import type { Samples } from "../../tasks/task.ts";
import type { Partition } from "./partition.ts";

/** Random features on a partition of unity. */
export interface RandomFeatures {
  /** Places of the neurons; a single patch for those of the whole domain. */
  readonly partition: Partition;
  /** Number of features n. */
  readonly width: number;
  /** Activation of the neurons. */
  readonly activation: string;
  /** Weights and biases are uniform on (−range, range), in local coordinates. */
  readonly range: number;
  /** Number of sets of features. */
  readonly replicas: number;
  /** Seed of the random numbers. */
  readonly seed: number;
}

/**
 * Computes random features on the GPU: bump times σ(w·t + b), t the local coordinates of a patch
 * (the hidden layer of an extreme learning machine: Huang, Zhu, Siew, Neurocomputing 70, 2006; of
 * the random feature method: Chen, Chi, E, Yang, J. Mach. Learn. 1, 2022). Feature j belongs to
 * patch j mod P. The neurons of a patch are a network of their own, whose inputs are the patch's
 * coordinates, so that no digit is lost between the scale of the patch and the place of the domain.
 * Waits for the GPU.
 *
 * @param gpu Device.
 * @param samples Sets of samples to compute the same features of.
 * @param options The features.
 * @returns Features in single precision, `count × width`, `[samples][replica]`.
 * @throws {InputError} If the activation is unknown, or a number is out of range.
 * @throws {ShapeError} If the adapter has no room for them.
 */
export async function randomFeatures(
  gpu: Gpu,
  samples: readonly Samples[],
  options: RandomFeatures,
): Promise<Float32Array[][]> {
  const { partition: { patches }, width, activation, range, replicas, seed } = options;
  const inputs = samples[0].x.length / samples[0].count;
  const neurons = Math.ceil(width / patches);
  const layers = Array.from({ length: replicas * patches }, (_, index) => {
    const next = uniform(2 ** 32 * (1 + index) + seed);
    const draw = (length: number) => Float32Array.from({ length }, () => range * (2 * next() - 1));
    return { weights: draw(inputs * neurons), biases: draw(neurons) };
  });
  using network = await layerNetwork(gpu, { inputs, activation, layers });
  const results: Float32Array[][] = [];
  for (const each of samples) results.push(await evaluate(gpu, network, each, options));
  return results;
}

/** Computes the features of all replicas on one set of samples. */
async function evaluate(
  gpu: Gpu,
  network: Network,
  samples: Samples,
  { partition, width, replicas }: RandomFeatures,
): Promise<Float32Array[]> {
  const [inputs, neurons] = network.widths;
  const { count } = samples, { patches } = partition;
  const bumps = new Float64Array(count * patches);
  const own = Array.from({ length: patches }, (_, patch) => {
    const x = new Float32Array(count * inputs);
    for (let k = 0; k < count; k++) {
      const { bump, local } = partition.at(patch, samples.x.subarray(k * inputs, (k + 1) * inputs));
      bumps[k * patches + patch] = bump;
      x.set(local, k * inputs);
    }
    return padRows(x, inputs);
  });
  using stack = new DisposableStack();
  const uploaded = uploadSamples(gpu, samples, stack);
  const batch = count * vectors(inputs);
  const array = stack.use(new GpuArray(gpu, "local coordinates", 4 * replicas * patches * batch));
  for (let index = 0; index < replicas * patches; index++) {
    array.write(own[index % patches], 4 * index * batch);
  }
  const x = { array, stride: vectors(inputs), batch };
  const { layers: [hidden], forward } = await network.evaluate({ ...uploaded, x }, stack);
  const commands = new Commands(gpu);
  commands.run(forward);
  commands.submit();
  const all = unpadRows(await hidden.array.read(), neurons, hidden.stride);
  return Array.from(
    { length: replicas },
    (_, replica) =>
      Float32Array.from({ length: count * width }, (_, e) => {
        const k = Math.floor(e / width), j = e % width, patch = j % patches;
        const row = (replica * patches + patch) * count + k;
        return bumps[k * patches + patch] * all[row * neurons + Math.floor(j / patches)];
      }),
  );
}
