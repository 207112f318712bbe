/**
 * Losses and their gradients on the GPU.
 *
 * @module
 */
import { GpuArray } from "../../gpu/array.ts";
import type { Gpu } from "../../gpu/device.ts";
import type { Dispatch } from "../../gpu/kernel.ts";
import { gpuStruct } from "../../gpu/struct.ts";
import type { MatrixView } from "../../linalg/matrix_view.ts";
import type { SampleArrays } from "../samples.ts";
import elementarySource from "../../../shaders/nn/include/elementary.wgsl" with { type: "text" };
import lossSource from "../../../shaders/nn/loss/loss.wgsl" with { type: "text" };
import sampleLossSource from "../../../shaders/nn/include/sample_loss.wgsl" with { type: "text" };

/** Names of the losses, in the order of their numbers in `shaders/nn/loss/loss.wgsl`. */
export const lossNames = ["mean-squared-error", "softmax-cross-entropy", "logistic"] as const;

/** Samples a workgroup of the loss kernels takes. */
export const ROWS_PER_WORKGROUP = 256;

/** The loss of a network's output on given samples. */
export interface Loss {
  /** Command that computes all below. */
  readonly dispatch: Dispatch;
  /** Gradient with respect to the output, or to its jets: of the output's shape. */
  readonly error: MatrixView;
  /** Pairs (Σ w ℓ, hits) of each workgroup, `partialCount` for each replica. */
  readonly partials: GpuArray;
  /** Pairs a replica. */
  readonly partialCount: number;
}

/**
 * Binds the loss between an output and the targets of its samples.
 *
 * @param gpu Device.
 * @param name Which loss.
 * @param samples Targets and weights.
 * @param output Output of the network.
 * @param outputs Dimension of the output.
 * @param replicas Number of replicas.
 * @param stack Owner of the arrays.
 * @returns The command and what it computes.
 */
export async function bindLoss(
  gpu: Gpu,
  name: typeof lossNames[number],
  samples: SampleArrays,
  output: MatrixView,
  outputs: number,
  replicas: number,
  stack: DisposableStack,
): Promise<Loss> {
  const { count, y, weights, weightBatch } = samples;
  const partialCount = Math.ceil(count / ROWS_PER_WORKGROUP);
  const error = { ...output, array: stack.use(new GpuArray(gpu, "output error", output.array.length)) };
  const partials = stack.use(new GpuArray(gpu, "partial losses", replicas * partialCount * 2));
  const kernel = await gpu.kernel(
    { name: "loss", files: [elementarySource, sampleLossSource, lossSource] },
    { LOSS: lossNames.indexOf(name) },
  );
  const shape = gpuStruct(
    gpu,
    "loss shape",
    ["u32", count, outputs, y.stride, output.batch, y.batch, weightBatch, partialCount],
  );
  const dispatch = kernel.bind(
    [shape, output.array, y.array, weights, error.array, partials],
    [partialCount, 1, replicas],
  );
  return { dispatch, error, partials, partialCount };
}
