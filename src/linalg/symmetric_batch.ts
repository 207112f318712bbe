/**
 * A batch of symmetric matrices of different orders whose eigenvalues are to be counted.
 *
 * @module
 */
import { ShapeError } from "../errors.ts";
import { GpuArray } from "../gpu/array.ts";
import type { Gpu } from "../gpu/device.ts";
import { padRows, vectors } from "./matrix.ts";

/** What a kernel needs to know of a batch of symmetric matrices; an `EigenBatch` is one, too. */
export interface SymmetricMatrices {
  /** Number of matrices. */
  readonly count: number;
  /** Rows that each matrix has room for: a multiple of 4. */
  readonly rows: number;
  /** Largest order. */
  readonly order: number;
  /** Order of each matrix. */
  readonly orders: GpuArray;
  /** The matrices, `rows × rows` each. */
  readonly matrices: GpuArray;
}

/** Symmetric matrices padded to one size, in GPU memory. */
export class SymmetricBatch implements SymmetricMatrices, Disposable {
  /** Number of matrices. */
  readonly count: number;
  /** Rows that each matrix has room for: a multiple of 4. */
  readonly rows: number;
  /** Largest order. */
  readonly order: number;
  /** Order of each matrix. */
  readonly orders: GpuArray;
  /** The matrices, `rows × rows` each. */
  readonly matrices: GpuArray;

  /**
   * Copies matrices to the GPU.
   *
   * @param gpu Device.
   * @param matrices Row-major `n × n` each, of any orders n ≥ 1, one matrix at least.
   * @throws {ShapeError} Where a matrix is not square.
   */
  constructor(gpu: Gpu, matrices: readonly Float32Array[]) {
    const orders = matrices.map((matrix) => Math.sqrt(matrix.length));
    const wrong = orders.findIndex((order) => !Number.isInteger(order) || order < 1);
    if (wrong >= 0) {
      throw new ShapeError(
        `matrix ${wrong} has ${matrices[wrong].length} entries: give n × n of them, n ≥ 1`,
      );
    }
    this.count = orders.length;
    this.order = Math.max(...orders);
    this.rows = 4 * vectors(this.order);
    this.orders = new GpuArray(gpu, "orders", Uint32Array.from(orders));
    this.matrices = new GpuArray(gpu, "symmetric matrices", this.count * this.rows * this.rows);
    matrices.forEach((matrix, index) => {
      this.matrices.write(padRows(matrix, orders[index], this.rows / 4), index * this.rows * this.rows);
    });
  }

  /** Frees the memory. */
  [Symbol.dispose](): void {
    this.orders[Symbol.dispose]();
    this.matrices[Symbol.dispose]();
  }
}
