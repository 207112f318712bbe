/**
 * Initial parameters of a network, drawn on the GPU.
 *
 * @module
 */
import type { GpuArray } from "../gpu/array.ts";
import type { Gpu } from "../gpu/device.ts";
import type { Dispatch } from "../gpu/kernel.ts";
import { gpuStruct } from "../gpu/struct.ts";
import type { Initializer } from "./initializer.ts";
import type { ParameterLayout } from "./layout.ts";
import elementarySource from "../../shaders/nn/include/elementary.wgsl" with { type: "text" };
import initializeSource from "../../shaders/nn/initialize.wgsl" with { type: "text" };
import philoxSource from "../../shaders/nn/include/philox.wgsl" with { type: "text" };

/** What is drawn, and where it goes. */
export interface InitializeOptions {
  /** Distribution of the parameters. */
  readonly initializer: Initializer;
  /** Places of the parameters. */
  readonly layout: ParameterLayout;
  /** Parameters of all replicas. */
  readonly parameters: GpuArray;
  /** Seed and number of the random stream of each replica. */
  readonly streams: GpuArray;
}

/**
 * Binds the drawing of all parameters.
 *
 * @param gpu Device.
 * @param options What is drawn.
 * @returns A command for each layer.
 */
export async function bindInitialize(
  gpu: Gpu,
  { initializer, layout, parameters, streams }: InitializeOptions,
): Promise<Dispatch[]> {
  const kernel = await gpu.kernel(
    { name: "initialize", files: [elementarySource, philoxSource, initializeSource] },
    { DISTRIBUTION: initializer.distribution === "normal" ? 1 : 0 },
  );
  return [...layout.layers, ...layout.encoders].map(
    ({ inputs, outputs, inputStride, outputStride, weights }, index) => {
      const shape = gpuStruct(
        gpu,
        "initialize shape",
        ["u32", inputs, outputs, 4 * outputStride, 4 * weights, 4 * layout.size, index],
        ["f32", initializer.scale(inputs, outputs), initializer.biasScale(inputs)],
      );
      const entries = (4 * inputStride + 1) * 4 * outputStride;
      return kernel.bind([shape, parameters, streams], [Math.ceil(entries / 64), 1, streams.length / 2]);
    },
  );
}
