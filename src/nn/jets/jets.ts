/**
 * Jets: samples that carry derivatives along the axes of the input through a network, for the residual of a differential
 * equation.
 *
 * The jet of a sample is its value, its d first derivatives ∂/∂x_i and its d second ones ∂²/∂x_i²: 1 + 2d rows, component-major:
 * the values of all samples, then their ∂/∂x_1, and so on. Each row goes through the same dense layers, the bias on the
 * values alone; only an activation mixes the rows of a sample. What works on features works on the first rows of a layer.
 *
 * @module
 */
import { GpuArray } from "../../gpu/array.ts";
import { Commands } from "../../gpu/commands.ts";
import type { Gpu } from "../../gpu/device.ts";
import type { Dispatch } from "../../gpu/kernel.ts";
import { gpuStruct } from "../../gpu/struct.ts";
import { tileWorkgroups } from "../../linalg/products/gemm.ts";
import type { MatrixView } from "../../linalg/matrix_view.ts";
import { type Activation, activationFiles } from "../activation.ts";
import type { DenseOperands, ParameterArray } from "../layers/dense.ts";
import type { SampleArrays } from "../samples.ts";
import activationJetSource from "../../../shaders/nn/include/activation_jet.wgsl" with { type: "text" };
import backwardSource from "../../../shaders/nn/jets/jet_backward.wgsl" with { type: "text" };
import forwardSource from "../../../shaders/nn/jets/jet_forward.wgsl" with { type: "text" };
import tileSource from "../../../shaders/linalg/include/tile.wgsl" with { type: "text" };

/**
 * Number of components of a jet.
 *
 * @param axes Axes along which derivatives are carried; 0 for none.
 * @returns 1 + 2 axes.
 */
export function jetComponents(axes: number): number {
  return 1 + 2 * axes;
}

/**
 * Number of rows that the backward pass needs of a hidden layer, for each sample.
 *
 * @param axes Axes along which derivatives are carried; 0 for none.
 * @returns One, the slope; with derivatives that and what else `shaders/nn/jets/jet_forward.wgsl` keeps.
 */
export function tangentRows(axes: number): number {
  return axes === 0 ? 1 : 3 + 2 * axes;
}

/**
 * Makes jets of samples: along axis i their first derivative is the i-th unit vector, their second one 0.
 *
 * @param gpu Device.
 * @param samples Samples, shared by the replicas.
 * @param axes Dimension of the input.
 * @param stack Owner of the arrays.
 * @returns The same samples, with derivatives.
 * @throws {ShapeError} Where the adapter has no room for them.
 */
export function jetSamples(
  gpu: Gpu,
  samples: SampleArrays,
  axes: number,
  stack: DisposableStack,
): SampleArrays {
  const { count, x } = samples;
  const words = 4 * count * x.stride;
  const jets = new Float32Array(jetComponents(axes) * words);
  for (let axis = 0; axis < axes; axis++) {
    for (let k = 0; k < count; k++) jets[(1 + axis) * words + 4 * k * x.stride + axis] = 1;
  }
  const array = stack.use(new GpuArray(gpu, "jets of the inputs", jets));
  const commands = new Commands(gpu);
  commands.copy(x.array, 0, array, 0, words);
  commands.submit();
  return { ...samples, x: { array, stride: x.stride, batch: 0 }, axes };
}

/** What a hidden layer is evaluated on: its operands, with `rows` the number of samples, and their axes. */
export interface JetOperands extends Omit<DenseOperands, "biased"> {
  /** Axes along which derivatives are carried, from 1. */
  readonly axes: number;
}

/**
 * H = σ(X W + 1 bᵀ) with its derivatives.
 *
 * @param operands Shapes.
 * @param input Jets X.
 * @param parameters W and b.
 * @param output Jets H.
 * @param activation σ.
 * @param tangents What {@linkcode bindJetBackward} needs: {@linkcode tangentRows} rows a sample.
 * @returns The command.
 */
export async function bindJetForward(
  { gpu, layer, rows, replicas, axes }: JetOperands,
  input: MatrixView,
  parameters: ParameterArray,
  output: MatrixView,
  activation: Activation,
  tangents: GpuArray,
): Promise<Dispatch> {
  const kernel = await gpu.kernel(
    { name: "jet_forward", files: [...activationFiles, activationJetSource, tileSource, forwardSource] },
    { ACTIVATION: activation.kind, ACTIVATION_PARAMETER: activation.parameter, AXES: axes },
  );
  const shape = gpuStruct(
    gpu,
    "jet_forward shape",
    ["u32", rows, layer.inputs, layer.outputs, input.stride, input.batch],
    ["u32", layer.weights, layer.bias, parameters.batch, output.stride, output.batch],
  );
  return kernel.bind(
    [shape, input.array, parameters.array, output.array, tangents],
    [tileWorkgroups(rows, layer.outputs), 1, replicas],
  );
}

/**
 * Δ′: the error of the layer below, from Δ Wᵀ and the tangents that its forward pass kept.
 *
 * @param operands Shapes.
 * @param error Δ, on all components.
 * @param parameters W.
 * @param tangents Tangents of the layer below.
 * @param errorBelow Δ′, on all components.
 * @returns The command.
 */
export async function bindJetBackward(
  { gpu, layer, rows, replicas, axes }: JetOperands,
  error: MatrixView,
  parameters: ParameterArray,
  tangents: GpuArray,
  errorBelow: MatrixView,
): Promise<Dispatch> {
  const kernel = await gpu.kernel({ name: "jet_backward", files: [tileSource, backwardSource] }, {
    AXES: axes,
  });
  const shape = gpuStruct(
    gpu,
    "jet_backward shape",
    ["u32", rows, layer.inputs, layer.outputs, errorBelow.stride, errorBelow.batch],
    ["u32", layer.weights, parameters.batch, error.stride, error.batch],
  );
  return kernel.bind(
    [shape, error.array, parameters.array, tangents, errorBelow.array],
    [tileWorkgroups(rows, layer.inputs), 1, replicas],
  );
}
