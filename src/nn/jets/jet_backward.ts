/**
 * A hidden layer backward, on jets.
 *
 * @module
 */
import type { Dispatch } from "../../gpu/kernel.ts";
import { gpuStruct } from "../../gpu/struct.ts";
import { tileWorkgroups } from "../../linalg/products/gemm.ts";
import { carriedConstants, type DenseBackward } from "../layers/dense_backward.ts";
import type { JetOperands } from "./jets.ts";
import adjointSource from "../../../shaders/nn/include/jet_adjoint.wgsl" with { type: "text" };
import carriedSource from "../../../shaders/nn/include/carried_gradient.wgsl" with { type: "text" };
import backwardSource from "../../../shaders/nn/jets/jet_backward.wgsl" with { type: "text" };
import tileSource from "../../../shaders/linalg/include/tile.wgsl" with { type: "text" };

/**
 * Binds Δ′ of the layer below, from Δ Wᵀ and the tangents that its forward pass kept.
 *
 * @param operands Shapes.
 * @param arrays What is read and written: Δ and Δ′ on all components.
 * @returns The command.
 */
export async function bindJetBackward(
  { gpu, layer, rows, replicas, axes, order = 2 }: JetOperands,
  { delta, parameters, slopes, deltaBelow, carried }: DenseBackward,
): Promise<Dispatch> {
  const source = { name: "jet_backward", files: [tileSource, adjointSource, carriedSource, backwardSource] };
  const kernel = await gpu.kernel(source, { AXES: axes, ORDER: order, ...carriedConstants(carried) });
  const shape = gpuStruct(
    gpu,
    "jet_backward shape",
    ["u32", rows, layer.inputs, layer.outputs, deltaBelow.stride, deltaBelow.batch],
    ["u32", layer.weights, parameters.batch, delta.stride, delta.batch, layer.alpha ?? 0],
  );
  return kernel.bind(
    [shape, delta.array, parameters.array, slopes, deltaBelow.array, carried?.array ?? null],
    [tileWorkgroups(rows, layer.inputs), 1, replicas],
  );
}
