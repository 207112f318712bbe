/**
 * R factors of tall matrices in double-single arithmetic on the GPU, a slab of rows at a time.
 *
 * @module
 */
import { allocateArrays, type GpuArray } from "../../gpu/array.ts";
import type { Gpu } from "../../gpu/device.ts";
import type { Dispatch } from "../../gpu/kernel.ts";
import { gpuStruct } from "../../gpu/struct.ts";
import { doubleSingleFiles, type DoubleSingleForm } from "../double_single/double_single.ts";
import { U2 } from "../rounding.ts";
import source from "../../../shaders/linalg/svd/qr_double_single.wgsl" with { type: "text" };

/** Invocations that share a column, on a GPU and on lavapipe. */
const GPU_LANES = 64, SOFTWARE_LANES = 8;
/** Length below which columns of a slab count as 0; see `qr_double_single.wgsl`. */
const LEAST = 2 ** -25;
/**
 * Most rows of a slab: three loops of 8 lanes over them, one after the other, stay below lavapipe's
 * 65,535 iterations.
 */
export const MOST_SLAB_ROWS = 2 ** 16;

/**
 * Triangular factors of a batch, in pairs hi, lo, and the slab of rows that is to be factored into
 * them.
 */
export class SlabBatch implements Disposable {
  /** Number of matrices. */
  readonly count: number;
  /** Rows of a slab. */
  readonly rows: number;
  /** Columns n of each matrix. */
  readonly order: number;
  /** The factors R, row-major, `order × order` pairs each; 0 at first. */
  readonly factors: GpuArray;
  /**
   * The slab of each matrix, *column*-major, `order` columns of `rows` pairs; rows that are 0
   * change nothing.
   */
  readonly slab: GpuArray;
  /** The reflections. */
  readonly pivots: GpuArray;

  /**
   * Allocates the batch.
   *
   * @param gpu Device.
   * @param count Number of matrices.
   * @param rows Rows of a slab, at most {@linkcode MOST_SLAB_ROWS}.
   * @param order Number of columns n.
   * @throws {ShapeError} Where the adapter does not allow so large a buffer.
   */
  constructor(gpu: Gpu, count: number, rows: number, order: number) {
    this.count = count;
    this.rows = rows;
    this.order = order;
    [this.factors, this.slab, this.pivots] = allocateArrays(
      gpu,
      ["triangular factors", 2 * count * order * order],
      ["slab of rows", 2 * count * order * rows],
      ["reflections", 4 * count * order],
    );
  }

  /** Frees the memory. */
  [Symbol.dispose](): void {
    for (const array of [this.factors, this.slab, this.pivots]) array[Symbol.dispose]();
  }
}

/**
 * Chooses the terms that a lane adds before it adds their sums: about the root of all, which keeps
 * both chains short.
 */
function blockOf(rows: number, lanes: number): number {
  return Math.ceil(Math.sqrt(Math.ceil(rows / lanes)));
}

/**
 * Binds the factorisation of the slab into R: [R; X] = Q [R′; 0]. The slab holds nothing of use
 * afterwards.
 *
 * @param gpu Device.
 * @param form Form of the arithmetic that the adapter needs.
 * @param batch Factors and slab. Entries should be at most 2⁴⁰, and the largest near that: columns
 * of the slab shorter than 2⁻²⁵ count as 0, and squares are summed.
 * @returns The commands, to run one after the other, and again with other rows in the slab.
 */
export async function bindQrDoubleSingle(
  gpu: Gpu,
  form: DoubleSingleForm,
  batch: SlabBatch,
): Promise<Dispatch[]> {
  const { count, rows, order } = batch;
  const name = `qr_double_single (${form})`, files = [...doubleSingleFiles(form), source];
  const lanes = gpu.software ? SOFTWARE_LANES : GPU_LANES;
  const [begin, eliminate] = await Promise.all(
    ["begin", "eliminate"].map((entryPoint) => gpu.kernel({ name, files, entryPoint }, { LANES: lanes })),
  );
  const bound = (k: number) => [
    gpuStruct(
      gpu,
      "qr_double_single shape",
      ["u32", rows, order, order, order * order, k, blockOf(rows, lanes), 0],
    ),
    batch.factors,
    batch.slab,
    batch.pivots,
  ];
  return [
    begin.bind(bound(0), [1, count], 40 * rows * count),
    ...Array.from({ length: order - 1 }, (_, k) => {
      const left = order - 1 - k;
      return eliminate.bind(bound(k), [left, count], 100 * rows * left * count);
    }),
  ];
}

/**
 * Bounds the rounding of {@linkcode bindQrDoubleSingle}, to first order in u² = 2⁻⁴⁸: R is the
 * exact factor of A + ΔA with
 *
 *     ‖ΔA‖_F ≤ S ((99 + 12 a) u² Σ_k ‖R_k‖_F + 2⁻²⁵ √n)
 *
 * with R_k the rows from k on, S slabs and a additions in a row. Singular values move by at most as
 * much. The bound is a worst case, after Higham, Accuracy and Stability of Numerical Algorithms,
 * 2nd ed., §19.3, with the constants of double_single.wgsl. It is much less than his n γ ‖A‖_F
 * where singular values fall fast, since the rest of the columns, y_k, falls with them.
 *
 * Reflection k uses the v that is stored, exactly orthogonal with the exact ‖v‖². Errors relative
 * to the y that it is applied to, of norm ‖y‖, in units of u²:
 *
 * - a sum of products is off by 7 + 3a, the last addition (that of the pivot) counted in a, and so
 *   is ‖v‖²;
 * - w = 2 vᵀy / ‖v‖² by 2 (7 + 3a) and 27 for the division, relative to 2 ‖y‖ / ‖v‖;
 * - y − w v by as much times ‖v‖, by 7 for the product, likewise twice, and 3 for the difference: 2
 *   (41 + 6a) + 14 + 3 = 99 + 12a.
 * - The pivot's column is set to (β, 0) instead. β is off by (10 + 3a) / 2 + 11, the first entry of
 *   v by that and 3; H turns by 4 times the error of v over ‖v‖ ≥ √2 ‖y‖: (16 + 1.5a) (1 + 2√2) +
 *   12 ≤ 74 + 6a, less.
 * - A column of X that counts as 0 is left out, at most 2⁻²⁵ long.
 *
 * The y of all columns together at step k, of row k of R and of X, have no larger norm than R_k
 * when the slab is done, and R_k grows with every slab: it is the part of the rows so far that is
 * outside the span of the first k columns.
 *
 * @param gpu Device, which sets how sums are made.
 * @param rows Rows of a slab.
 * @param slabs Number of slabs.
 * @param norms Norms of the rows of R.
 * @returns The bound, absolute.
 */
export function qrDoubleSingleBound(gpu: Gpu, rows: number, slabs: number, norms: ArrayLike<number>): number {
  const lanes = gpu.software ? SOFTWARE_LANES : GPU_LANES;
  const terms = Math.ceil(rows / lanes), block = blockOf(rows, lanes);
  // The first addition of a sum, to 0, is exact.
  const additions = block - 1 + Math.ceil(terms / block) - 1 + Math.log2(lanes) + 1;
  let square = 0, sum = 0;
  for (let k = norms.length - 1; k >= 0; k--) sum += Math.sqrt(square += norms[k] ** 2);
  return slabs * ((99 + 12 * additions) * U2 * sum + LEAST * Math.sqrt(norms.length));
}
