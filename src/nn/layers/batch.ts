/**
 * Mini-batches drawn on the GPU.
 *
 * @module
 */
import { GpuArray } from "../../gpu/array.ts";
import type { Dispatch } from "../../gpu/kernel.ts";
import { gpuStruct, type StructFields } from "../../gpu/struct.ts";
import type { MatrixView } from "../../linalg/matrix_view.ts";
import type { Network } from "../network.ts";
import type { SampleArrays } from "../samples.ts";
import batchSource from "../../../shaders/nn/layers/batch.wgsl" with { type: "text" };
import permutationSource from "../../../shaders/nn/include/permutation.wgsl" with { type: "text" };
import philoxSource from "../../../shaders/nn/include/philox.wgsl" with { type: "text" };
import stateSource from "../../../shaders/nn/include/state.wgsl" with { type: "text" };

/** WGSL that a kernel with shuffled epochs includes; they hold `state.wgsl`. */
export const permutationFiles: readonly string[] = [philoxSource, stateSource, permutationSource];

/**
 * Lists the fields of `struct Permutation` in `shaders/nn/include/permutation.wgsl`.
 *
 * @param samples Number of samples.
 * @returns The fields.
 */
export function permutationFields(samples: number): StructFields {
  // At least one bit each half, so that the Feistel network has two.
  const bits = Math.max(2, Math.ceil(Math.log2(samples)));
  const low = Math.ceil(bits / 2);
  return ["u32", samples, low, bits - low, 0];
}

/** A mini-batch of each replica, and the command that draws the next. */
export interface DrawnBatch {
  /** Command that draws the batch of the states' step. */
  readonly dispatch: Dispatch;
  /** The samples drawn, a set for each replica. */
  readonly samples: SampleArrays;
}

/**
 * Binds the drawing of mini-batches: without replacement, from epochs shuffled anew for each
 * replica.
 *
 * @param network Its replicas.
 * @param samples All training samples.
 * @param options Samples a mini-batch, and `struct State` of each replica, which
 * holds its random stream.
 * @param stack Owner of the arrays.
 * @returns The batch.
 */
export async function bindBatch(
  network: Network,
  samples: SampleArrays,
  { batch, states }: { readonly batch: number; readonly states: GpuArray },
  stack: DisposableStack,
): Promise<DrawnBatch> {
  const { gpu, replicas } = network;
  const room = (label: string, { stride }: MatrixView): MatrixView => ({
    array: stack.use(new GpuArray(gpu, label, replicas * batch * stride * 4)),
    stride,
    batch: batch * stride,
  });
  const x = room("batch inputs", samples.x), y = room("batch targets", samples.y);
  const weights = stack.use(new GpuArray(gpu, "batch weights", replicas * batch));
  const kernel = await gpu.kernel({ name: "batch", files: [...permutationFiles, batchSource] });
  const shape = gpuStruct(
    gpu,
    "batch shape",
    permutationFields(samples.count),
    ["u32", batch, x.stride, y.stride],
    ["f32", samples.count / batch],
  );
  const dispatch = kernel.bind(
    [shape, states, samples.x.array, samples.y.array, samples.weights, x.array, y.array, weights],
    [Math.ceil(batch * (x.stride + y.stride) / 64), 1, replicas],
  );
  return { dispatch, samples: { count: batch, x, y, weights, weightBatch: batch } };
}
