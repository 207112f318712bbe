/**
 * Numbers of eigenvalues of many Gram matrices above thresholds, by their inertia in double-single
 * arithmetic.
 *
 * @module
 */
import { ShapeError } from "../../errors.ts";
import { GpuArray } from "../../gpu/array.ts";
import type { Commands } from "../../gpu/commands.ts";
import type { Gpu } from "../../gpu/device.ts";
import type { Dispatch } from "../../gpu/kernel.ts";
import { gpuStruct, type StructFields } from "../../gpu/struct.ts";
import { doubleSingleFiles, splitDoubles } from "../double_single/double_single.ts";
import { type DigitGrams, packedBlocks } from "../gram/gram_digits.ts";
import { bindLowRank, type LowRank } from "./low_rank_double_single.ts";
import fourSource from "../../../shaders/linalg/include/double_single_four.wgsl" with { type: "text" };
import inertiaSource from "../../../shaders/linalg/count/inertia_double_single.wgsl" with { type: "text" };

/** Layers that the table in `inertia_double_single.wgsl` holds. */
const MOST_LAYERS = 32;
/**
 * Largest order: lavapipe ends an invocation after 65,535 iterations, and n = 256 takes about
 * 50,000.
 */
export const MOST_ORDER = 256;
/** Factorisations per workgroup. */
const WORKGROUP = 8;
/** Order from which on it pays to look for a low rank. */
const LOW_RANK_FROM = 24;

/** Options of {@linkcode InertiaCounts}. */
export interface InertiaCountsOptions {
  /** Order of the matrices of each layer, 256 at most. */
  readonly orders: readonly number[];
  /** Number of replicas. */
  readonly replicas: number;
  /** Slots of the ring of matrices. */
  readonly capacity: number;
  /** Thresholds ε > 0. */
  readonly epsilons: readonly number[];
  /**
   * Whether matrices of low rank make place for small ones before they are factorised, see
   * `low_rank_double_single.wgsl`. Default: on a CPU that poses as a GPU, for orders from 24 on.
   */
  readonly reduces?: boolean;
}

/**
 * Counts the words of memory that the factorisations of a slot take.
 *
 * @param orders Order of the matrices of each layer.
 * @param replicas Number of replicas.
 * @param thresholds Number of thresholds.
 * @returns 32-bit words.
 */
export function inertiaWords(orders: readonly number[], replicas: number, thresholds: number): number {
  return 2 * thresholds * orders.length * replicas * packedBlocks(Math.max(...orders)) * 64;
}

/**
 * Counts in all slots of a ring of Gram matrices.
 *
 * Proof of each count. Let s be the shift, and u² = 2⁻⁴⁸ the unit of double-single errors. An entry
 * of the factors, in column j of row of blocks J, is computed from m_ij and sums of four products,
 * 23 u² each, and from taking them off, below; three products and differences inside a block on the
 * diagonal make 16 u²; U = L D is held beside L, from which it differs by 34 u² (a division, 27,
 * and a product, 7). |m_ij| is at most P = Σ_k |l_ik d_k l_jk| and the error of the entry, so the
 * whole error is at most (131 + 14 J) u² P, the shift of the diagonal included. So L D Lᵀ = M − sI
 * + E exactly for the computed L and D, with ‖E‖_F ≤ η Σ_k |d_k| ‖L_k‖², η = (136 + 14 (J + 1)) u²;
 * the sum is measured. By Sylvester's law the number of positive d is that of the eigenvalues of M
 * + E above s.
 *
 * Taking off: what is left is at most 2 P. High words are subtracted exactly; what a subtraction
 * rounds off, 2 u P, and the low word of a sum, 5 u p where p is its share of P, are added to the
 * low word, which is joined to the high one after every fourth sum, and is 2 u P then. So after r
 * sums it is at most (2 + 2 r) u P + 5 u Σ p, and the two additions of sum r are (4 + 4 r) u² P + 5
 * u² (p_r + 2 Σ_(q<r) p_q) off: 56 u² P + 35 u² Σ p for four, (14 J + 35) u² P for all.
 * (Normalised each time, 6 J u² P, counts take 1.05 to 1.1 of the time for n = 50 to 100.)
 *
 * With singular values σ̃ of the X that the matrix was made of and |σ̃_i − σ_i| ≤ α, which
 * `DigitBounds` gives, an eigenvalue above ε has σ̃² ≥ (√ε − α)², and one with σ̃² > (√ε + α)² is
 * above ε. So counts at s = ε ± (2 α √ε + α² + the errors of the matrix and of the factorisation)
 * enclose the rank. A count that is not proven, from either end of the matrix, is 0 above and the
 * order below.
 *
 * Where the matrix was made small before (`bindLowRank`), M is K, and every eigenvalue of K is
 * within the bound that came with it; s is moved by that as well. Of K = GᵀG the last rows and
 * columns may be left out: GGᵀ is then short of a positive semidefinite matrix whose norm is at
 * most the trace of what is left out, and s is moved by that.
 */
