/**
 * Factors of many shifted symmetric matrices by blocks, in double-single arithmetic on the GPU.
 *
 * @module
 */
import { allocateArrays, type GpuArray } from "../../gpu/array.ts";
import type { Gpu } from "../../gpu/device.ts";
import type { Dispatch } from "../../gpu/kernel.ts";
import { gpuStruct } from "../../gpu/struct.ts";
import { doubleSingleFiles, type DoubleSingleForm, splitDouble } from "../double_single/double_single.ts";
import { largestMagnitude, type Matrix } from "../matrix.ts";
import { mostOperations, piecesOf } from "../pieces.ts";
import { exponentOf, U2 } from "../rounding.ts";
import type { Scaling } from "../scaled_matrix.ts";
import factorSource from "../../../shaders/linalg/include/factor_four.wgsl" with { type: "text" };
import fourSource from "../../../shaders/linalg/include/double_single_four.wgsl" with { type: "text" };
import source from "../../../shaders/linalg/count/blocked_factors.wgsl" with { type: "text" };

/** Side of a block, and its words. */
const SIDE = 32, BLOCK_WORDS = 2 * SIDE ** 2;
/** Operations of a term, exclusive-ors included. */
const TERM = 64;
/** Most bytes that the factors of a batch take. */
const MOST_BYTES = 2 ** 30;
/** Bound on what underflows, for a scaled matrix, and least pivot of a proof. */
export const NOTHING = 2 ** -60;

/** A matrix in pairs of words, in blocks, scaled so that its largest entry is from 1 to 2. */
export interface PackedMatrix extends Required<Scaling> {
  /** Words of the blocks, as `blocked_factors.wgsl` takes them. */
  readonly words: Float32Array;
  /** Sum of the magnitudes on the diagonal. */
  readonly trace: number;
  /** Whether all entries are 0. */
  readonly isZero: boolean;
}

/** A factorisation: of which matrix of a batch, at which shift. */
export interface ShiftedMatrix {
  /** Index of the matrix. */
  readonly matrix: number;
  /** The shift, for the scaled matrix: a float64 that is a pair of words. */
  readonly shift: number;
  /** Whether rows are taken from the last to the first. */
  readonly isReversed: boolean;
}

/** What a factorisation proves: see {@linkcode BlockedFactors.readProofs}. */
export interface FactorProof {
  /** Number of pivots above 0. */
  readonly count: number;
  /** Bound on ‖E‖₂; NaN where there is none. */
  readonly bound: number;
}

/**
 * Counts the rows of blocks of a matrix.
 *
 * @param order Order n.
 * @returns P.
 */
export function rowsOfBlocks(order: number): number {
  return Math.ceil(order / SIDE);
}

/**
 * Bounds the errors of factors, relative to Σ_k |l_ik d_k l_jk|.
 *
 * @param order Order n.
 * @returns η: see {@linkcode BlockedFactors.readProofs}.
 */
export function factorBound(order: number): number {
  return (92 + 3 * rowsOfBlocks(order)) * U2;
}

/**
 * Rounds a symmetric matrix to pairs of words, in blocks. Its lower triangle is read.
 *
 * @param matrix A matrix of any magnitude, in single or in float64.
 * @returns The matrix, and what was done to it.
 */
export function packMatrix({ rows: n, data }: Matrix): PackedMatrix {
  const largest = largestMagnitude(data);
  const exponent = largest > 0 && Number.isFinite(largest) ? 0 - exponentOf(largest) : 0;
  // In two factors, since one alone may be beyond float64.
  const half = 2 ** Math.trunc(exponent / 2), rest = 2 ** (exponent - Math.trunc(exponent / 2));
  const words = new Float32Array(triangle(rowsOfBlocks(n)) * BLOCK_WORDS);
  let square = 0, trace = 0;
  for (let i = 0; i < n; i++) {
    const row = triangle(Math.floor(i / SIDE)) * BLOCK_WORDS + 8 * (i % SIDE);
    for (let j = 0, e = i * n; j <= i; j++, e++) {
      const value = data[e] * half * rest, high = Math.fround(value), low = Math.fround(value - high);
      // A block has 1,024 entries in groups of four columns, 32 rows and two vectors each.
      const at = row + (j >> 5) * BLOCK_WORDS + (j >> 2 & 7) * 8 * SIDE + (j & 3);
      words[at] = high;
      words[at + 4] = low;
      square += (i === j ? 1 : 2) * (value - high - low) ** 2;
    }
    trace += Math.abs(data[i * (n + 1)] * half * rest);
  }
  // A little more for the rounding of the sum, and for entries and squares that vanish.
  const rounding = (1 + 2 ** -20) * Math.sqrt(square) + n * 2 ** -120;
  return { words, exponent, rounding, trace, isZero: largest === 0 };
}

