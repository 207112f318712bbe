/**
 * Numbers as callers hold them, as flat arrays in single precision.
 *
 * @module
 */
import { InputError, ShapeError } from "../errors.ts";
import { plural } from "./check_task.ts";

/**
 * Numbers, one row per sample: a flat array of all rows, one after the other, an array of rows, or
 * a flat array with its shape, as `parseNpy` reads it.
 */
export type Table = ArrayLike<number> | readonly ArrayLike<number>[] | ShapedNumbers;

/** Numbers in row-major order with their shape: `[samples]` or `[samples, numbers]`. */
export interface ShapedNumbers {
  /** Size along each axis. */
  readonly shape: readonly number[];
  /** All rows, one after the other. */
  readonly data: ArrayLike<number>;
}

/** A table, flat. */
export interface FlatTable {
  /** All rows, one after the other. */
  readonly data: Float32Array;
  /** Numbers per row. */
  readonly width: number;
}

/**
 * Rounds numbers to single precision.
 *
 * @param values The numbers.
 * @param what What they are, for the error.
 * @returns The numbers.
 * @throws {InputError} If they are no array, or one of them is no number.
 */
export function readNumbers(values: ArrayLike<number>, what: string): Float32Array {
  if (values === null || typeof values !== "object" || typeof values.length !== "number") {
    throw new InputError(`${what} must be an array of numbers, not ${values}`);
  }
  const numbers = new Float32Array(values.length);
  for (let i = 0; i < numbers.length; i++) {
    if (typeof values[i] !== "number") {
      throw new InputError(`${what}[${i}] is a ${typeof values[i]}: give numbers`);
    }
    numbers[i] = values[i];
  }
  return numbers;
}

/**
 * Reads a table.
 *
 * @param table The table.
 * @param what What it is, for errors.
 * @param width Numbers per row; by default those of the first row, 1 in a flat array.
 * @returns The table, flat.
 * @throws {InputError} If one of its entries is no number.
 * @throws {ShapeError} If it has a row of another width, or a shape that does not fit.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 *
 * const { data, width } = readTable([[1, 2], [3, 4]], "x");
 * assert.deepEqual([[...data], width], [[1, 2, 3, 4], 2]);
 * ```
 */
export function readTable(table: Table, what: string, width?: number): FlatTable {
  if (isShaped(table)) return readShaped(table, what, width);
  if (!Array.isArray(table) || typeof table[0] !== "object") {
    return { data: readNumbers(table as ArrayLike<number>, what), width: width ?? 1 };
  }
  const rows = table.map((row: ArrayLike<number>, k) => readNumbers(row, `${what}[${k}]`));
  const each = width ?? rows[0].length;
  const data = new Float32Array(rows.length * each);
  for (const [k, row] of rows.entries()) {
    if (row.length !== each) {
      throw new ShapeError(`${what}[${k}] has ${plural(row.length, "number")}: give rows of ${each}`);
    }
    data.set(row, k * each);
  }
  return { data, width: each };
}

function isShaped(table: Table): table is ShapedNumbers {
  return typeof table === "object" && table !== null && "shape" in table && "data" in table;
}

function readShaped({ shape, data }: ShapedNumbers, what: string, width: number | undefined): FlatTable {
  const text = `${what} of shape (${shape.join(", ")})`;
  if (shape.length !== 1 && shape.length !== 2) {
    throw new ShapeError(`${text}: give one axis, or a row per sample`);
  }
  const numbers = readNumbers(data, what), [rows, each = 1] = shape;
  if (numbers.length !== rows * each) {
    throw new ShapeError(`${text} needs ${plural(rows * each, "number")}, got ${numbers.length}`);
  }
  if (width !== undefined && width !== each) throw new ShapeError(`${text}: give rows of ${width}`);
  return { data: numbers, width: each };
}
