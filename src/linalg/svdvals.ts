/**
 * Singular values of matrices given by the host.
 *
 * @module
 */
import { InputError, ShapeError, StaircaseError } from "../errors.ts";
import type { GpuArray } from "../gpu/array.ts";
import { Commands } from "../gpu/commands.ts";
import type { Gpu } from "../gpu/device.ts";
import { bindOneSidedJacobi, decodeProgress } from "./one_sided_jacobi.ts";
import { qr, TallBatch } from "./qr.ts";

/** A matrix in the host's memory. */
export interface HostMatrix {
  /** Number of rows. */
  readonly rows: number;
  /** Number of columns. */
  readonly columns: number;
  /** Entries, row-major, `rows × columns`. */
  readonly entries: Float32Array;
}

/** Sweeps before the first look at the progress, and between later ones; and after how many to give up. */
const FIRST_SWEEPS = 10, MORE_SWEEPS = 4, MOST_SWEEPS = 42;
/** Largest entries from 2⁻¹⁶ to 2¹⁷ are left as they are: the squares of all that counts beside them are in range. */
const MOST_EXPONENT = 16;
/** Most bytes of one buffer, where the adapter allows as many. */
const MOST_BYTES = 2 ** 28;

/** A matrix with at least as many rows as columns; its entry (i, j) is `entries[i * down + j * across]`. */
interface Tall {
  readonly index: number;
  readonly rows: number;
  readonly columns: number;
  readonly down: number;
  readonly across: number;
  readonly entries: Float32Array;
  /** A power of two that brings the largest entry to [1, 2), where it is far from there. */
  readonly scale: number;
}

/**
 * Singular values of a batch of matrices, in single precision, as `numpy.linalg.svd(a, compute_uv=False)` gives them.
 * Waits for the GPU.
 *
 * By a QR factorisation and one-sided Jacobi rotations, so without squaring the condition number:
 * |σ̂_i − σ_i| ≤ η σ₁ with η of some u √n (u = 2⁻²⁴; {@linkcode singularValueError} has the terms). Matrices of one shape
 * are solved together; a matrix with more rows than fit into a buffer travels in slabs.
 *
 * @param gpu Device.
 * @param matrices Matrices of any shapes; the smaller side is at most 2,048.
 * @returns Singular values of each, descending, as many as the smaller side has.
 * @throws {ShapeError} Where a matrix has no entries, not rows × columns of them, or is too large.
 * @throws {InputError} Where an entry is NaN or infinite.
 * @throws {StaircaseError} Where the solver does not converge.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { Gpu } from "../gpu/device.ts";
 * import { svdvals } from "./svdvals.ts";
 *
 * using gpu = await Gpu.open();
 * const [values] = await svdvals(gpu, [{ rows: 2, columns: 3, entries: Float32Array.of(3, 0, 0, 0, 0, 4) }]);
 * assert.deepEqual([...values], [4, 3]);
 * ```
 */
export async function svdvals(gpu: Gpu, matrices: readonly HostMatrix[]): Promise<Float32Array[]> {
  const groups = Map.groupBy(matrices.map(tall), ({ rows, columns }) => `${rows}×${columns}`);
  const results: Float32Array[] = new Array(matrices.length);
  const { maxBufferSize, maxStorageBufferBindingSize } = gpu.limits;
  const bytes = Math.min(MOST_BYTES, maxBufferSize, maxStorageBufferBindingSize);
  for (const group of groups.values()) {
    const { rows, columns } = group[0];
    const rowBytes = 64 * Math.ceil(columns / 16);
    const room = 16 * Math.floor(Math.min(rows + 15, bytes / rowBytes) / 16);
    const together = Math.max(1, Math.floor(bytes / rowBytes / Math.max(room, columns + 31)));
    for (let first = 0; first < group.length; first += together) {
      const part = group.slice(first, first + together);
      (await solve(gpu, part, room)).forEach((values, i) => results[part[i].index] = values);
    }
  }
  return results;
}

