/**
 * A dense layer forward.
 *
 * @module
 */
import type { GpuArray } from "../../gpu/array.ts";
import type { Dispatch, OverrideConstants } from "../../gpu/kernel.ts";
import { gpuStruct } from "../../gpu/struct.ts";
import type { MatrixView } from "../../linalg/matrix_view.ts";
import { tileWorkgroups } from "../../linalg/products/gemm.ts";
import { type Activation, activationConstants, activationFiles } from "../activation.ts";
import type { Skip } from "../layout.ts";
import type { DenseOperands, ParameterArray } from "./dense.ts";
import forwardSource from "../../../shaders/nn/layers/dense_forward.wgsl" with { type: "text" };
import tileSource from "../../../shaders/linalg/include/tile.wgsl" with { type: "text" };

/** Arrays of a layer's forward pass. */
export interface DenseForward {
  /** X. */
  readonly input: MatrixView;
  /** W and b. */
  readonly parameters: ParameterArray;
  /** H. */
  readonly output: MatrixView;
  /** Activation, D, and the skip connection; `null` for a linear layer. */
  readonly activated: SkippedActivation & { readonly slope: GpuArray } | null;
}

/** A layer's activation and what leads around it. */
export interface SkippedActivation {
  /** σ. */
  readonly activation: Activation;
  /** The skip connection. */
  readonly skip: Skip;
  /** S = σ − X of an adaptive one, in the shape of H; else `null`. */
  readonly difference: GpuArray | null;
}

/**
 * Lists the constants of a layer's activation and skip connection.
 *
 * @param activated Both.
 * @returns The constants.
 */
export function activatedConstants({ activation, skip }: SkippedActivation): OverrideConstants {
  return { ...activationConstants(activation), SKIP: skip === "adaptive" ? 2 : Number(skip) };
}

/**
 * Binds H = σ(X W + 1 bᵀ), joined with X for a skip connection, and D = ∂H/∂Z apart from it; or
 * without activation H alone.
 *
 * @param operands Shapes.
 * @param arrays What is read and written.
 * @returns The command.
 */
export async function bindDenseForward(
  { gpu, layer, rows, biased = rows, replicas }: DenseOperands,
  { input, parameters, output, activated }: DenseForward,
): Promise<Dispatch> {
  const source = {
    name: "dense_forward",
    files: [...activationFiles, tileSource, forwardSource],
    entryPoint: activated ? "activated" : "linear",
  };
  const kernel = await gpu.kernel(source, activated ? activatedConstants(activated) : {});
  const shape = gpuStruct(
    gpu,
    "dense_forward shape",
    ["u32", rows, layer.inputs, layer.outputs, input.stride, input.batch],
    ["u32", layer.weights, layer.bias, parameters.batch, output.stride, output.batch, biased],
    ["u32", layer.alpha ?? 0],
  );
  const arrays = [shape, input.array, parameters.array, output.array, activated?.slope ?? null];
  arrays.push(activated?.difference ?? null);
  return kernel.bind(arrays, [tileWorkgroups(rows, layer.outputs), 1, replicas]);
}
