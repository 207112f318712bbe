/**
 * A dense layer backward.
 *
 * @module
 */
import type { GpuArray } from "../../gpu/array.ts";
import type { Dispatch } from "../../gpu/kernel.ts";
import { gpuStruct } from "../../gpu/struct.ts";
import type { MatrixView } from "../../linalg/matrix_view.ts";
import { tileWorkgroups } from "../../linalg/products/gemm.ts";
import type { DenseOperands, ParameterArray } from "./dense.ts";
import backwardSource from "../../../shaders/nn/layers/dense_backward.wgsl" with { type: "text" };
import tileSource from "../../../shaders/linalg/include/tile.wgsl" with { type: "text" };

/** Arrays of a layer's backward pass. */
export interface DenseBackward {
  /** Δ of the layer. */
  readonly delta: MatrixView;
  /** W. */
  readonly parameters: ParameterArray;
  /** D of the layer below; of jets, the tangents that its forward pass kept. */
  readonly slopes: GpuArray;
  /** Δ′ of the layer below. */
  readonly deltaBelow: MatrixView;
}

/**
 * Binds Δ′ = (Δ Wᵀ) ⊙ D: the gradient of the loss with respect to the preactivations of the layer
 * below.
 *
 * @param operands Shapes.
 * @param arrays What is read and written.
 * @returns The command.
 */
export async function bindDenseBackward(
  { gpu, layer, rows, replicas }: DenseOperands,
  { delta, parameters, slopes, deltaBelow }: DenseBackward,
): Promise<Dispatch> {
  const kernel = await gpu.kernel({ name: "dense_backward", files: [tileSource, backwardSource] });
  const shape = gpuStruct(
    gpu,
    "dense_backward shape",
    ["u32", rows, layer.inputs, layer.outputs, deltaBelow.stride, deltaBelow.batch],
    ["u32", layer.weights, parameters.batch, delta.stride, delta.batch],
  );
  return kernel.bind(
    [shape, delta.array, parameters.array, slopes, deltaBelow.array],
    [tileWorkgroups(rows, layer.inputs), 1, replicas],
  );
}
