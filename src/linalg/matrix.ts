/**
 * Matrices in the host's memory, checked.
 *
 * @module
 */
import { InputError, ShapeError } from "../errors.ts";

/** A matrix in the host's memory. */
export interface Matrix {
  /** Number of rows. */
  readonly rows: number;
  /** Number of columns. */
  readonly columns: number;
  /** Entries, row-major, `rows × columns`. */
  readonly data: Float32Array | Float64Array;
}

/**
 * The exponent of a matrix's largest entry.
 *
 * @param matrix Matrix.
 * @param index Its number, for error messages.
 * @param kind What it is, for these. Default: a matrix.
 * @returns e with the largest magnitude in [2^e, 2^(e + 1)), but in −1000 … 1000; 0 for a matrix of zeros.
 * @throws {ShapeError} Where it has no entries, or not rows × columns of them.
 * @throws {InputError} Where an entry is NaN or infinite.
 */
export function largestExponent(
  { rows, columns, data }: Matrix,
  index: number,
  kind = "matrix",
): number {
  if (
    !(rows >= 1 && columns >= 1) || !Number.isInteger(rows) || !Number.isInteger(columns) ||
    data.length !== rows * columns
  ) {
    throw new ShapeError(
      `${kind} ${index} has ${data.length} entries, not ${rows} × ${columns}: give rows × columns of them`,
    );
  }
  const largest = data instanceof Float32Array ? largestSingle(data) : largestDouble(data);
  if (!Number.isFinite(largest)) {
    throw new InputError(`${kind} ${index} has an entry that is NaN or infinite`);
  }
  return largest === 0 ? 0 : Math.max(-1000, Math.min(1000, Math.floor(Math.log2(largest))));
}

/** Largest magnitude; not finite where an entry is not. By bits, which order magnitudes, NaN on top. */
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
