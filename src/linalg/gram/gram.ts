/**
 * Weighted Gram matrices M = Ψᵀ diag(w) Ψ and moments C = Ψᵀ diag(w) [Y 1] on the GPU.
 *
 * @module
 */
import type { GpuArray } from "../../gpu/array.ts";
import type { Gpu } from "../../gpu/device.ts";
import type { Dispatch } from "../../gpu/kernel.ts";
import { type GpuStruct, gpuStruct } from "../../gpu/struct.ts";
import { tileWorkgroups } from "../products/gemm.ts";
import type { GramInputs, GramLayout, GramOperand, Slices } from "./gram_operand.ts";
import { bindGramPlain } from "./gram_plain.ts";
import { vectors } from "../matrix_view.ts";
import { piecesOf } from "../pieces.ts";
import { gamma, U } from "../rounding.ts";
import type { EigenBatch } from "../eigen/eigen_batch.ts";
import compensatedSource from "../../../shaders/linalg/include/compensated.wgsl" with { type: "text" };
import gramSource from "../../../shaders/linalg/gram/gram.wgsl" with { type: "text" };
import reduceSource from "../../../shaders/linalg/gram/gram_reduce.wgsl" with { type: "text" };

/**
 * Samples per slice, while there are not too many. Longer slices lose digits where sums are plain,
 * and in the end reach lavapipe's 65,535 iterations; shorter ones cost memory and time to add up.
 */
const SLICE = 256;
/** Most slices; with more samples than 2¹⁶ the slices grow instead. */
const MOST_SLICES = 256;
/**
 * Slices of sums in single precision on a CPU that poses as a GPU, where so many short ones leave
 * enough of them. To store short ones and to add them up takes it a fifth of the time of a Gram
 * matrix of order 256. A GPU needs all invocations that it can get. The number of matrices does not
 * count, so that results are the same alone.
 */
const ON_A_CPU = { slice: 2 * SLICE, many: 64 } as const;
/**
 * Samples whose terms are summed before they are added to the rest. Of compensated sums shorter
 * blocks take longer, longer ones lose digits. Of plain sums `gram_plain.wgsl` knows the number.
 */
const BLOCK = { plain: 4, compensated: 8 } as const;

/**
 * Cuts samples into slices, of sums in double-single words and of means.
 *
 * @param samples Number of samples m.
 * @returns Slices of 256 samples, or longer ones for m > 65,536.
 */
export function gramSlices(samples: number): Slices {
  const slice = Math.max(SLICE, Math.ceil(samples / MOST_SLICES));
  return { slice, slices: Math.ceil(samples / slice) };
}

/**
 * Cuts samples into slices of sums in single precision.
 *
 * @param gpu Device that sums.
 * @param samples Number of samples m.
 * @returns Slices as of {@linkcode gramSlices}; on a CPU that poses as a GPU of at least 512
 * samples where there are 64.
 */
export function singleSlices(gpu: Gpu, samples: number): Slices {
  return gpu.software ? slicesOnCpu(samples) : gramSlices(samples);
}

function slicesOnCpu(samples: number): Slices {
  const shorter = gramSlices(samples);
  if (shorter.slices < ON_A_CPU.many || shorter.slice >= ON_A_CPU.slice) return shorter;
  return { slice: ON_A_CPU.slice, slices: Math.ceil(samples / ON_A_CPU.slice) };
}

/**
 * Way to sum over the samples of a slice: in blocks of 4, or in blocks of 8 while keeping what the
 * additions of blocks round off, which takes two to four times as long. Compensated sums keep their
 * promise where `selfTestDoubleSingle` found the form `float`; elsewhere they are as good as plain
 * ones.
 */
export type GramSums = "plain" | "compensated";

/** Options of {@linkcode bindGram}. */
export interface GramOptions extends GramInputs {
  /** Way to sum. Default: plain. */
  readonly sums?: GramSums;
}

/** Options of {@linkcode bindGramReduce}. */
export interface GramReduceOptions extends GramOptions {
  /** Matrices and bases that receive M and C. */
  readonly batch: EigenBatch;
}

/**
 * Counts the words of memory that partial sums take.
 *
 * @param gpu Device that sums.
 * @param samples Most samples that are summed there.
 * @param layout How the matrices lie there.
 * @returns Number of 32-bit words.
 */
export function gramPartials(gpu: Gpu, samples: number, layout: GramLayout): number {
  // Fewer samples may have more slices, as long as these are not yet longer ones.
  const shorter = Math.min(gramSlices(samples).slices, ON_A_CPU.many - 1);
  return Math.max(singleSlices(gpu, samples).slices, shorter) * sliceWords(layout);
}

function sliceWords({ count, rows, rowStride }: GramLayout): number {
  return count * rows * rowStride * 4;
}

/**
 * Bounds the rounding error of a Gram matrix in single precision, and of moments.
 *
 * A plain sum of a slice of L samples rounds w ψ, the products and sums of blocks of B = 4, and
 * sums ⌈L / B⌉ of these; then the S slices are added: ⌈L / B⌉ + B + S + 1 roundings, one more than
 * there are. A compensated sum rounds w ψ, the products and sums of blocks of B = 8, and the pair
 * that adds up the K blocks, B + 2 in all. The low word of that pair errs by at most (K u)², and
 * that of the slices by (S u)², here taken twice for products of such terms; see `gram.wgsl`.
 * Rounding to one word is one more. Each tile after the first starts from a pair whose low word is
 * u of the high one, and so adds ((S + 1) u)² again. Slices are those of a GPU or of a CPU,
 * whichever have the larger bound.
 *
 * @param samples Number of samples m, in each tile where there are several.
 * @param sums How they are summed.
 * @param tiles Number of tiles that {@linkcode bindGramAccumulate} adds up to pairs of words; 0 for
 * {@linkcode bindGramReduce}, whose results are single words. Default: 0.
 * @returns δ with |M̂_ij − M_ij| ≤ δ Σ_k w_k |ψ_ki| |ψ_kj|: for 1,024 samples 4.4·10⁻⁶ plain,
 * 6.6·10⁻⁷ compensated.
 */
