/**
 * Singular values and right singular vectors of matrices of one shape, in single precision.
 *
 * @module
 */
import { InputError, StaircaseError } from "../../errors.ts";
import { GpuArray } from "../../gpu/array.ts";
import type { Gpu } from "../../gpu/device.ts";
import { PacedCommands, type WorkOptions } from "../../gpu/paced_commands.ts";
import type { Dispatch } from "../../gpu/kernel.ts";
import { columnNorms } from "./column_norms.ts";
import { bindGemm } from "../products/gemm.ts";
import { padRows } from "../matrix_view.ts";
import { mostOperations } from "../pieces.ts";
import { bindOneSidedJacobi, decodeProgress } from "./one_sided_jacobi.ts";
import { bindQr, TallBatch } from "./qr.ts";

/** Sweeps before the first look at the progress; between later looks; and most sweeps. */
const FIRST_SWEEPS = 10, MORE_SWEEPS = 4, MOST_SWEEPS = 62;
/** Most bytes of one buffer, where the adapter allows as many. */
const MOST_BYTES = 2 ** 28;

/** A matrix whose entry (i, j) is `entries[i * down + j * across]`. */
export interface StridedMatrix {
  /** Entries from one row to the next. */
  readonly down: number;
  /** Entries from one column to the next. */
  readonly across: number;
  /** The entries. */
  readonly entries: Float32Array | Float64Array;
  /** Factor that brings the largest entry near 1, where it is far from there; a power of two. */
  readonly scale: number;
}

/** Shape of the matrices, and which results are wanted. */
export interface SingleSvdOptions extends WorkOptions {
  /** Number of rows m ≥ 1 of each. */
  readonly rows: number;
  /** Number of columns n ≥ 1; at most m, unless vectors are wanted. */
  readonly columns: number;
  /**
   * Columns k behind these that are factored and rotated with them: right-hand sides C. Where there
   * are any, n is a multiple of 4 and vectors are wanted. Default: 0.
   */
  readonly carried?: number;
  /** Whether vectors are wanted. */
  readonly vectors: boolean;
  /**
   * For each matrix right singular vectors to start from, `n × n`, one per row; for m ≥ n only.
   * Default: none.
   */
  readonly starts?: readonly (Float32Array | Float64Array)[];
}

/** Solution of one matrix; sizes are those of its scaled entries. */
export interface SingleSvd {
  /** Norms σ̂ of the rows, not in order: min(m, n) of them. */
  readonly values: Float32Array;
  /**
   * The rows σ̂_i v_i, in the same order, n entries each, behind each of them the k entries of u_iᵀ
   * C; empty where no vectors are wanted.
   */
  readonly rows: Float32Array;
  /** Norm of the part of each column of C that is outside the span of the u_i. */
  readonly outside: Float64Array;
  /** Sweeps made. */
  readonly sweeps: number;
}

/**
 * Solves matrices by {@linkcode bindQr}, unless they are wider than tall, and
 * {@linkcode bindOneSidedJacobi}. With vectors V to start from, it factors A V instead of A.
 * Matrices that do not fit into one buffer travel in slabs or are solved one after the other. Waits
 * for the GPU.
 *
 * @param gpu Device.
 * @param matrices Matrices of one shape.
 * @param options Their shape.
 * @returns Values and vectors of each.
 * @throws {ShapeError} Where the smaller side is above 2,048.
 * @throws {InputError} Where a start is not orthonormal.
 * @throws {StaircaseError} Where the solver does not converge.
 */
export async function svdSingle(
  gpu: Gpu,
  matrices: readonly StridedMatrix[],
  options: SingleSvdOptions,
): Promise<SingleSvd[]> {
  const { rows, columns, carried = 0, starts } = options;
  const { maxBufferSize, maxStorageBufferBindingSize } = gpu.limits;
  const bytes = Math.min(MOST_BYTES, maxBufferSize, maxStorageBufferBindingSize);
  const width = columns + carried, rowBytes = 64 * Math.ceil(width / 16);
  const room = 16 * Math.floor(Math.min(rows + 15, bytes / rowBytes) / 16);
  // All rounds of a sweep of a small matrix are one dispatch.
  const most = mostOperations(gpu) / (8 * Math.min(rows, columns) ** 2 * width);
  const together = Math.max(1, Math.floor(Math.min(bytes / rowBytes / Math.max(room, width + 31), most)));
  const results: SingleSvd[] = [];
  for (let first = 0; first < matrices.length; first += together) {
    const part = matrices.slice(first, first + together);
    const own = starts ? { ...options, starts: starts.slice(first, first + together) } : options;
    for (const each of await solve(gpu, part, own, room)) results.push(each);
  }
  return results;
}

