/**
 * A batch of symmetric matrices of different orders, with a basis for each.
 *
 * @module
 */
import { allocateArrays, type GpuArray } from "../../gpu/array.ts";
import type { Gpu } from "../../gpu/device.ts";
import { vectors } from "../matrix_view.ts";
import { PROGRESS_WORDS } from "./jacobi_solver.ts";

/**
 * Symmetric matrices padded to one size, their bases and the state of their solver, in GPU memory.
 */
export class EigenBatch implements Disposable {
  /** Number of matrices. */
  readonly count: number;
  /** Rows that each matrix has room for: a multiple of 4. */
  readonly rows: number;
  /** Vectors of four that follow the eigenvector in each row of a basis and are rotated with it. */
  readonly tailStride: number;
  /** Vectors of four per row of a basis: rows / 4 + tailStride. */
  readonly rowStride: number;
  /** Order of each matrix. */
  readonly orders: GpuArray;
  /** The matrices, `rows × rows` each; a solved one has its eigenvalues on the diagonal. */
  readonly matrices: GpuArray;
  /** The bases, `rows × 4 rowStride` each: one vector per row. The identity at first. */
  readonly basis: GpuArray;
  /**
   * The solver's progress with each matrix: rounds, done, off, a gap, off of four heads, traces of
   * four tails; see `jacobi_rounds.wgsl`.
   */
  readonly progress: GpuArray;
  /** Largest order. */
  readonly order: number;

  /**
   * Allocates the batch: matrices of zeros, bases that are the identity.
   *
   * @param gpu Device.
   * @param orders Order of each matrix.
   * @param tailStride Vectors of four that follow the eigenvector in each row. Default: 0.
   */
  constructor(gpu: Gpu, orders: readonly number[], tailStride = 0) {
    this.count = orders.length;
    this.order = orders.reduce((most, order) => Math.max(most, order), 0);
    this.rows = 4 * vectors(this.order);
    this.tailStride = tailStride;
    this.rowStride = this.rows / 4 + tailStride;
    [this.orders, this.matrices, this.basis, this.progress] = allocateArrays(
      gpu,
      ["orders", Uint32Array.from(orders)],
      ["Gram matrices", this.count * this.rows * this.rows],
      ["eigenvectors", this.count * this.rows * this.rowStride * 4],
      ["solver progress", this.count * PROGRESS_WORDS],
    );
    const identity = new Float32Array(this.basis.length);
    orders.forEach((order, index) => {
      for (let i = 0; i < order; i++) identity[(index * this.rows + i) * this.rowStride * 4 + i] = 1;
    });
    this.basis.write(identity);
  }

  /** Frees the memory. */
  [Symbol.dispose](): void {
    for (const array of [this.orders, this.matrices, this.basis, this.progress]) array[Symbol.dispose]();
  }
}
