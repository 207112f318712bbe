/**
 * Loss of a network that is to solve a differential equation: the mean square of the residual.
 *
 * @module
 */
import { GpuArray } from "../../gpu/array.ts";
import type { Gpu } from "../../gpu/device.ts";
import { gpuStruct, type StructFields } from "../../gpu/struct.ts";
import type { MatrixView } from "../../linalg/matrix_view.ts";
import { type Loss, ROWS_PER_WORKGROUP } from "./loss.ts";
import type { SampleArrays } from "../samples.ts";
import residualSource from "../../../shaders/nn/loss/residual.wgsl" with { type: "text" };

/** Coefficients of a differential operator; their terms stand in `shaders/nn/loss/residual.wgsl`. */
export interface OperatorCoefficients {
  /** Of ∂²u/∂x_i², one for each axis. */
  readonly second: readonly number[];
  /** Of ∂u/∂x_i, one for each axis. */
  readonly first: readonly number[];
  /** Of u. */
  readonly value: number;
  /** Of u³. */
  readonly cube: number;
  /** Of u ∂u/∂x_1. */
  readonly advection: number;
}

/** What is to hold at some of the samples; those of several conditions follow in order. */
export interface ResidualCondition {
  /** The operator that is to give the target. */
  readonly operator: OperatorCoefficients;
  /** Number of samples at which it is to. */
  readonly count: number;
}

/**
 * Binds the loss Σ w r² between the jets of an output and the right-hand sides at the samples.
 *
 * @param gpu Device.
 * @param conditions What is to hold, at as many samples as there are.
 * @param samples Right-hand sides and weights, shared by the replicas; with axes.
 * @param output Jets of the network's output, which is one number.
 * @param replicas Number of replicas.
 * @param stack Owner of the arrays.
 * @returns The command and what it computes; the error is one of jets, too.
 */
export async function bindResidual(
  gpu: Gpu,
  conditions: readonly ResidualCondition[],
  { count, y, weights, axes = 0 }: SampleArrays,
  output: MatrixView,
  replicas: number,
  stack: DisposableStack,
): Promise<Loss> {
  const partialCount = Math.ceil(count / ROWS_PER_WORKGROUP);
  const error = { ...output, array: stack.use(new GpuArray(gpu, "output error", output.array.length)) };
  const partials = stack.use(new GpuArray(gpu, "partial losses", replicas * partialCount * 2));
  let end = 0;
  const table = conditions.flatMap(({ count, operator }): StructFields[] => {
    const { value, cube, advection, first, second } = operator;
    end += count;
    return [["u32", end], ["f32", value, cube, advection, ...first, ...second]];
  });
  const kernel = await gpu.kernel({ name: "residual", files: [residualSource] }, { AXES: axes });
  const shape = gpuStruct(gpu, "residual shape", ["u32", count, output.batch, partialCount]);
  const records = gpuStruct(gpu, "conditions", ...table);
  const dispatch = kernel.bind(
    [shape, records, output.array, y.array, weights, error.array, partials],
    [partialCount, 1, replicas],
  );
  return { dispatch, error, partials, partialCount };
}
