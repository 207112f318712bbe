/**
 * Loss of a network that solves a differential equation: the mean square of the residual.
 *
 * @module
 */
import type { Gpu } from "../../gpu/device.ts";
import { gpuStruct, type StructFields } from "../../gpu/struct.ts";
import type { MatrixView } from "../../linalg/matrix_view.ts";
import { type Loss, lossArrays } from "./loss.ts";
import type { SampleArrays } from "../samples.ts";
import residualSource from "../../../shaders/nn/loss/residual.wgsl" with { type: "text" };

/**
 * Coefficients of a differential operator; their terms stand in `shaders/nn/loss/residual.wgsl`.
 */
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
  /**
   * Of ∂²u/∂x_i∂x_j with i < j, in the order (1, 2), (1, 3) …, (2, 3) …. Default: none. The kernel
   * has no such terms, see `jets/directions.ts`.
   */
  readonly mixed?: readonly number[];
  /** Of ∂³u/∂x_i³, one for each axis. Default: none. */
  readonly third?: readonly number[];
}

/** A condition on the solution at some samples. Samples of several conditions follow in order. */
export interface ResidualCondition {
  /** Operator whose value is to be the target. */
  readonly operator: OperatorCoefficients;
  /** Number of samples at which the condition holds. */
  readonly count: number;
}

/** Operands of the residuals. */
export interface ResidualOperands {
  /** Conditions along the directions of the jets, at as many samples as there are. */
  readonly conditions: readonly ResidualCondition[];
  /** Right-hand sides and weights, shared by the replicas; with axes. */
  readonly samples: SampleArrays;
  /** Jets of the network's output, which is one number. */
  readonly output: MatrixView;
  /** Number of replicas. */
  readonly replicas: number;
}

/**
 * Binds the loss Σ w r² between the jets of an output and the right-hand sides at the samples.
 *
 * @param gpu Device.
 * @param operands Conditions, samples and output.
 * @param stack Owner of the arrays.
 * @returns The command and what it computes; the gradient is one of jets, like the output.
 */
export async function bindResidual(
  gpu: Gpu,
  { conditions, samples, output, replicas }: ResidualOperands,
  stack: DisposableStack,
): Promise<Loss> {
  const { count, y, weights, axes = 0, order = 2 } = samples;
  const arrays = lossArrays(gpu, { output, count, replicas }, stack);
  const { delta, partials, partialCount } = arrays;
  let end = 0;
  const table = conditions.flatMap(({ count, operator }): StructFields[] => {
    const { value, cube, advection, first, second, third = new Array<number>(axes).fill(0) } = operator;
    end += count;
    return [["u32", end], ["f32", value, cube, advection, ...first, ...second, ...(order > 2 ? third : [])]];
  });
  const kernel = await gpu.kernel({ name: "residual", files: [residualSource] }, {
    AXES: axes,
    ORDER: order,
  });
  const shape = gpuStruct(gpu, "residual shape", ["u32", count, output.batch, partialCount]);
  const records = gpuStruct(gpu, "conditions", ...table);
  const dispatch = kernel.bind(
    [shape, records, output.array, y.array, weights, delta.array, partials],
    [partialCount, 1, replicas],
  );
  return { dispatch, ...arrays };
}
