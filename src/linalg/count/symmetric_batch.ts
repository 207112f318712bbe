/**
 * A batch of symmetric matrices of different orders whose eigenvalues are to be counted.
 *
 * @module
 */
import { ShapeError } from "../../errors.ts";
import { allocateArrays, type GpuArray } from "../../gpu/array.ts";
import type { Gpu } from "../../gpu/device.ts";
import { checkMatrices, largestExponent, type Matrix } from "../matrix.ts";
import { padRows, vectors } from "../matrix_view.ts";

/** A batch of symmetric matrices as kernels see it; an `EigenBatch` is one. */
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
 * Checks that matrices are square.
 *
 * @param matrices Matrices, as a caller gave them.
 * @returns Order n of each.
 * @throws {InputError} Where they are no list of matrices.
 * @throws {ShapeError} Where a matrix is not square, or has another number of entries than its
 * shape says.
 */
export function ordersOf(matrices: readonly Matrix[]): number[] {
  checkMatrices(matrices);
  return matrices.map(({ rows, columns }, index) => {
    if (rows === columns) return rows;
    throw new ShapeError(`matrix ${index} is ${rows} × ${columns}: give a square one, n × n`);
  });
}

/**
 * Checks that all entries of matrices are finite numbers.
 *
 * @param matrices Matrices.
 * @throws {InputError} Where an entry is NaN or infinite.
 */
export function checkFinite(matrices: readonly Matrix[]): void {
  matrices.forEach((matrix, index) => largestExponent(matrix, `matrix ${index}`));
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
   * @param matrices Square matrices of any orders, at least one. Entries of float64 are rounded to
   * single precision, in silence: see `scaledSingle`.
   * @throws {ShapeError} Where a matrix is not square.
   */
  constructor(gpu: Gpu, matrices: readonly Matrix[]) {
    const orders = ordersOf(matrices);
    this.count = orders.length;
    this.order = orders.reduce((most, order) => Math.max(most, order), 0);
    this.rows = 4 * vectors(this.order);
    [this.orders, this.matrices] = allocateArrays(
      gpu,
      ["orders", Uint32Array.from(orders)],
      ["symmetric matrices", this.count * this.rows * this.rows],
    );
    matrices.forEach(({ data }, index) => {
      const entries = data instanceof Float32Array ? data : Float32Array.from(data);
      const padded = padRows(entries, orders[index], this.rows / 4);
      this.matrices.write(padded, index * this.rows * this.rows);
    });
  }

  /** Frees the memory. */
  [Symbol.dispose](): void {
    this.orders[Symbol.dispose]();
    this.matrices[Symbol.dispose]();
  }
}
