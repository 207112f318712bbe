/**
 * Weighted Gram matrices M = Ψᵀ diag(w) Ψ and moments C = Ψᵀ diag(w) [Y 1] on the GPU.
 *
 * @module
 */
import type { GpuArray } from "../gpu/array.ts";
import type { Gpu } from "../gpu/device.ts";
import type { Dispatch } from "../gpu/kernel.ts";
import { gpuStruct } from "../gpu/struct.ts";
import { tileWorkgroups } from "./gemm.ts";
import { type MatrixView, vectors } from "./matrix.ts";
import type { EigenBatch } from "./eigen_batch.ts";
import gramSource from "../../shaders/linalg/gram.wgsl" with { type: "text" };
import reduceSource from "../../shaders/linalg/gram_reduce.wgsl" with { type: "text" };
import tileSource from "../../shaders/linalg/tile.wgsl" with { type: "text" };

/**
 * Most samples that one sequential sum takes. Longer slices would lose digits (the error grows with their length) and
 * end at lavapipe's 65,535 iterations; shorter ones cost memory and time to add up.
 */
const SLICE = 256;
/** Most slices; with more samples than 2¹⁶ the slices grow instead. */
const MOST_SLICES = 256;

/** How the samples of a Gram matrix are cut into slices, each summed by itself. */
export interface Slices {
  /** Samples a slice. */
  readonly slice: number;
  /** Number of slices. */
  readonly slices: number;
}

/**
 * Cuts samples into slices.
 *
 * @param samples Number of samples m.
 * @returns Slices of 256 samples, or longer ones for m > 65,536.
 */
export function gramSlices(samples: number): Slices {
  const slice = Math.max(SLICE, Math.ceil(samples / MOST_SLICES));
  return { slice, slices: Math.ceil(samples / slice) };
}

/** The features of one layer of all replicas, and where their Gram matrices go. */
export interface GramOperand {
  /** Features Ψ, `samples × order` for each replica. */
  readonly features: MatrixView;
  /** Number of features. */
  readonly order: number;
  /** Index of the first replica's matrix in the batch. */
  readonly first: number;
  /** Targets Y of the moments, `samples × 4 stride`; `null` for no moments. */
  readonly targets: MatrixView | null;
}

/** What {@linkcode gram} needs besides features. */
export interface GramOptions {
  /** Number of samples m. */
  readonly samples: number;
  /** Number of replicas: matrices from `first` on. */
  readonly replicas: number;
  /** Quadrature weights, one a sample. */
  readonly weights: GpuArray;
  /** Matrices and bases that receive M and C. */
  readonly batch: EigenBatch;
  /** Room for partial sums: slices · matrices · rows · rowStride vectors. */
  readonly partials: GpuArray;
}

/**
 * Partial Gram matrices and moments of one layer.
 *
 * @param gpu Device.
 * @param operand Features and targets.
 * @param options Samples, weights, and where the sums go.
 * @returns The command; {@linkcode gramReduce} adds the slices of all layers.
 */
export async function gram(gpu: Gpu, operand: GramOperand, options: GramOptions): Promise<Dispatch> {
  const { features, order, first, targets } = operand;
  const { samples, replicas, weights, batch, partials } = options;
  const { slice, slices } = gramSlices(samples);
  const tail = targets ? batch.tailStride : 0;
  const stride = vectors(order);
  if (features.stride !== stride) {
    throw new RangeError("features must be padded to ⌈order / 4⌉ vectors a row");
  }
  const kernel = await gpu.kernel({ name: "gram", files: [tileSource, gramSource] });
  const shape = gpuStruct(
    gpu,
    "gram shape",
    ["u32", samples, order, stride, features.batch],
    ["u32", targets?.stride ?? 0, slice, slices, batch.rows],
    ["u32", batch.rowStride, tail, first, batch.count],
  );
  return kernel.bind(
    [shape, features.array, targets?.array ?? weights, weights, partials],
    [tileWorkgroups(order, 4 * (stride + tail)), 1, replicas * slices],
  );
}

/**
 * Adds the slices of all matrices of a batch, mirrors M, and writes C into the rows of the bases.
 *
 * @param gpu Device.
 * @param options As for {@linkcode gram}.
 * @returns The command.
 */
export async function gramReduce(gpu: Gpu, options: GramOptions): Promise<Dispatch> {
  const { samples, batch, partials } = options;
  const kernel = await gpu.kernel({ name: "gram_reduce", files: [reduceSource] });
  const shape = gpuStruct(
    gpu,
    "gram_reduce shape",
    ["u32", batch.rows, batch.rowStride, batch.tailStride, gramSlices(samples).slices, batch.count],
  );
  const entries = batch.rows * batch.rowStride * 4;
  return kernel.bind(
    [shape, batch.orders, partials, batch.matrices, batch.basis],
    [Math.ceil(entries / 64), 1, batch.count],
  );
}