/**
 * Tells how many factorisations a batch may have: their factors take at most 1 GiB and what the
 * adapter allows, and no dispatch is longer than others of the library.
 *
 * @param gpu Device.
 * @param order Order n.
 * @returns Their number, one at least.
 */
export function mostFactors(gpu: Gpu, order: number): number {
  const { maxStorageBufferBindingSize, maxBufferSize, maxComputeWorkgroupsPerDimension } = gpu.limits;
  const blocks = rowsOfBlocks(order);
  const bytes = Math.min(MOST_BYTES, maxStorageBufferBindingSize, maxBufferSize, gpu.memoryLeft / 2);
  const most = Math.min(
    maxComputeWorkgroupsPerDimension,
    bytes / (4 * triangle(blocks) * BLOCK_WORDS),
    mostOperations(gpu) / rowOperations(blocks),
  );
  return Math.max(1, Math.floor(most));
}

/** Memory for factorisations of matrices of one order. */
export class BlockedFactors implements Disposable {
  /** Order n. */
  readonly order: number;
  /** Most factorisations at a time. */
  readonly most: number;
  readonly #gpu: Gpu;
  readonly #matrices: GpuArray;
  readonly #lanes: GpuArray;
  readonly #work: GpuArray;
  readonly #panel: GpuArray;
  readonly #pivots: GpuArray;
  readonly #sums: GpuArray;

