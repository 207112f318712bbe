/**
 * R factors of tall matrices on the GPU.
 *
 * @module
 */
import { ShapeError } from "../../errors.ts";
import { allocateArrays, type GpuArray } from "../../gpu/array.ts";
import type { Gpu } from "../../gpu/device.ts";
import type { Dispatch } from "../../gpu/kernel.ts";
import { gpuStruct } from "../../gpu/struct.ts";
import type { MatrixView } from "../matrix_view.ts";
import qrSource from "../../../shaders/linalg/svd/qr.wgsl" with { type: "text" };
import reflectionSource from "../../../shaders/linalg/include/reflection.wgsl" with { type: "text" };

const SOURCE = { name: "qr", files: [reflectionSource, qrSource] };
/** Pairs of chunks of 8 rows in one panel of a tree. */
const FAN = 16;
/** Invocations per workgroup of `factor`, `update` and `load`. */
const FACTOR_LANES = 16, UPDATE_LANES = 64, LOAD_LANES = 16;
/** Most rows that one dispatch of `load` takes: WebGPU allows 65,535 workgroups along an axis. */
const MOST_ROWS = 65_535;

/** Matrices of one shape in GPU memory, with memory for their factorisation; zero at first. */
export class TallBatch implements Disposable {
  /** Number of matrices. */
  readonly count: number;
  /** Columns n of each. */
  readonly columns: number;
  /** Rows that each has room for: a multiple of 16, at least m and n. */
  readonly rows: number;
  /** Vectors of four per row: a multiple of 4. */
  readonly stride: number;
  /** The matrices, `rows × 4 stride` each. */
  readonly matrices: GpuArray;
  /** The reflections of one step. */
  readonly reflectors: GpuArray;

  /**
   * Allocates the batch.
   *
   * @param gpu Device.
   * @param count Number of matrices.
   * @param rows Number of rows m.
   * @param columns Number of columns n.
   * @throws {ShapeError} Where the adapter does not allow so large a buffer.
   */
  constructor(gpu: Gpu, count: number, rows: number, columns: number) {
    this.count = count;
    this.columns = columns;
    this.rows = Math.max(16 * Math.ceil(rows / 16), 32 * Math.ceil(columns / 32));
    this.stride = 4 * Math.ceil(columns / 16);
    [this.matrices, this.reflectors] = allocateArrays(
      gpu,
      ["matrices to factor", count * this.rows * this.stride * 4],
      ["reflections", count * this.rows / 8 * 36 * 4],
    );
  }

  /** Frees the memory. */
  [Symbol.dispose](): void {
    this.matrices[Symbol.dispose]();
    this.reflectors[Symbol.dispose]();
  }
}

/**
 * Counts the levels of the tree that factors some rows.
 *
 * @param rows Number of rows.
 * @returns ⌈log₁₆ ⌈rows / 16⌉⌉, at least 1.
 */
export function qrLevels(rows: number): number {
  let levels = 1;
  for (let panels = Math.ceil(rows / 16 / FAN); panels > 1; panels = Math.ceil(panels / FAN)) levels++;
  return levels;
}

/**
 * Binds the factorisation of all matrices of a batch, which replaces them by their R factors above
 * rows of zeros.
 *
 * It is backward stable: R is the exact factor of A + ΔA. A reflection rounds each entry that it
 * moves by about u of it (the sums have nine terms). An entry goes through the 8 reflections of
 * each of n / 8 steps, and an entry of a row of R through 32 of each of L levels in addition. With
 * independent roundings of mean zero (Higham and Mary 2019) column j of ΔA has length u √(n + 32 L)
 * ‖a_j‖, and ‖ΔA‖₂, that of a matrix of independent entries, is at most about twice the longest. So
 * singular values move by at most
 *
 *     |σ̂_i − σ_i| ≤ κ u √(n + 32 L) max_j ‖a_j‖
 *
 * with κ = 2 on average; κ = 6 leaves a factor of 3. Dispatches: 2 L for each 16 columns. Flops: 2
 * n² (m − n / 3).
 *
 * @param gpu Device.
 * @param batch Matrices; their largest entries should be near 1, since squares of entries are
 * summed.
 * @returns The commands, to run one after the other. They may be run again, with other rows below
 * R.
 */
