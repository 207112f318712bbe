/**
 * Losses of samples and their gradients on the GPU.
 *
 * @module
 */
import { checkName } from "../../check.ts";
import { GpuArray } from "../../gpu/array.ts";
import type { Gpu } from "../../gpu/device.ts";
import type { Dispatch } from "../../gpu/kernel.ts";
import { gpuStruct } from "../../gpu/struct.ts";
import type { MatrixView } from "../../linalg/matrix_view.ts";
import type { SampleArrays } from "../samples.ts";
import elementarySource from "../../../shaders/nn/include/elementary.wgsl" with { type: "text" };
import lossSource from "../../../shaders/nn/loss/loss.wgsl" with { type: "text" };
import sampleLossSource from "../../../shaders/nn/include/sample_loss.wgsl" with { type: "text" };

/** Name of a loss between the output and the target of a sample. */
export type SampleLossName = "mean-squared-error" | "softmax-cross-entropy" | "logistic";

/** What the library knows of a loss: an entry of {@linkcode losses}. */
export interface LossEntry {
  /** Its case in `shaders/nn/include/sample_loss.wgsl`, a number that no other entry has. */
  readonly kind: number;
  /** Its formula for an output u and a target y, for help texts. */
  readonly help: string;
  /** Whether samples are classified, so that there are hits to count. */
  readonly classifies: boolean;
}

/** All losses between outputs and targets, by name. */
export const losses: Readonly<Record<SampleLossName, LossEntry>> = {
  "mean-squared-error": { kind: 0, help: "‖u − y‖²", classifies: false },
  "softmax-cross-entropy": { kind: 1, help: "Σ_c y_c (log Σ_j e^{u_j} − u_c)", classifies: true },
  logistic: { kind: 2, help: "Σ_c log(1 + e^{u_c}) − y_c u_c", classifies: true },
};

/** Names of the losses. */
export const lossNames: readonly SampleLossName[] = Object.keys(losses) as SampleLossName[];

/**
 * Lists what the overrides of a kernel with a loss are set to.
 *
 * @param name Which loss.
 * @returns The overrides.
 * @throws {InputError} If there is no such loss.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 *
 * assert.deepEqual(lossConstants("logistic"), { LOSS: losses.logistic.kind });
 * assert(lossNames.includes("logistic"));
 * ```
 */
export function lossConstants(name: SampleLossName): { readonly LOSS: number } {
  return { LOSS: losses[checkName("loss", name, lossNames)].kind };
}

/** Samples a workgroup of the loss kernels takes. */
const ROWS_PER_WORKGROUP = 256;

/** The loss of a network's output on given samples. */
export interface Loss {
  /** Command that computes all below. */
  readonly dispatch: Dispatch;
  /** Gradient with respect to the output, or to its jets: of the output's shape. */
  readonly delta: MatrixView;
  /** Pairs (Σ w ℓ, hits) of each workgroup, `partialCount` for each replica. */
  readonly partials: GpuArray;
  /** Pairs a replica. */
  readonly partialCount: number;
}

/**
 * Allocates the arrays that a loss kernel writes.
 *
 * @param gpu Device.
 * @param shape Output of the network, number of samples, number of replicas.
 * @param stack Owner of the arrays.
 * @returns The arrays.
 */
export function lossArrays(
  gpu: Gpu,
  { output, count, replicas }: {
    readonly output: MatrixView;
    readonly count: number;
    readonly replicas: number;
  },
  stack: DisposableStack,
): Omit<Loss, "dispatch"> {
  const partialCount = Math.ceil(count / ROWS_PER_WORKGROUP);
  const delta = { ...output, array: stack.use(new GpuArray(gpu, "output delta", output.array.length)) };
  const partials = stack.use(new GpuArray(gpu, "partial losses", replicas * partialCount * 2));
  return { delta, partials, partialCount };
}

/** What a loss compares. */
export interface LossOperands {
  /** Which loss. */
  readonly name: SampleLossName;
  /** Targets and weights. */
  readonly samples: SampleArrays;
  /** Output of the network. */
  readonly output: MatrixView;
  /** Dimension of the output. */
  readonly outputs: number;
  /** Number of replicas. */
  readonly replicas: number;
}

/**
 * Binds the loss between an output and the targets of its samples.
 *
 * @param gpu Device.
 * @param operands What is compared.
 * @param stack Owner of the arrays.
 * @returns The command and what it computes.
 * @throws {InputError} If there is no such loss.
 */
export async function bindLoss(
  gpu: Gpu,
  { name, samples, output, outputs, replicas }: LossOperands,
  stack: DisposableStack,
): Promise<Loss> {
  const { count, y, weights, weightBatch } = samples;
  const constants = lossConstants(name);
  const arrays = lossArrays(gpu, { output, count, replicas }, stack);
  const { delta, partials, partialCount } = arrays;
  const files = [elementarySource, sampleLossSource, lossSource];
  const kernel = await gpu.kernel({ name: "loss", files }, { ...constants });
  const shape = gpuStruct(
    gpu,
    "loss shape",
    ["u32", count, outputs, y.stride, output.batch, y.batch, weightBatch, partialCount],
  );
  const dispatch = kernel.bind(
    [shape, output.array, y.array, weights, delta.array, partials],
    [partialCount, 1, replicas],
  );
  return { dispatch, ...arrays };
}
