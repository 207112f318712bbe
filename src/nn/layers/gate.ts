/**
 * Gates between two encoders of the input.
 *
 * @module
 */
import type { GpuArray } from "../../gpu/array.ts";
import type { Gpu } from "../../gpu/device.ts";
import type { Dispatch } from "../../gpu/kernel.ts";
import { gpuStruct } from "../../gpu/struct.ts";
import type { MatrixView } from "../../linalg/matrix_view.ts";
import type { JetOrder } from "../jets/directions.ts";
import adjointSource from "../../../shaders/nn/include/jet_adjoint.wgsl" with { type: "text" };
import gateBackwardSource from "../../../shaders/nn/layers/gate_backward.wgsl" with { type: "text" };
import gateSource from "../../../shaders/nn/layers/gate.wgsl" with { type: "text" };

/** An encoder of the input, evaluated. */
export interface Encoder {
  /** Its values, in the shape of the features of gated layers. */
  readonly values: MatrixView;
  /** Its slopes or tangents. */
  readonly slope: GpuArray;
}

/** Both encoders of the input. */
export interface Encoders {
  /** Where gates are 1. */
  readonly u: Encoder;
  /** Where gates are 0. */
  readonly v: Encoder;
}

/** Shapes that gates are evaluated with. */
export interface GateOperands {
  /** Device. */
  readonly gpu: Gpu;
  /** Samples. */
  readonly rows: number;
  /** Directions along which derivatives are carried; 0 for none. */
  readonly axes: number;
  /** Highest order of derivatives. Default: 2. */
  readonly order?: JetOrder | undefined;
  /** Number of replicas. */
  readonly replicas: number;
}

/** Arrays of a gated layer. */
export interface Gate {
  /** S = σ(Z). */
  readonly gate: GpuArray;
  /** The encoders. */
  readonly encoders: Encoders;
  /** H. */
  readonly output: MatrixView;
}

function shapeOf({ gpu, rows, replicas }: GateOperands, { stride, batch }: MatrixView) {
  const shape = gpuStruct(gpu, "gate shape", ["u32", rows * stride, batch]);
  return { shape, grid: [Math.ceil(rows * stride / 64), 1, replicas] as const };
}

/**
 * Binds H = V + S ⊙ (U − V), with its derivatives.
 *
 * @param operands Shapes.
 * @param arrays What is read and written.
 * @returns The command.
 */
export async function bindGate(operands: GateOperands, { gate, encoders, output }: Gate): Promise<Dispatch> {
  const { gpu, axes, order = 2 } = operands, { shape, grid } = shapeOf(operands, output);
  const kernel = await gpu.kernel({ name: "gate", files: [gateSource] }, { AXES: axes, ORDER: order });
  return kernel.bind([shape, gate, encoders.u.values.array, encoders.v.values.array, output.array], grid);
}

/** Gradients of the loss with respect to the values of both encoders: sums over gated layers. */
export interface EncoderGradients {
  /** With respect to U. */
  readonly u: MatrixView;
  /** With respect to V. */
  readonly v: MatrixView;
}

/** Arrays of the backward pass of a gated layer. */
export interface GateBackward {
  /** G, the gradient with respect to the layer's features. */
  readonly byFeatures: GpuArray;
  /** S = σ(Z). */
  readonly gate: GpuArray;
  /** The encoders. */
  readonly encoders: Encoders;
  /** Slopes or tangents of the layer. */
  readonly slopes: GpuArray;
  /** Δ of the layer. */
  readonly delta: MatrixView;
  /** What the layer adds its share to. */
  readonly sums: EncoderGradients;
  /** Whether it adds, or begins the sums. */
  readonly adds: boolean;
}

/**
 * Binds Δ of a gated layer, and its share of the gradient with respect to the encoders.
 *
 * @param operands Shapes.
 * @param arrays What is read and written.
 * @returns The command.
 */
export async function bindGateBackward(operands: GateOperands, arrays: GateBackward): Promise<Dispatch> {
  const { gpu, axes, order = 2 } = operands, { delta, encoders, sums } = arrays;
  const { shape, grid } = shapeOf(operands, delta);
  const source = { name: "gate_backward", files: [adjointSource, gateBackwardSource] };
  const kernel = await gpu.kernel(source, { AXES: axes, ORDER: order, ADDS: arrays.adds });
  return kernel.bind([
    ...[shape, arrays.byFeatures, arrays.gate, encoders.u.values.array, encoders.v.values.array],
    ...[arrays.slopes, delta.array, sums.u.array, sums.v.array],
  ], grid);
}

/**
 * Binds the way of a finished sum through the activation of its encoder, in place: its deltas.
 *
 * @param operands Shapes.
 * @param sum The gradient with respect to the values of the encoder.
 * @param encoder The encoder.
 * @returns The command.
 */
export async function bindEncoderBackward(
  operands: GateOperands,
  sum: MatrixView,
  { slope }: Encoder,
): Promise<Dispatch> {
  const { gpu, axes, order = 2 } = operands, { shape, grid } = shapeOf(operands, sum);
  const kernel = await gpu.kernel({
    name: "gate_backward",
    files: [adjointSource, gateBackwardSource],
    entryPoint: "encoders",
  }, { AXES: axes, ORDER: order });
  return kernel.bind([shape, null, null, null, null, slope, sum.array], grid);
}