export async function bindQr(gpu: Gpu, batch: TallBatch): Promise<Dispatch[]> {
  const { count, stride, matrices, reflectors } = batch;
  const factor = await gpu.kernel({ ...SOURCE, entryPoint: "factor" });
  const update = await gpu.kernel({ ...SOURCE, entryPoint: "update" });
  const pairs = batch.rows / 16, steps = stride / 4;
  const dispatches: Dispatch[] = [];
  for (let step = 0; step < steps; step++) {
    const groups = 2 * (steps - step - 1);
    let heads = pairs - step;
    for (let spacing = 1; heads > 0; spacing *= FAN) {
      const panels = Math.ceil(heads / FAN);
      const shape = gpuStruct(
        gpu,
        "qr shape",
        ["u32", 2 * pairs, stride, batch.rows * stride, step, spacing, FAN, panels, groups, count],
      );
      const arrays = [shape, matrices, reflectors];
      // A reflection of 16 rows takes 4 operations an entry; 16 pass over each.
      const perColumn = 4 * 16 * 16 * heads * count;
      dispatches.push(factor.bind(arrays, [Math.ceil(count * panels / FACTOR_LANES)], 16 * perColumn));
      if (groups > 0) {
        const workgroups = [Math.ceil(count * panels * groups / UPDATE_LANES)] as const;
        dispatches.push(update.bind(arrays, workgroups, 8 * groups * perColumn));
      }
      heads = panels > 1 ? panels : 0;
    }
  }
  return dispatches;
}

/** Features whose R factors are wanted. */
export interface WeightedFeatures {
  /** Φ, `samples × batch.columns` for each matrix of the batch. */
  readonly features: MatrixView;
  /** Quadrature weights w, one per sample, shared by all. */
  readonly weights: GpuArray;
  /** Number of samples m. */
  readonly samples: number;
  /**
   * Factor r of an identity below the features, so that RᵀR = ΦᵀWΦ + r² I. Default: 0, no identity.
   */
  readonly ridge?: number;
}

/**
 * Binds R factors of √w Φ, or of √w Φ above r I, for features in GPU memory, which stay as they
 * are. Where the batch has fewer rows than there are samples, features are taken in slabs: those
 * after the first go below R, and both are factored again.
 *
 * @param gpu Device.
 * @param batch Receives R above rows of zeros.
 * @param options Features and weights.
 * @returns The commands, to run one after the other.
 * @throws {ShapeError} Where the batch has more columns than rows for a slab.
 */
export async function bindQrFeatures(
  gpu: Gpu,
  batch: TallBatch,
  options: WeightedFeatures,
): Promise<Dispatch[]> {
  const { features, weights, samples, ridge = 0 } = options;
  const load = await gpu.kernel({ ...SOURCE, entryPoint: "load" });
  const factor = await bindQr(gpu, batch);
  const kept = 4 * batch.stride;
  const rows = samples + (ridge === 0 ? 0 : batch.columns);
  if (rows > batch.rows && batch.rows <= kept) {
    throw new ShapeError(`${batch.rows} rows leave no room for samples below ${kept} of R: give more rows`);
  }
  const dispatches: Dispatch[] = [];
  for (let first = 0, row = 0; first < rows; first += batch.rows - row, row = kept) {
    for (let at = row; at < batch.rows; at += MOST_ROWS) {
      const end = Math.min(at + MOST_ROWS, batch.rows);
      const shape = gpuStruct(
        gpu,
        "qr source",
        ["u32", samples, first + at - row, features.stride, features.batch, features.offset ?? 0],
        ["u32", batch.stride, batch.rows * batch.stride, at, batch.columns],
        ["f32", ridge],
      );
      dispatches.push(load.bind(
        [shape, batch.matrices, features.array, weights],
        [Math.ceil(batch.stride / LOAD_LANES), end - at, batch.count],
        4 * batch.stride * (end - at) * batch.count,
      ));
    }
    dispatches.push(...factor);
  }
  return dispatches;
}
