/**
 * Gradient of a dense layer's parameters.
 *
 * @module
 */
import type { Dispatch } from "../../gpu/kernel.ts";
import { gpuStruct } from "../../gpu/struct.ts";
import type { MatrixView } from "../../linalg/matrix_view.ts";
import { tileWorkgroups } from "../../linalg/products/gemm.ts";
import type { DenseOperands, ParameterArray } from "./dense.ts";
import gradientSource from "../../../shaders/nn/layers/dense_gradient.wgsl" with { type: "text" };
import tileSource from "../../../shaders/linalg/include/tile.wgsl" with { type: "text" };

/** How the samples of a gradient are cut into slices that are summed apart. */
export interface GradientSlices {
  /** Samples a slice. */
  readonly slice: number;
  /** Number of slices. */
  readonly slices: number;
}

/** Samples whose gradient is summed in one go, and the most slices that a gradient is cut into. */
const SLICE = 256, MOST_SLICES = 64;

/**
 * Cuts the samples of a gradient into slices.
 *
 * @param count Number of samples.
 * @returns Slices of 256 samples, longer where there would be more than 64.
 */
export function gradientSlices(count: number): GradientSlices {
  const slice = Math.max(SLICE, Math.ceil(count / MOST_SLICES));
  return { slice, slices: Math.ceil(count / slice) };
}

/** Arrays of a layer's gradient. */
export interface DenseGradient {
  /** X. */
  readonly input: MatrixView;
  /** Δ. */
  readonly delta: MatrixView;
  /** Result, laid out as the parameters, `cut.slices` for each replica. */
  readonly gradients: ParameterArray;
  /** How the samples are cut. */
  readonly cut: GradientSlices;
}

/**
 * Binds the gradient of W and b, slice by slice: [X 1]ᵀ Δ.
 *
 * @param operands Shapes.
 * @param arrays What is read and written.
 * @returns The command.
 */
export async function bindDenseGradient(
  { gpu, layer, rows, biased = rows, replicas }: DenseOperands,
  { input, delta, gradients, cut }: DenseGradient,
): Promise<Dispatch> {
  const kernel = await gpu.kernel({ name: "dense_gradient", files: [tileSource, gradientSource] });
  const shape = gpuStruct(
    gpu,
    "dense_gradient shape",
    ["u32", rows, layer.inputs, layer.outputs, input.stride, input.batch],
    ["u32", layer.weights, gradients.batch, delta.stride, delta.batch, cut.slice, cut.slices, biased],
  );
  return kernel.bind(
    [shape, input.array, delta.array, gradients.array],
    [tileWorkgroups(4 * layer.inputStride + 1, layer.outputs), 1, replicas * cut.slices],
  );
}