/** Solves a batch, `room` rows at a time. */
async function solve(
  gpu: Gpu,
  group: readonly StridedMatrix[],
  { rows, columns, carried = 0, vectors, starts, signal }: SingleSvdOptions,
  room: number,
): Promise<SingleSvd[]> {
  using stack = new DisposableStack();
  const count = group.length, order = Math.min(rows, columns), taken = columns + carried;
  const batch = stack.use(new TallBatch(gpu, count, room, taken));
  const view = { array: batch.matrices, stride: batch.stride, batch: batch.rows * batch.stride };
  const counted = carried > 0 ? columns / 4 : batch.stride;
  const jacobi = await bindOneSidedJacobi(gpu, { matrices: view, order, count, counted, vectors }, stack);
  const commands = stack.use(new PacedCommands(gpu, { signal }));
  const start = starts ? await bindStart(gpu, batch, starts, stack) : null;
  // The first slab fills all rows, a later one those below R. A matrix that is wider than tall is
  // rotated as it is.
  const kept = 4 * batch.stride;
  const factor = rows < columns ? [] : await bindQr(gpu, batch);
  for (let first = 0, at = 0; first < rows; first += batch.rows - at, at = kept) {
    group.forEach((matrix, i) =>
      write(start?.slab ?? batch.matrices, i * batch.rows, batch, matrix, { rows, first, at })
    );
    if (start) await commands.run(start.rotate(at));
    await commands.run(factor);
    commands.submit();
  }
  await commands.run([jacobi.start]);
  for (let sweeps = 0; sweeps < MOST_SWEEPS;) {
    const end = sweeps + (sweeps === 0 ? FIRST_SWEEPS : MORE_SWEEPS);
    for (; sweeps < end; sweeps++) await commands.run(jacobi.sweep);
    if (start) await commands.run([start.restore]);
    commands.submit();
    const [values, words, solved] = await Promise.all([
      jacobi.values.read(),
      jacobi.progress.readUint32(),
      vectors ? (start?.rows ?? batch.matrices).read() : new Float32Array(),
    ]);
    const progress = decodeProgress(words);
    if (progress.every(({ done }) => done)) {
      const length = values.length / count, width = 4 * batch.stride;
      return progress.map(({ sweeps }, index) => {
        const own = solved.subarray(index * batch.rows * width, (index + 1) * batch.rows * width);
        const found = new Float32Array(vectors ? order * taken : 0);
        for (let i = 0; i * taken < found.length; i++) {
          found.set(own.subarray(i * width, i * width + taken), i * taken);
        }
        return {
          values: values.slice(index * length, index * length + order),
          rows: found,
          outside: columnNorms(own.subarray(order * width, taken * width), width).slice(columns, taken),
          sweeps,
        };
      });
    }
  }
  throw new StaircaseError(
    "the singular values of a matrix did not converge: please report this as a defect",
  );
}

/** Commands for a start V, and their arrays, which lie as the batch does. */
interface BoundStart {
  /** Rows from `at` on become X V, from the slab X. */
  readonly rotate: (at: number) => readonly Dispatch[];
  /** Solved rows in the coordinates of A. */
  readonly restore: Dispatch;
  readonly slab: GpuArray;
  readonly rows: GpuArray;
}

async function bindStart(
  gpu: Gpu,
  batch: TallBatch,
  starts: readonly (Float32Array | Float64Array)[],
  stack: DisposableStack,
): Promise<BoundStart> {
  const { count, columns, stride, rows, matrices } = batch;
  const width = 4 * stride;
  const square = { m: width, n: width, k: width, count };
  const make = (label: string, height: number) => ({
    array: stack.use(new GpuArray(gpu, label, count * height * width)),
    stride,
    batch: height * stride,
  });
  const basis = make("right singular vectors", width), q = make("right singular vectors", width);
  const correction = make("orthonormal correction", width);
  const [slab, solved] = [make("slab of rows as given", rows), make("rotated rows", rows)];
  starts.forEach((each, index) => {
    basis.array.write(padRows(Float32Array.from(each), columns, stride), index * width * width);
  });
  using commands = new PacedCommands(gpu);
  await commands.run([
    await bindGemm(gpu, "nt", basis, basis, correction, { ...square, scale: -0.5, shift: 1.5 }),
    await bindGemm(gpu, "nn", correction, basis, q, square),
  ]);
  commands.submit();
  checkStart(await correction.array.read(), width, columns);
  const inner = { array: matrices, stride, batch: rows * stride };
  const from = [0, width].filter((at) => at < rows);
  const products = await Promise.all(
    from.map((at) =>
      bindGemm(gpu, "nt", { ...slab, offset: at * stride }, q, { ...inner, offset: at * stride }, {
        ...square,
        m: rows - at,
      })
    ),
  );
  return {
    rotate: (at) => [products[from.indexOf(at)]],
    restore: await bindGemm(gpu, "nn", inner, q, solved, square),
    slab: slab.array,
    rows: solved.array,
  };
}

/**
 * Checks that a start is orthonormal. A Newton–Schulz step squares the defect: 10⁻⁴ at first is
 * 10⁻⁸ after it.
 */
function checkStart(correction: Float32Array, width: number, columns: number): void {
  for (let e = 0; e < correction.length; e++) {
    const i = Math.floor(e / width) % width, j = e % width;
    if (Math.max(i, j) >= columns || Math.abs(correction[e] - (i === j ? 1 : 0)) < 1e-4) continue;
    throw new InputError(
      "a start is not orthonormal: give right singular vectors, as `vt` of an earlier result",
    );
  }
}

/** Rows of a matrix to write, and where to. */
interface Placement {
  readonly rows: number;
  readonly first: number;
  readonly at: number;
}

/** Writes rows `first` … of a matrix to rows `at` … of the batch, with zeros behind the last. */
function write(
  array: GpuArray,
  row: number,
  batch: TallBatch,
  { down, across, entries, scale }: StridedMatrix,
  { rows, first, at }: Placement,
): void {
  const { columns } = batch;
  const width = 4 * batch.stride;
  const end = Math.min(rows - first, batch.rows - at);
  const asTheyAre = columns === width && across === 1 && scale === 1;
  if (entries instanceof Float32Array && end === batch.rows - at && asTheyAre) {
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
