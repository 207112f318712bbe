/**
 * Weighted Gram matrices M = Φᵀ diag(w) Φ in double-single arithmetic on the GPU: for features in
 * float64, for data of which only the Gram matrix fits into memory, and for checking.
 *
 * @module
 */
import { ShapeError } from "../../errors.ts";
import type { GpuArray } from "../../gpu/array.ts";
import type { Gpu } from "../../gpu/device.ts";
import type { Dispatch } from "../../gpu/kernel.ts";
import { gpuStruct } from "../../gpu/struct.ts";
import { doubleSingleFiles, type DoubleSingleForm } from "../double_single/double_single.ts";
import { piecesOf } from "../pieces.ts";
import { U2 } from "../rounding.ts";
import { gramSlices } from "./gram.ts";
import source from "../../../shaders/linalg/gram/gram_double_single.wgsl" with { type: "text" };

/** Terms that `gram_double_single.wgsl` adds before it adds their sums. */
const BLOCK = 16;

/** Features, weights and result of {@linkcode bindGramDoubleSingle}. */
export interface DoubleSingleGram {
  /** Form of the arithmetic, as `selfTestDoubleSingle` found it. */
  readonly form: DoubleSingleForm;
  /** Number of samples m. */
  readonly samples: number;
  /** Number of features n. */
  readonly order: number;
  /** Number of matrices. Default: 1. */
  readonly count?: number;
  /** Entries of Φ, row-major, `samples × order` for each matrix. */
  readonly features: GpuArray;
  /** Words per entry of Φ: 1 for single precision, 2 for double-single. */
  readonly words: 1 | 2;
  /** Entries from one row of Φ to the next. Default: the order. */
  readonly stride?: number;
  /** Entries from one matrix's features to the next's. Default: samples · stride. */
  readonly batch?: number;
  /** Quadrature weights, double-single, one per sample: words hi, lo, hi, lo, …. */
  readonly weights: GpuArray;
  /** Memory for partial sums; {@linkcode gramDoubleSinglePartials} words. */
  readonly partials: GpuArray;
  /** Result: `rows × rows` numbers of two words for each matrix. */
  readonly matrices: GpuArray;
  /** Rows that each matrix has room for; those beyond the order are zeroed. Default: the order. */
  readonly rows?: number;
  /**
   * Factors of the contents of `matrices` before the result is added, one per matrix: for features
   * that come in tiles, a power of two, or 0 for the first tile. Default: 0, whatever they hold.
   */
  readonly factors?: GpuArray;
}

/**
 * Counts the words of memory that partial sums take.
 *
 * @param samples Number of samples.
 * @param order Number of features.
 * @param count Number of matrices. Default: 1.
 * @returns Number of 32-bit words.
 */
export function gramDoubleSinglePartials(samples: number, order: number, count = 1): number {
  return 2 * gramSlices(samples).slices * count * order * order;
}

/**
 * Bounds the rounding error of a double-single Gram matrix.
 *
 * @param samples Number of samples m.
 * @returns δ with |M̂_ij − M_ij| ≤ δ Σ_k w_k |φ_ki| |φ_kj|. About 4·10⁻¹³ for 1,024 samples,
 * 3·10⁻¹² for a million. Features and weights that were rounded to double-single add 3 · 2⁻⁴⁹ to
 * it, and each tile of accumulated ones 3 · 2⁻⁴⁸.
 */
export function gramDoubleSingleBound(samples: number): number {
  const { slice, slices } = gramSlices(samples);
  const additions = (terms: number) => Math.min(BLOCK, terms) + Math.ceil(terms / BLOCK);
  const units = 14 + 3 * (additions(Math.min(slice, samples)) + additions(slices));
  // (1 + u²)^k − 1 for what the sum of k first-order terms leaves out.
  return units * U2 / (1 - units * U2);
}

/**
 * Binds weighted Gram matrices in double-single arithmetic.
 *
 * @param gpu Device.
 * @param operand Features, weights and where the result goes.
 * @returns The commands, to run one after the other.
 * @throws {ShapeError} Where an array is too short for its shape.
 */
export async function bindGramDoubleSingle(gpu: Gpu, operand: DoubleSingleGram): Promise<Dispatch[]> {
  const { form, samples, order, count = 1, features, words, weights, partials, matrices } = operand;
  const { stride = order, batch = samples * stride, rows = order } = operand;
  const factors = operand.factors ?? gpuStruct(gpu, "factors", ["f32", ...new Array<number>(count).fill(0)]);
  holds(features, words * ((count - 1) * batch + (samples - 1) * stride + order));
  holds(weights, 2 * samples);
  holds(partials, gramDoubleSinglePartials(samples, order, count));
  holds(matrices, 2 * count * rows * rows);
  if (operand.factors) holds(operand.factors, count);
  const { slice, slices } = gramSlices(samples);
  const shapeOf = (slices: number, first: number, tile = 0) =>
    gpuStruct(
      gpu,
      "gram_double_single shape",
      ["u32", samples, order, words, stride, batch, slice, slices, count, rows, 0, first, tile],
    );
  const files = [...doubleSingleFiles(form), source];
  const name = `gram_double_single (${form})`;
  const [main, reduce] = await Promise.all([
    gpu.kernel({ name, files }),
    gpu.kernel({ name, files, entryPoint: "reduce" }),
  ]);
  const groups = Math.ceil(Math.ceil(order / 2) ** 2 / 64);
  const operations = 24 * samples * order ** 2 * count;
  return [
    ...piecesOf(gpu, slices, operations).flatMap(({ first, length }) => {
      const own = operations * length / slices;
      return piecesOf(gpu, groups, own).map((tiles) =>
        main.bind(
          [shapeOf(length, first, 64 * tiles.first), partials, features, weights],
          [...along(gpu, tiles.length), count * length],
          own * tiles.length / groups,
        )
      );
    }),
    reduce.bind(
      [shapeOf(slices, 0), partials, matrices, factors],
      [...along(gpu, Math.ceil(rows * rows / 64)), count],
      20 * slices * order ** 2 * count,
    ),
  ];
}

/** Workgroups along x and y: at least so many, which may be too many for one axis. */
function along({ limits }: Gpu, groups: number): [x: number, y: number] {
  const y = Math.ceil(groups / limits.maxComputeWorkgroupsPerDimension);
  return [Math.ceil(groups / y), y];
}

function holds(array: GpuArray, words: number): void {
  if (array.length >= words) return;
  throw new ShapeError(
    `${array.label} holds ${array.length} words, a Gram matrix of this shape needs ${words}`,
  );
}
