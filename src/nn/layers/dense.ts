/**
 * Dense layers: forward, backward, gradient.
 *
 * @module
 */
import type { GpuArray } from "../../gpu/array.ts";
import type { Gpu } from "../../gpu/device.ts";
import type { Dispatch } from "../../gpu/kernel.ts";
import { gpuStruct } from "../../gpu/struct.ts";
import { tileWorkgroups } from "../../linalg/products/gemm.ts";
import type { MatrixView } from "../../linalg/matrix_view.ts";
import { type Activation, activationFiles } from "../activation.ts";
import type { LayerLayout } from "../layout.ts";
import backwardSource from "../../../shaders/nn/layers/dense_backward.wgsl" with { type: "text" };
import forwardSource from "../../../shaders/nn/layers/dense_forward.wgsl" with { type: "text" };
import gradientSource from "../../../shaders/nn/layers/dense_gradient.wgsl" with { type: "text" };
import tileSource from "../../../shaders/linalg/include/tile.wgsl" with { type: "text" };

/** Parameters of all replicas, or arrays of the same layout. */
export interface ParameterArray {
  /** The array. */
  readonly array: GpuArray;
  /** Vectors of four a replica. */
  readonly batch: number;
}

/** What a layer is evaluated on. */
export interface DenseOperands {
  /** Device. */
  readonly gpu: Gpu;
  /** Shape of the layer. */
  readonly layer: LayerLayout;
  /** Samples a replica; or, of jets, all their components. */
  readonly rows: number;
  /** How many of the rows, the first, are values and have the bias; the others are derivatives. Default: all. */
  readonly biased?: number;
  /** Number of replicas. */
  readonly replicas: number;
}

/**
 * H = σ(X W + 1 bᵀ) and D = σ′, or without activation H alone.
 *
 * @param operands Shapes.
 * @param input X.
 * @param parameters W and b.
 * @param output H.
 * @param activated Activation and D; `null` for a linear layer.
 * @returns The command.
 */
export async function bindDenseForward(
  { gpu, layer, rows, biased = rows, replicas }: DenseOperands,
  input: MatrixView,
  parameters: ParameterArray,
  output: MatrixView,
  activated: { readonly activation: Activation; readonly derivative: GpuArray } | null,
): Promise<Dispatch> {
  const source = {
    name: "dense_forward",
    files: [...activationFiles, tileSource, forwardSource],
    entryPoint: activated ? "activated" : "linear",
  };
  const kernel = await gpu.kernel(
    source,
    activated
      ? { ACTIVATION: activated.activation.kind, ACTIVATION_PARAMETER: activated.activation.parameter }
      : {},
  );
  const shape = gpuStruct(
    gpu,
    "dense_forward shape",
    ["u32", rows, layer.inputs, layer.outputs, input.stride, input.batch],
    ["u32", layer.weights, layer.bias, parameters.batch, output.stride, output.batch, biased],
  );
  const arrays = [shape, input.array, parameters.array, output.array];
  if (activated) arrays.push(activated.derivative);
  return kernel.bind(arrays, [tileWorkgroups(rows, layer.outputs), 1, replicas]);
}

/**
 * Δ′ = (Δ Wᵀ) ⊙ D: the error of the layer below.
 *
 * @param operands Shapes.
 * @param error Δ.
 * @param parameters W.
 * @param derivative D of the layer below.
 * @param errorBelow Δ′.
 * @returns The command.
 */
export async function bindDenseBackward(
  { gpu, layer, rows, replicas }: DenseOperands,
  error: MatrixView,
  parameters: ParameterArray,
  derivative: GpuArray,
  errorBelow: MatrixView,
): Promise<Dispatch> {
  const kernel = await gpu.kernel({ name: "dense_backward", files: [tileSource, backwardSource] });
  const shape = gpuStruct(
    gpu,
    "dense_backward shape",
    ["u32", rows, layer.inputs, layer.outputs, errorBelow.stride, errorBelow.batch],
    ["u32", layer.weights, parameters.batch, error.stride, error.batch],
  );
  return kernel.bind(
    [shape, error.array, parameters.array, derivative, errorBelow.array],
    [tileWorkgroups(rows, layer.inputs), 1, replicas],
  );
}

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
 * How a gradient over some samples is cut.
 *
 * @param count Number of samples.
 * @returns Slices of 256 samples, longer where there would be more than 64.
 */
export function gradientSlices(count: number): GradientSlices {
  const slice = Math.max(SLICE, Math.ceil(count / MOST_SLICES));
  return { slice, slices: Math.ceil(count / slice) };
}

/**
 * Gradient of W and b, slice by slice: [X 1]ᵀ Δ.
 *
 * @param operands Shapes.
 * @param input X.
 * @param error Δ.
 * @param gradients Result, laid out as the parameters, `slices` for each replica.
 * @param cut How the samples are cut.
 * @returns The command.
 */
export async function bindDenseGradient(
  { gpu, layer, rows, biased = rows, replicas }: DenseOperands,
  input: MatrixView,
  error: MatrixView,
  gradients: ParameterArray,
  cut: GradientSlices,
): Promise<Dispatch> {
  const kernel = await gpu.kernel({ name: "dense_gradient", files: [tileSource, gradientSource] });
  const shape = gpuStruct(
    gpu,
    "dense_gradient shape",
    ["u32", rows, layer.inputs, layer.outputs, input.stride, input.batch],
    ["u32", layer.weights, gradients.batch, error.stride, error.batch, cut.slice, cut.slices, biased],
  );
  return kernel.bind(
    [shape, input.array, error.array, gradients.array],
    [tileWorkgroups(4 * layer.inputStride + 1, layer.outputs), 1, replicas * cut.slices],
  );
}
