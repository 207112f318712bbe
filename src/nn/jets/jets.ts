/**
 * Jets: samples that carry derivatives along directions in the space of inputs through a network,
 * for the residual of a differential equation.
 *
 * The jet of a sample is its value, its d first derivatives ∂/∂x_i and its d second derivatives
 * ∂²/∂x_i²: 1 + 2d rows; 1 + 3d with the third derivatives. Rows lie component by component: the
 * values of all samples, then their ∂/∂x_1, and so on. Each row goes through the same dense layers,
 * and the bias is added to the values alone. Only an activation mixes the rows of a sample. Code
 * that works on features works on the first rows of a layer.
 *
 * @module
 */
import { GpuArray } from "../../gpu/array.ts";
import { Commands } from "../../gpu/commands.ts";
import type { Gpu } from "../../gpu/device.ts";
import type { DirectionalEquation, JetOrder } from "./directions.ts";
import type { DenseOperands } from "../layers/dense.ts";
import type { SampleArrays } from "../samples.ts";

/** Shapes that a hidden layer is evaluated with: `rows` is the number of samples. */
export interface JetOperands extends Omit<DenseOperands, "biased"> {
  /** Directions along which derivatives are carried, from 1. */
  readonly axes: number;
  /** Highest order of derivatives. Default: 2. */
  readonly order?: JetOrder | undefined;
}

/**
 * Counts the components of a jet.
 *
 * @param axes Directions along which derivatives are carried; 0 for none.
 * @param order Highest order of derivatives. Default: 2.
 * @returns 1 + order · axes.
 */
export function jetComponents(axes: number, order: JetOrder = 2): number {
  return 1 + order * axes;
}

/**
 * Counts the rows that the backward pass needs of a hidden layer, for each sample.
 *
 * @param axes Directions along which derivatives are carried; 0 for none.
 * @param order Highest order of derivatives. Default: 2.
 * @returns One, the slope; with derivatives also the others that `shaders/nn/jets/jet_forward.wgsl`
 * keeps.
 */
export function tangentRows(axes: number, order: JetOrder = 2): number {
  return axes === 0 ? 1 : order + jetComponents(axes, order);
}

/**
 * Makes jets of samples: their first derivative along a direction is that vector, and their higher
 * derivatives are 0.
 *
 * @param gpu Device.
 * @param samples Samples, shared by the replicas.
 * @param along Directions, and the order of derivatives.
 * @param stack Owner of the arrays.
 * @returns The same samples, with derivatives.
 * @throws {ShapeError} If the adapter has no room for them.
 */
export function jetSamples(
  gpu: Gpu,
  samples: SampleArrays,
  { directions, order }: Pick<DirectionalEquation, "directions" | "order">,
  stack: DisposableStack,
): SampleArrays {
  const { count, x } = samples;
  const axes = directions.length;
  const words = 4 * count * x.stride;
  const jets = new Float32Array(jetComponents(axes, order) * words);
  for (const [axis, direction] of directions.entries()) {
    for (let k = 0; k < count; k++) jets.set(direction, (1 + axis) * words + 4 * k * x.stride);
  }
  const array = stack.use(new GpuArray(gpu, "jets of the inputs", jets));
  const commands = new Commands(gpu);
  commands.copy(x.array, 0, array, 0, words);
  commands.submit();
  return { ...samples, x: { array, stride: x.stride, batch: 0 }, axes, order };
}
