/**
 * Jets: samples that carry derivatives along the axes of the input through a network, for the
 * residual of a differential equation.
 *
 * The jet of a sample is its value, its d first derivatives ∂/∂x_i and its d second derivatives
 * ∂²/∂x_i²: 1 + 2d rows. Rows lie component by component: the values of all samples, then their
 * ∂/∂x_1, and so on. Each row goes through the same dense layers, and the bias is added to the
 * values alone. Only an activation mixes the rows of a sample. Code that works on features works on
 * the first rows of a layer.
 *
 * @module
 */
import { GpuArray } from "../../gpu/array.ts";
import { Commands } from "../../gpu/commands.ts";
import type { Gpu } from "../../gpu/device.ts";
import type { DenseOperands } from "../layers/dense.ts";
import type { SampleArrays } from "../samples.ts";

/** Shapes that a hidden layer is evaluated with: `rows` is the number of samples. */
export interface JetOperands extends Omit<DenseOperands, "biased"> {
  /** Axes along which derivatives are carried, from 1. */
  readonly axes: number;
}

/**
 * Counts the components of a jet.
 *
 * @param axes Axes along which derivatives are carried; 0 for none.
 * @returns 1 + 2 axes.
 */
export function jetComponents(axes: number): number {
  return 1 + 2 * axes;
}

/**
 * Counts the rows that the backward pass needs of a hidden layer, for each sample.
 *
 * @param axes Axes along which derivatives are carried; 0 for none.
 * @returns One, the slope; with derivatives also the others that `shaders/nn/jets/jet_forward.wgsl`
 * keeps.
 */
export function tangentRows(axes: number): number {
  return axes === 0 ? 1 : 3 + 2 * axes;
}

/**
 * Makes jets of samples: along axis i their first derivative is the i-th unit vector, and their
 * second derivative is 0.
 *
 * @param gpu Device.
 * @param samples Samples, shared by the replicas.
 * @param axes Dimension of the input.
 * @param stack Owner of the arrays.
 * @returns The same samples, with derivatives.
 * @throws {ShapeError} If the adapter has no room for them.
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
