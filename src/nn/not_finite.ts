/**
 * The layers of a network that hold numbers that are not finite.
 *
 * @module
 */
import { GpuArray } from "../gpu/array.ts";
import { Commands } from "../gpu/commands.ts";
import type { Dispatch } from "../gpu/kernel.ts";
import { gpuStruct } from "../gpu/struct.ts";
import type { BatchEvaluation, Network } from "./network.ts";
import elementarySource from "../../shaders/nn/include/elementary.wgsl" with { type: "text" };
import notFiniteSource from "../../shaders/nn/not_finite.wgsl" with { type: "text" };

/** Vectors of 4 words that a workgroup looks at. */
const WORKGROUP = 64 * 16;

/** Vectors of 4 words of every replica that belong to a layer. */
interface LayerPart {
  readonly layer: number;
  readonly array: GpuArray;
  readonly first: number;
  readonly count: number;
  readonly batch: number;
}

/**
 * Finds the first layer of each replica whose parameters, or features on given samples, hold NaN or
 * an infinity. Waits for the GPU.
 *
 * @param network The network.
 * @param evaluated Its features on some samples.
 * @returns For each replica the number of the layer, from 1; the output layer has no features and
 * is one more than the last hidden one. `null` where all is finite.
 */
export async function layersNotFinite(
  network: Network,
  evaluated: Pick<BatchEvaluation, "features" | "rows">,
): Promise<(number | null)[]> {
  const { gpu, replicas, parameters, layout: { layers, encoders, size } } = network;
  const parts: LayerPart[] = [...layers, ...encoders].map((
    { weights, bias, outputStride, alpha },
    index,
  ) => ({
    // Encoders read the input, as the first layer does.
    layer: index < layers.length ? index : 0,
    array: parameters,
    first: weights,
    count: (alpha === undefined ? bias + outputStride : alpha + 1) - weights,
    batch: size,
  }));
  for (const [layer, { array, stride, batch, offset = 0 }] of evaluated.features.entries()) {
    parts.push({ layer, array, first: offset, count: evaluated.rows * stride, batch });
  }
  const kernel = await gpu.kernel({ name: "not_finite", files: [elementarySource, notFiniteSource] });
  using found = new GpuArray(gpu, "layers that are not finite", replicas * layers.length);
  const commands = new Commands(gpu);
  commands.run(parts.map(({ layer, array, first, count, batch }): Dispatch => {
    const shape = gpuStruct(gpu, "not_finite shape", ["u32", first, count, batch, layer, layers.length]);
    return kernel.bind([shape, array, found], [Math.ceil(count / WORKGROUP), 1, replicas]);
  }));
  commands.submit();
  const marks = await found.readUint32();
  return Array.from({ length: replicas }, (_, replica) => {
    const layer = marks.subarray(replica * layers.length, (replica + 1) * layers.length).indexOf(1);
    return layer < 0 ? null : layer + 1;
  });
}
