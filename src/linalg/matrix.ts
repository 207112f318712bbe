/**
 * Matrices in the host's memory, and their checks.
 *
 * @module
 */
import { InputError, ShapeError } from "../errors.ts";
import { exponentOf } from "./rounding.ts";

/** A matrix in the host's memory. */
export interface Matrix {
  /** Number of rows. */
  readonly rows: number;
  /** Number of columns. */
  readonly columns: number;
  /** Entries, row-major, `rows × columns`. */
  readonly data: Float32Array | Float64Array;
}

/** Name of a precision that the functions of this room compute in: 24 bits of a number, or 48. */
export type PrecisionName = "single" | "double";

/** Names of the precisions. */
export const precisionNames: readonly PrecisionName[] = ["single", "double"];

/**
 * Makes a square matrix of its entries.
 *
 * @param data Entries, row-major, `n × n`; they are not copied.
 * @returns The matrix.
 * @throws {ShapeError} Where their number is not a square number of at least 1.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { squareMatrix } from "./matrix.ts";
 *
 * assert.equal(squareMatrix(Float32Array.of(2, 1, 1, 2)).rows, 2);
 * ```
 */
export function squareMatrix(data: Float32Array | Float64Array): Matrix {
  const order = Math.sqrt(data.length);
  if (Number.isInteger(order) && order >= 1) return { rows: order, columns: order, data };
  throw new ShapeError(`${data.length} entries make no square matrix: give n × n of them, n ≥ 1`);
}

/**
 * Exchanges rows and columns.
 *
 * @param data Entries, row-major, `rows × columns`.
 * @param rows Number of rows.
 * @param columns Number of columns.
 * @returns Entries, row-major, `columns × rows`.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { transposed } from "./matrix.ts";
 *
 * assert.deepEqual(transposed(Float32Array.of(1, 2, 3, 4), 1, 4), Float32Array.of(1, 2, 3, 4));
 * assert.deepEqual(transposed(Float32Array.of(1, 2, 3, 4), 2, 2), Float32Array.of(1, 3, 2, 4));
 * ```
 */
export function transposed<Data extends Float32Array | Float64Array>(
  data: Data,
  rows: number,
  columns: number,
): Data {
  const turned = data.slice() as Data;
  for (let i = 0; i < rows; i++) {
    for (let j = 0; j < columns; j++) turned[j * rows + i] = data[i * columns + j];
  }
  return turned;
}

/**
 * Checks that matrices are a list of matrices, each with as many entries as its shape says.
 *
 * @param matrices Matrices, as a caller gave them.
 * @throws {InputError} Where they are no list, or one of them is no matrix.
 * @throws {ShapeError} Where one has a shape that is not of whole numbers, or another number of
 * entries.
 */
export function checkMatrices(matrices: readonly Matrix[]): void {
  if (!Array.isArray(matrices)) {
    throw new InputError(`matrices must be a list, not ${kindOf(matrices)}: give [matrix], even for one`);
  }
  matrices.forEach((matrix, index) => checkMatrix(matrix, `matrix ${index}`));
}

/**
 * Checks that a value is a matrix with as many entries as its shape says.
 *
 * @param matrix A matrix, as a caller gave it.
 * @param name Its name for error messages: `matrix 0`.
 * @throws {InputError} Where it is no matrix, or its entries are not in a typed array.
 * @throws {ShapeError} Where its shape is not of whole numbers, or it has another number of
 * entries.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { checkMatrix } from "./matrix.ts";
 *
 * const matrix = { rows: 2, columns: 2, data: new Float32Array(3) };
 * assert.throws(() => checkMatrix(matrix, "matrix 0"), {
 *   message: "matrix 0 has 3 entries, not 2 × 2: give rows × columns of them",
 * });
 * ```
 */
export function checkMatrix(matrix: Matrix, name: string): void {
  if (typeof matrix !== "object" || matrix === null) {
    throw new InputError(`${name} must be an object { rows, columns, data }, not ${kindOf(matrix)}`);
  }
  const { rows, columns, data } = matrix;
  if (!(data instanceof Float32Array || data instanceof Float64Array)) {
    throw new InputError(
      `the data of ${name} must be a Float32Array or a Float64Array, not ${kindOf(data)}`,
    );
  }
  if (![rows, columns].every((size) => Number.isSafeInteger(size) && size >= 1)) {
    throw new ShapeError(
      `${name} is ${rows} × ${columns}: give a whole number of rows and columns, at least 1 of each`,
    );
  }
  if (data.length !== rows * columns) {
    throw new ShapeError(
      `${name} has ${data.length} entries, not ${rows} × ${columns}: give rows × columns of them`,
    );
  }
}

/** Names a value in error messages: the name of its class, or the value itself. */
function kindOf(value: unknown): string {
  return typeof value === "object" && value !== null ? value.constructor?.name ?? "object" : String(value);
}

/**
 * Finds the exponent of a matrix's largest entry.
 *
 * @param matrix A matrix that {@linkcode checkMatrix} has passed.
 * @param name Its name for error messages: `matrix 0`.
 * @returns e with the largest magnitude in [2^e, 2^(e + 1)), from −1074 to 1023; 0 for a matrix of
 * zeros.
 * @throws {InputError} Where an entry is NaN or infinite.
 */
export function largestExponent({ data }: Matrix, name: string): number {
  const largest = largestMagnitude(data);
  if (!Number.isFinite(largest)) {
    throw new InputError(`${name} has an entry that is NaN or infinite: give finite numbers`);
  }
  return largest === 0 ? 0 : exponentOf(largest);
}

/**
 * Finds the largest magnitude of entries.
 *
 * @param data Entries.
 * @returns The largest magnitude; not finite where an entry is not.
 */
export function largestMagnitude(data: Float32Array | Float64Array): number {
  return data instanceof Float32Array ? largestSingle(data) : largestDouble(data);
}

/** Bits order magnitudes, with NaN on top. */
function largestSingle(entries: Float32Array): number {
  const bits = new Int32Array(entries.buffer, entries.byteOffset, entries.length);
  let most = 0;
  for (let e = 0; e < bits.length; e++) most = Math.max(most, bits[e] & 0x7fffffff);
  return new Float32Array(Int32Array.of(most).buffer)[0];
}

function largestDouble(entries: Float64Array): number {
  let most = 0;
  for (let e = 0; e < entries.length; e++) most = Math.max(most, Math.abs(entries[e]));
  return most;
}