  /**
   * Copies matrices to the GPU, and allocates memory.
   *
   * @param gpu Device.
   * @param order Order n of all.
   * @param matrices The matrices.
   * @param most Most factorisations at a time.
   * @throws {ShapeError} If the adapter has no room.
   */
  constructor(gpu: Gpu, order: number, matrices: readonly PackedMatrix[], most: number) {
    const blocks = rowsOfBlocks(order), words = triangle(blocks) * BLOCK_WORDS;
    this.#gpu = gpu;
    this.order = order;
    this.most = most;
    [this.#matrices, this.#lanes, this.#work, this.#panel, this.#pivots, this.#sums] = allocateArrays(
      gpu,
      ["matrices to factor", words * matrices.length],
      ["shifts", 4 * most],
      ["factors", words * most],
      ["panels of factors", blocks * BLOCK_WORDS * most],
      ["pivots", blocks * SIDE * most],
      ["sums of factors", blocks * SIDE * most],
    );
    matrices.forEach((matrix, index) => this.#matrices.write(matrix.words, index * words));
  }

  /**
   * Binds factorisations without pivoting.
   *
   * @param form Form of the arithmetic that the adapter needs.
   * @param lanes What to factor, `most` at most.
   * @returns The commands, in a list for each column of blocks, to run in their order.
   */
  async bind(form: DoubleSingleForm, lanes: readonly ShiftedMatrix[]): Promise<Dispatch[][]> {
    const gpu = this.#gpu, count = lanes.length, blocks = rowsOfBlocks(this.order);
    const words = new Float32Array(4 * count), indices = new Uint32Array(words.buffer);
    lanes.forEach(({ matrix, shift, isReversed }, lane) => {
      words.set(splitDouble(shift), 4 * lane);
      indices.set([matrix, Number(isReversed)], 4 * lane + 2);
    });
    this.#lanes.write(words);
    const files = [...doubleSingleFiles(form), fourSource, factorSource, source];
    const kernelOf = (entryPoint: string) =>
      gpu.kernel({ name: `blocked_factors ${entryPoint} (${form})`, files, entryPoint });
    const [load, diagonal, rows, trailing] = await Promise.all(
      ["load", "diagonal", "rows", "trailing"].map(kernelOf),
    );
    const shapeOf = (column: number, first = 0) =>
      gpuStruct(gpu, "blocked_factors shape", ["u32", this.order, blocks, column, first, 0]);
    const work = this.#work, panel = this.#panel, pivots = this.#pivots, sums = this.#sums;
    return Array.from({ length: blocks }, (_, k) => {
      const shape = shapeOf(k), below = blocks - 1 - k, left = triangle(below);
      const dispatches: Dispatch[] = [];
      if (k === 0) {
        const all = triangle(blocks);
        dispatches.push(load.bind(
          [shape, this.#matrices, this.#lanes, work, null, null, sums],
          [all, count],
          8 * SIDE ** 2 * all * count,
        ));
      }
      const own = [null, null, work, panel, pivots, sums];
      dispatches.push(diagonal.bind([shape, ...own], [count], TERM * SIDE ** 3 * count));
      if (below === 0) return dispatches;
      dispatches.push(rows.bind(
        [shape, null, null, work, panel, null, sums],
        [below, count],
        rowOperations(below) * count,
      ));
      const operations = TERM * SIDE ** 3 * left * count;
      for (const { first, length } of piecesOf(gpu, left, operations)) {
        dispatches.push(trailing.bind(
          [shapeOf(k, first), null, null, work, panel],
          [length, count],
          operations * length / left,
        ));
      }
      return dispatches;
    });
  }

  /**
   * Reads what factorisations prove. Waits for the GPU.
   *
   * Let u² = 2⁻⁴⁸ be the unit of double-single errors, and U = L D as it is held beside L. An entry
   * û_ij of U, in column j of row of blocks J ≤ P, is m_ij less the products l̂_jk û_ik of all
   * columns before. Those of a block are added up, 23 u² for each four of them and 3 u² for each of
   * the seven additions: 44 u² of Σ |l̂_jk û_ik|. Inside of a group of four, products err by 7 u².
   * There are at most P − 1 differences for blocks, one for the groups of the own block, three
   * inside of the group, and one for the shift, 3 u² each of what remains, which is at most Σ_(k≤j)
   * |l̂_jk û_ik|. U differs from L D by 34 u² (a division, 27, and a product, 7). So M − sI + E = L
   * D Lᵀ exactly for the computed L and D, with
   *
   *     |E_ij| ≤ (44 + 34 + 3 (P + 4)) u² Σ_k |l_ik d_k l_jk|,   ‖E‖₂ ≤ ‖E‖_F ≤ η Σ_k |d_k| ‖L_k‖²
   *
   * with η = (92 + 3 P) u², terms in u⁴ included. The sum is measured in single precision, from at
   * most 4,096 terms a row; the factor 1.01 covers its rounding. By Sylvester's law the number of
   * positive d is that of the eigenvalues of M + E above s.
   *
   * Below 2⁻⁷⁰ an operation errs by 2⁻¹²² more. Where |d_k| ≥ 2⁻⁶⁰ and the sum is below 2³⁰, 1 /
   * d_k has all digits, and |l_jk d_k| ≤ 2³⁰: so each of n terms of n² entries of E adds at most
   * 2⁻⁹² to it, less than 2⁻⁶⁰ in the norm for n = 4,096. Other factorisations prove nothing.
   *
   * @param count Number of factorisations.
   * @returns A proof for each.
   */
  async readProofs(count: number): Promise<FactorProof[]> {
    const stride = rowsOfBlocks(this.order) * SIDE, eta = 1.01 * factorBound(this.order);
    const [pivots, sums] = await Promise.all([this.#pivots.read(), this.#sums.read()]);
    return Array.from({ length: count }, (_, lane) => {
      let positive = 0, sum = 0, least = Infinity;
      for (let i = 0, at = lane * stride; i < this.order; i++, at++) {
        if (pivots[at] > 0) positive++;
        // NaN makes both NaN.
        least = Math.min(least, Math.abs(pivots[at]));
        sum += sums[at];
      }
      const isProof = least >= NOTHING && sum < 2 ** 30;
      return { count: positive, bound: isProof ? eta * sum + NOTHING : NaN };
    });
  }

  /** Frees the memory. */
  [Symbol.dispose](): void {
    for (const array of [this.#matrices, this.#lanes, this.#work, this.#panel, this.#pivots, this.#sums]) {
      array[Symbol.dispose]();
    }
  }
}

/** Blocks in the lower triangle of some rows of them. */
function triangle(rows: number): number {
  return rows * (rows + 1) / 2;
}

/** Operations of `rows` of a factorisation, with some rows of blocks below the diagonal. */
function rowOperations(below: number): number {
  return TERM * SIDE ** 3 / 2 * below;
}
