/**
 * Gradient of the weight of an adaptive skip connection.
 *
 * @module
 */
import type { GpuArray } from "../../gpu/array.ts";
import type { Dispatch } from "../../gpu/kernel.ts";
import { gpuStruct } from "../../gpu/struct.ts";
import type { MatrixView } from "../../linalg/matrix_view.ts";
import type { DenseOperands, ParameterArray } from "./dense.ts";
import type { GradientSlices } from "./dense_gradient.ts";
import skipGradientSource from "../../../shaders/nn/layers/skip_gradient.wgsl" with { type: "text" };
import sumSource from "../../../shaders/nn/include/workgroup_sum.wgsl" with { type: "text" };

/** Arrays of the gradient of α. */
export interface SkipGradient {
  /** G, the gradient with respect to the layer's features. */
  readonly byFeatures: MatrixView;
  /** S = σ − X, in the shape of G. */
  readonly difference: GpuArray;
  /** Result, laid out as the parameters, `cut.slices` for each replica. */
  readonly gradients: ParameterArray;
  /** How the samples are cut. */
  readonly cut: GradientSlices;
}

/**
 * Binds the gradient of α, slice by slice: Σ G ⊙ S.
 *
 * @param operands Shapes; the layer has an α.
 * @param arrays What is read and written.
 * @returns The command.
 */
export async function bindSkipGradient(
  { gpu, layer, rows, replicas }: DenseOperands,
  { byFeatures, difference, gradients, cut: { slice, slices } }: SkipGradient,
): Promise<Dispatch> {
  const kernel = await gpu.kernel({ name: "skip_gradient", files: [sumSource, skipGradientSource] });
  const shape = gpuStruct(
    gpu,
    "skip_gradient shape",
    ["u32", rows, byFeatures.stride, byFeatures.batch, layer.alpha!, gradients.batch, slice, slices],
  );
  return kernel.bind([shape, byFeatures.array, difference, gradients.array], [slices, 1, replicas]);
}