/** Checks a matrix, and lays it on its side if it is wide. */
function tall({ rows, columns, entries }: HostMatrix, index: number): Tall {
  if (
    !(rows >= 1 && columns >= 1) || !Number.isInteger(rows) || !Number.isInteger(columns) ||
    entries.length !== rows * columns
  ) {
    throw new ShapeError(
      `matrix ${index} has ${entries.length} entries, not ${rows} × ${columns}: give rows × columns of them`,
    );
  }
  const largest = largestMagnitude(entries);
  if (!Number.isFinite(largest)) throw new InputError(`matrix ${index} has an entry that is NaN or infinite`);
  const exponent = largest === 0 ? 0 : Math.floor(Math.log2(largest));
  const scale = Math.abs(exponent) <= MOST_EXPONENT ? 1 : 2 ** -exponent;
  return rows >= columns
    ? { index, rows, columns, down: columns, across: 1, entries, scale }
    : { index, rows: columns, columns: rows, down: 1, across: columns, entries, scale };
}

/** Largest magnitude; not finite where an entry is not. By bits, which order magnitudes, NaN on top. */
function largestMagnitude(entries: Float32Array): number {
  const bits = new Int32Array(entries.buffer, entries.byteOffset, entries.length);
  let most = 0;
  for (let e = 0; e < bits.length; e++) most = Math.max(most, bits[e] & 0x7fffffff);
  return new Float32Array(Int32Array.of(most).buffer)[0];
}

/** Solves matrices of one shape, `room` rows at a time. */
async function solve(gpu: Gpu, group: readonly Tall[], room: number): Promise<Float32Array[]> {
  using stack = new DisposableStack();
  const { rows, columns } = group[0];
  const batch = stack.use(new TallBatch(gpu, group.length, room, columns));
  const jacobi = await bindOneSidedJacobi(gpu, {
    matrices: { array: batch.matrices, stride: batch.stride, batch: batch.rows * batch.stride },
    order: columns,
    count: group.length,
  }, stack);
  const factor = await qr(gpu, batch);
  // The first slab fills all rows, a later one those below R.
  const kept = 4 * batch.stride;
  for (let first = 0, at = 0; first < rows; first += batch.rows - at, at = kept) {
    group.forEach((matrix, i) => write(batch.matrices, i * batch.rows, batch, matrix, first, at));
    const commands = new Commands(gpu);
    commands.run(...factor);
    commands.submit();
  }
  let commands = new Commands(gpu);
  commands.run(jacobi.start);
  for (let sweeps = 0; sweeps < MOST_SWEEPS;) {
    const end = sweeps + (sweeps === 0 ? FIRST_SWEEPS : MORE_SWEEPS);
    for (; sweeps < end; sweeps++) commands.run(...jacobi.sweep);
    commands.submit();
    const [values, progress] = await Promise.all([jacobi.values.read(), jacobi.progress.readUint32()]);
    if (decodeProgress(progress).every(({ done }) => done)) {
      const length = values.length / group.length;
      return group.map(({ scale }, i) =>
        values.slice(i * length, i * length + columns).map((value) => value / scale).sort().reverse()
      );
    }
    commands = new Commands(gpu);
  }
  throw new StaircaseError(
    `the singular values of matrix ${group[0].index} did not converge: a defect, please tell`,
  );
}

/** Writes rows `first` … of a matrix to rows `at` … of the batch, with zeros behind the last. */
function write(
  array: GpuArray,
  row: number,
  batch: TallBatch,
  matrix: Tall,
  first: number,
  at: number,
): void {
  const { rows, columns, down, across, entries, scale } = matrix;
  const width = 4 * batch.stride;
  const end = Math.min(rows - first, batch.rows - at);
  if (end === batch.rows - at && columns === width && across === 1 && scale === 1) {
    array.write(entries.subarray(first * columns, (first + end) * columns), (row + at) * width);
    return;
  }
  const padded = new Float32Array((batch.rows - at) * width);
  for (let i = 0, from = first * down; i < end; i++, from += down) {
    for (let to = i * width, last = to + columns, e = from; to < last; to++, e += across) {
      padded[to] = scale * entries[e];
    }
  }
  array.write(padded, (row + at) * width);
}
