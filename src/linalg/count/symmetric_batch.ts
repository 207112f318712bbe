/**
 * A batch of symmetric matrices of different orders whose eigenvalues are to be counted.
 *
 * @module
 */
import { InputError, ShapeError } from "../../errors.ts";
import { allocateArrays, type GpuArray } from "../../gpu/array.ts";
import type { Gpu } from "../../gpu/device.ts";
import { padRows, vectors } from "../matrix_view.ts";

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

/**
 * Orders of square matrices.
 *
 * @param matrices Row-major `n × n` each.
 * @returns n of each.
 * @throws {ShapeError} Where a matrix is not square, or has no entries.
 */
export function ordersOf(matrices: readonly Float32Array[]): number[] {
  const orders = matrices.map(({ length }) => Math.sqrt(length));
  const wrong = orders.findIndex((order) => !Number.isInteger(order) || order < 1);
  if (wrong >= 0) {
    throw new ShapeError(`matrix ${wrong} has ${matrices[wrong].length} entries: give n × n of them, n ≥ 1`);
  }
  return orders;
}

/**
 * Checks that all entries of matrices are finite.
 *
 * @param matrices Matrices.
 * @throws {InputError} Where an entry is NaN or infinite.
 */
export function assertFinite(matrices: readonly Float32Array[]): void {
  const infinite = matrices.findIndex((matrix) => {
    for (let e = 0; e < matrix.length; e++) if (!Number.isFinite(matrix[e])) return true;
    return false;
  });
  if (infinite >= 0) throw new InputError(`matrix ${infinite} has an entry that is NaN or infinite`);
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
    const orders = ordersOf(matrices);
    this.count = orders.length;
    this.order = Math.max(...orders);
    this.rows = 4 * vectors(this.order);
    [this.orders, this.matrices] = allocateArrays(
      gpu,
      ["orders", Uint32Array.from(orders)],
      ["symmetric matrices", this.count * this.rows * this.rows],
    );
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
