/**
 * A dense layer forward.
 *
 * @module
 */
import type { GpuArray } from "../../gpu/array.ts";
import type { Dispatch } from "../../gpu/kernel.ts";
import { gpuStruct } from "../../gpu/struct.ts";
import type { MatrixView } from "../../linalg/matrix_view.ts";
import { tileWorkgroups } from "../../linalg/products/gemm.ts";
import { type Activation, activationConstants, activationFiles } from "../activation.ts";
import type { DenseOperands, ParameterArray } from "./dense.ts";
import forwardSource from "../../../shaders/nn/layers/dense_forward.wgsl" with { type: "text" };
import tileSource from "../../../shaders/linalg/include/tile.wgsl" with { type: "text" };

/** Arrays of a layer's forward pass. */
export interface DenseForward {
  /** X. */
  readonly input: MatrixView;
  /** W and b. */
  readonly parameters: ParameterArray;
  /** H. */
  readonly output: MatrixView;
  /** Activation, D, and whether X is added to H; `null` for a linear layer. */
  readonly activated: {
    readonly activation: Activation;
    readonly slope: GpuArray;
    readonly skip: boolean;
  } | null;
}

/**
 * Binds H = σ(X W + 1 bᵀ), X added for a skip connection, and D = σ′; or without activation H
 * alone.
 *
 * @param operands Shapes.
 * @param arrays What is read and written.
 * @returns The command.
 */
export async function bindDenseForward(
  { gpu, layer, rows, biased = rows, replicas }: DenseOperands,
  { input, parameters, output, activated }: DenseForward,
): Promise<Dispatch> {
  const source = {
    name: "dense_forward",
    files: [...activationFiles, tileSource, forwardSource],
    entryPoint: activated ? "activated" : "linear",
  };
  const constants = activated ? { ...activationConstants(activated.activation), SKIP: activated.skip } : {};
  const kernel = await gpu.kernel(source, constants);
  const shape = gpuStruct(
    gpu,
    "dense_forward shape",
    ["u32", rows, layer.inputs, layer.outputs, input.stride, input.batch],
    ["u32", layer.weights, layer.bias, parameters.batch, output.stride, output.batch, biased],
  );
  const arrays = [shape, input.array, parameters.array, output.array];
  if (activated) arrays.push(activated.slope);
  return kernel.bind(arrays, [tileWorkgroups(rows, layer.outputs), 1, replicas]);
}