export class InertiaCounts {
  /**
   * Counts at the shifts above and below each threshold,
   * `[slot][layer][replica][threshold][above, below]`.
   */
  readonly counts: GpuArray;
  readonly #dispatches: readonly Dispatch[];
  readonly #lowRank: LowRank | null;
  readonly #range: GpuArray;
  readonly #perSlot: number;
  readonly #thresholds: number;
  readonly #capacity: number;

  private constructor(
    counts: GpuArray,
    { dispatches, lowRank }: { dispatches: readonly Dispatch[]; lowRank: LowRank | null },
    range: GpuArray,
    { orders, replicas, capacity, epsilons }: InertiaCountsOptions,
  ) {
    this.counts = counts;
    this.#dispatches = dispatches;
    this.#lowRank = lowRank;
    this.#range = range;
    this.#perSlot = 2 * epsilons.length * orders.length * replicas;
    this.#thresholds = epsilons.length;
    this.#capacity = capacity;
  }

  /**
   * Allocates the memory, and binds the kernel.
   *
   * @param gpu Device, on which `keepsCompensation` holds.
   * @param grams Matrices to count in.
   * @param options Their orders, and thresholds.
   * @param stack Owner of the arrays.
   * @returns The counts.
   * @throws {ShapeError} Where an order is above 256, or the adapter has no room.
   */
  static async bind(
    gpu: Gpu,
    grams: DigitGrams,
    options: InertiaCountsOptions,
    stack: DisposableStack,
  ): Promise<InertiaCounts> {
    const { orders, replicas, capacity, epsilons } = options;
    const order = Math.max(...orders);
    const { reduces = gpu.software && order >= LOW_RANK_FROM } = options;
    if (order > MOST_ORDER) {
      throw new ShapeError(`a layer of ${order} neurons is too wide to count in: use at most ${MOST_ORDER}`);
    }
    const perSlot = 2 * epsilons.length * orders.length * replicas;
    const lanes = WORKGROUP * Math.ceil(capacity * perSlot / WORKGROUP);
    const work = stack.use(new GpuArray(gpu, "factors", lanes * packedBlocks(order) * 64));
    const counts = stack.use(new GpuArray(gpu, "counts", capacity * perSlot));
    const range = stack.use(new GpuArray(gpu, "range of probes", 2));
    const shares = Float64Array.from(epsilons, (each) => each / grams.factor);
    const thresholds = stack.use(new GpuArray(gpu, "thresholds", splitDoubles(shares)));
    const lowRank = reduces
      ? await bindLowRank(
        gpu,
        grams,
        { orders, replicas, capacity, least: Math.min(...shares), range, work },
        stack,
      )
      : null;
    const { absolute, relative, sums } = grams.bounds;
    const table: StructFields[] = orders.flatMap((n): StructFields[] => [["u32", n], [
      "f32",
      1.0001 * absolute(n),
      1.0001 * relative,
      1.0001 * sums,
    ]]);
    const shapeOf = (isReversed: boolean) =>
      gpuStruct(
        gpu,
        "inertia shape",
        ["u32", orders.length * replicas, replicas, epsilons.length, grams.blocks, capacity, lanes, 0],
        ["u32", Number(isReversed)],
        ...table,
        ["u32", ...new Array<number>(4 * (MOST_LAYERS - orders.length)).fill(0)],
      );
    const source = {
      name: "inertia_double_single",
      files: [...doubleSingleFiles("float"), fourSource, inertiaSource],
    };
    // Where matrices stay as they are, nothing of the last array is read.
    const reduced = lowRank?.results ?? thresholds;
    const arrays = [range, thresholds, grams.exponents, grams.matrices, work, counts, reduced];
    const kernel = await gpu.kernel(source, { REDUCED: reduces });
    const dispatches = [false, true].map((isReversed) =>
      kernel.bind([shapeOf(isReversed), ...arrays], [lanes / WORKGROUP])
    );
    return new InertiaCounts(counts, { dispatches, lowRank }, range, options);
  }

  /**
   * Records the counts of slots that have been filled since the last time.
   *
   * @param commands Commands to add to; to be submitted before any others that count.
   * @param first Number of the first slot, counted on from 0 beyond the ring's end.
   * @param slots How many there are, at most those of the ring.
   */
  encode(commands: Commands, first: number, slots: number): void {
    if (slots === 0) return;
    this.#range.write(Uint32Array.of(first % this.#capacity, slots));
    const workgroups = [Math.ceil(slots * this.#perSlot / WORKGROUP), 1, 1] as const;
    if (this.#lowRank) commands.run(this.#lowRank.dispatch(slots));
    commands.run(this.#dispatches.map((dispatch) => ({ ...dispatch, workgroups })));
  }

  /**
   * Decodes the counts of one matrix.
   *
   * @param words Content of `counts`.
   * @param slot Number of the slot, counted on from 0 beyond the ring's end.
   * @param matrix Number of the matrix: layer · replicas + replica.
   * @param threshold Index of the threshold.
   * @returns The least and the most that the exact count can be.
   */
  decode(words: Uint32Array, slot: number, matrix: number, threshold: number): [low: number, high: number] {
    const at = (slot % this.#capacity) * this.#perSlot + 2 * (matrix * this.#thresholds + threshold);
    return [words[at], words[at + 1]];
  }
}
