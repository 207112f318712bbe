/**
 * A hidden layer forward, on jets.
 *
 * @module
 */
import type { GpuArray } from "../../gpu/array.ts";
import type { Dispatch } from "../../gpu/kernel.ts";
import { gpuStruct } from "../../gpu/struct.ts";
import type { MatrixView } from "../../linalg/matrix_view.ts";
import { tileWorkgroups } from "../../linalg/products/gemm.ts";
import { activationFiles } from "../activation.ts";
import type { ParameterArray } from "../layers/dense.ts";
import { activatedConstants, type SkippedActivation } from "../layers/dense_forward.ts";
import type { JetOperands } from "./jets.ts";
import forwardSource from "../../../shaders/nn/jets/jet_forward.wgsl" with { type: "text" };
import tileSource from "../../../shaders/linalg/include/tile.wgsl" with { type: "text" };

/** Arrays of a layer's forward pass on jets. */
export interface JetForward extends SkippedActivation {
  /** Jets X. */
  readonly input: MatrixView;
  /** W and b. */
  readonly parameters: ParameterArray;
  /** Jets H. */
  readonly output: MatrixView;
  /** What `bindJetBackward` needs: `tangentRows` rows a sample. */
  readonly tangents: GpuArray;
}

/**
 * Binds H = σ(X W + 1 bᵀ), joined with X for a skip connection, with its derivatives.
 *
 * @param operands Shapes.
 * @param arrays What is read and written.
 * @returns The command.
 */
export async function bindJetForward(
  { gpu, layer, rows, replicas, axes, order = 2 }: JetOperands,
  { input, parameters, output, tangents, ...activated }: JetForward,
): Promise<Dispatch> {
  const kernel = await gpu.kernel(
    { name: "jet_forward", files: [...activationFiles, tileSource, forwardSource] },
    { ...activatedConstants(activated), AXES: axes, ORDER: order },
  );
  const shape = gpuStruct(
    gpu,
    "jet_forward shape",
    ["u32", rows, layer.inputs, layer.outputs, input.stride, input.batch],
    ["u32", layer.weights, layer.bias, parameters.batch, output.stride, output.batch, layer.alpha ?? 0],
  );
  return kernel.bind(
    [shape, input.array, parameters.array, output.array, tangents, activated.difference],
    [tileWorkgroups(rows, layer.outputs), 1, replicas],
  );
}
