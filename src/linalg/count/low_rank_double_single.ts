/**
 * Small matrices with the eigenvalues of large ones of low rank, in double-single arithmetic.
 *
 * @module
 */
import { GpuArray } from "../../gpu/array.ts";
import type { Gpu } from "../../gpu/device.ts";
import type { Dispatch } from "../../gpu/kernel.ts";
import { gpuStruct } from "../../gpu/struct.ts";
import { doubleSingleFiles } from "../double_single/double_single.ts";
import type { DigitGrams } from "../gram/gram_digits.ts";
import fourSource from "../../../shaders/linalg/include/double_single_four.wgsl" with { type: "text" };
import lowRankSource from "../../../shaders/linalg/count/low_rank_double_single.wgsl" with { type: "text" };

/** Layers that the table in `low_rank_double_single.wgsl` holds. */
const MOST_LAYERS = 32;
/** Matrices per workgroup. */
const WORKGROUP = 8;

/** What {@linkcode bindLowRank} takes. */
export interface LowRankOptions {
  /** Order of the matrices of each layer. */
  readonly orders: readonly number[];
  /** Number of replicas. */
  readonly replicas: number;
  /** Slots of the ring of matrices. */
  readonly capacity: number;
  /** The least threshold that is counted at, as a share of the matrices' factor. */
  readonly least: number;
  /** Number of the first slot, and how many there are. */
  readonly range: GpuArray;
  /** Memory for factors, of at least as many words as a count takes for one threshold. */
  readonly work: GpuArray;
}

/** Bound commands that make matrices small. */
export interface LowRank {
  /** Order, bound on what eigenvalues are off, trace, and 1 where a matrix has become smaller. */
  readonly results: GpuArray;
  /**
   * Makes the command for a number of slots.
   *
   * @param slots How many.
   * @returns The command.
   */
  dispatch(slots: number): Dispatch;
}

/**
 * Binds the kernel that puts K = GᵀG in the place of M ≈ GGᵀ, where that is smaller. Its bound,
 * which it measures and writes to `results`, holds for every eigenvalue; see
 * `low_rank_double_single.wgsl`.
 *
 * @param gpu Device, on which `keepsCompensation` holds.
 * @param grams Matrices, which are overwritten.
 * @param options Their orders, and memory.
 * @param stack Owner of the results.
 * @returns The command, and the results.
 */
export async function bindLowRank(
  gpu: Gpu,
  grams: DigitGrams,
  { orders, replicas, capacity, least, range, work }: LowRankOptions,
  stack: DisposableStack,
): Promise<LowRank> {
  const matrices = orders.length * replicas;
  const lanes = WORKGROUP * Math.ceil(capacity * matrices / WORKGROUP);
  const results = stack.use(new GpuArray(gpu, "orders of small matrices", 4 * capacity * matrices));
  const shape = gpuStruct(
    gpu,
    "low rank shape",
    ["u32", matrices, replicas, grams.blocks, capacity, lanes, 0],
    ["f32", least],
    ["u32", 0, ...orders, ...new Array<number>(MOST_LAYERS - orders.length).fill(0)],
  );
  const kernel = await gpu.kernel({
    name: "low_rank_double_single",
    files: [...doubleSingleFiles("float"), fourSource, lowRankSource],
  });
  const bound = kernel.bind([shape, range, grams.exponents, grams.matrices, work, results], [
    lanes / WORKGROUP,
  ]);
  return {
    results,
    dispatch: (slots) => ({ ...bound, workgroups: [Math.ceil(slots * matrices / WORKGROUP), 1, 1] }),
  };
}
