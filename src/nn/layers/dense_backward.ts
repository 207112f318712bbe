/**
 * A dense layer backward.
 *
 * @module
 */
import type { GpuArray } from "../../gpu/array.ts";
import type { Dispatch, OverrideConstants } from "../../gpu/kernel.ts";
import { gpuStruct } from "../../gpu/struct.ts";
import type { MatrixView } from "../../linalg/matrix_view.ts";
import { tileWorkgroups } from "../../linalg/products/gemm.ts";
import type { Skip } from "../layout.ts";
import type { DenseOperands, ParameterArray } from "./dense.ts";
import carriedSource from "../../../shaders/nn/include/carried_gradient.wgsl" with { type: "text" };
import backwardSource from "../../../shaders/nn/layers/dense_backward.wgsl" with { type: "text" };
import tileSource from "../../../shaders/linalg/include/tile.wgsl" with { type: "text" };

/** The gradient that skip connections carry past layers. */
export interface CarriedGradient {
  /** Gradient of the loss with respect to the layer's features, in the shape of Δ′. */
  readonly array: GpuArray;
  /** Skip connection of the layer, which adds it, or its share, to the one of the layer below. */
  readonly adds: Skip;
  /** Whether the layer below has one: then its gradient takes the place. */
  readonly keeps: boolean;
}

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
  /** What skip connections carry; `null` where neither layer has one. */
  readonly carried: CarriedGradient | null;
}

/**
 * Lists the constants that tell a kernel what skip connections carry.
 *
 * @param carried What they carry; `null` for nothing.
 * @returns The constants.
 */
export function carriedConstants(carried: CarriedGradient | null): OverrideConstants {
  const adds = carried?.adds ?? false;
  return { ADDS: adds === "adaptive" ? 2 : Number(adds), KEEPS: carried?.keeps ?? false };
}

/**
 * Binds Δ′ = (Δ Wᵀ) ⊙ D: the gradient of the loss with respect to the preactivations of the layer
 * below. What a skip connection carries is added to Δ Wᵀ.
 *
 * @param operands Shapes.
 * @param arrays What is read and written.
 * @returns The command.
 */
export async function bindDenseBackward(
  { gpu, layer, rows, replicas }: DenseOperands,
  { delta, parameters, slopes, deltaBelow, carried }: DenseBackward,
): Promise<Dispatch> {
  const source = { name: "dense_backward", files: [tileSource, carriedSource, backwardSource] };
  const kernel = await gpu.kernel(source, carriedConstants(carried));
  const shape = gpuStruct(
    gpu,
    "dense_backward shape",
    ["u32", rows, layer.inputs, layer.outputs, deltaBelow.stride, deltaBelow.batch],
    ["u32", layer.weights, parameters.batch, delta.stride, delta.batch, layer.alpha ?? 0],
  );
  return kernel.bind(
    [shape, delta.array, parameters.array, slopes, deltaBelow.array, carried?.array ?? null],
    [tileWorkgroups(rows, layer.inputs), 1, replicas],
  );
}