export function gramBound(samples: number, sums: GramSums, tiles = 0): number {
  return Math.max(
    ...[gramSlices(samples), slicesOnCpu(samples)].map(({ slice, slices }) => {
      const terms = Math.min(slice, samples);
      const block = Math.min(BLOCK[sums], terms);
      const blocks = Math.ceil(terms / block);
      if (sums === "plain") return gamma(blocks + block + slices * Math.max(1, tiles) + 1);
      const added = tiles > 0 ? tiles * (slices + 1) ** 2 : slices ** 2;
      return gamma(block + (tiles > 0 ? 2 : 3)) + 2 * U ** 2 * (blocks ** 2 + added);
    }),
  );
}

/**
 * Binds the partial Gram matrices and moments of one layer.
 *
 * @param gpu Device.
 * @param operand Features and targets.
 * @param options Samples, weights, and where the sums go.
 * @returns The commands: one, but for large matrices of many samples. {@linkcode bindGramReduce}
 * adds the slices of all layers.
 */
export async function bindGram(gpu: Gpu, operand: GramOperand, options: GramOptions): Promise<Dispatch[]> {
  const { features, order, first, targets } = operand;
  const { samples, replicas, weights, batch, partials, sums = "plain" } = options;
  const { slice, slices } = singleSlices(gpu, samples);
  const tail = targets ? batch.tailStride : 0;
  const stride = vectors(order);
  if (features.stride !== stride) {
    throw new RangeError("features must be padded to ⌈order / 4⌉ vectors per row");
  }
  if (sums === "plain" && tail === 0) {
    return await bindGramPlain(gpu, operand, { samples, slice, slices, replicas, weights, batch, partials });
  }
  const kernel = await gpu.kernel({ name: "gram", files: [compensatedSource, gramSource] });
  const operations = 3 * samples * replicas * order * (order + 8 * tail);
  return piecesOf(gpu, slices, operations).map((piece) => {
    const shape = gpuStruct(
      gpu,
      "gram shape",
      ["u32", samples, order, stride, features.batch],
      ["u32", targets?.stride ?? 0, slice, piece.length, batch.rows],
      ["u32", batch.rowStride, tail, first, batch.count, BLOCK[sums], 0, piece.first],
      ["u32", sums === "plain" ? 0 : 1],
    );
    return kernel.bind(
      [shape, features.array, targets?.array ?? weights, weights, partials],
      [tileWorkgroups(order, 4 * (stride + tail)), 1, replicas * piece.length],
      operations * piece.length / slices,
    );
  });
}

/**
 * Binds the sum of the slices of all matrices of a batch; mirrors M, and writes C into the rows of
 * the bases.
 *
 * @param gpu Device.
 * @param options As for {@linkcode bindGram}.
 * @returns The command.
 */
export async function bindGramReduce(gpu: Gpu, options: GramReduceOptions): Promise<Dispatch> {
  const { samples, batch, partials } = options;
  const kernel = await gpu.kernel({ name: "gram_reduce", files: [compensatedSource, reduceSource] });
  const { slices } = singleSlices(gpu, samples);
  const shape = reduceShape(gpu, slices, batch, 0);
  const { rows, rowStride, count } = batch;
  const invocations = rows / 2 * (2 * vectors(rowStride) - Math.floor((rows - 1) / 16) + 1);
  return kernel.bind(
    [shape, partials, batch.orders, batch.matrices, batch.basis],
    [Math.ceil(invocations / 64), 1, count],
    slices * sliceWords(batch),
  );
}

/** Memory where {@linkcode bindGramAccumulate} adds up the tiles of features. */
export interface GramTotal {
  /** Number of features. */
  readonly order: number;
  /** Pairs of words that stand for their sum, `order × order` for each matrix. */
  readonly pairs: GpuArray;
  /**
   * Factors of the pairs before the tile is added, one per matrix: a power of two, or 0 for the
   * first tile.
   */
  readonly factors: GpuArray;
}

/**
 * Binds the sum of the slices of all matrices of a batch and of the pairs that earlier tiles of
 * samples have left; mirrors M.
 *
 * @param gpu Device.
 * @param options As for {@linkcode bindGram}.
 * @param total Pairs that add up the tiles.
 * @returns The command.
 */
export async function bindGramAccumulate(
  gpu: Gpu,
  { samples, batch, partials }: GramOptions,
  { order, pairs, factors }: GramTotal,
): Promise<Dispatch> {
  const files = [compensatedSource, reduceSource];
  const kernel = await gpu.kernel({ name: "gram_reduce", files, entryPoint: "accumulate" });
  const { slices } = singleSlices(gpu, samples);
  const shape = reduceShape(gpu, slices, batch, order);
  const workgroups = [Math.ceil(order / 64), order, batch.count] as const;
  return kernel.bind([shape, partials, factors, pairs], workgroups, slices * sliceWords(batch));
}

function reduceShape(gpu: Gpu, slices: number, layout: GramLayout, order: number): GpuStruct {
  const { rows, rowStride, tailStride, count } = layout;
  return gpuStruct(gpu, "gram_reduce shape", ["u32", rows, rowStride, tailStride, slices, count, order, 0]);
}
