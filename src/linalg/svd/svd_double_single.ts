/**
 * Singular values and right singular vectors of matrices of one shape, in double-single arithmetic.
 *
 * @module
 */
import { norm as normOf } from "../../stats/norm.ts";
import { StaircaseError } from "../../errors.ts";
import { GpuArray } from "../../gpu/array.ts";
import type { Gpu } from "../../gpu/device.ts";
import { PacedCommands, type WorkOptions } from "../../gpu/paced_commands.ts";
import type { Dispatch } from "../../gpu/kernel.ts";
import { columnNorms } from "./column_norms.ts";
import { mostOperations } from "../pieces.ts";
import { interleave, joinDoubles } from "../double_single/double_single.ts";
import { selfTestDoubleSingle } from "../double_single/double_single_self_test.ts";
import {
  bindOneSidedJacobiDoubleSingle,
  decodeDoubleSingleProgress,
  type RotationBounds,
  rotationBounds,
} from "./one_sided_jacobi_double_single.ts";
import { descendingRows } from "./orthonormal_rows.ts";
import { bindQrDoubleSingle, MOST_SLAB_ROWS, qrDoubleSingleBound, SlabBatch } from "./qr_double_single.ts";
import {
  bindStartDoubleSingle,
  checkStart,
  type DoubleSingleStart,
  startBounds,
} from "./start_double_single.ts";

/**
 * A matrix as sums high + low of single numbers, row-major; carried entries stand behind each of
 * its rows.
 */
export interface PairMatrix {
  /** Entries rounded to single precision. */
  readonly high: Float32Array;
  /** Remainders of the rounding; `null` where all are 0. */
  readonly low: Float32Array | null;
  /** A power of two that brings its largest entry near 1. Default: 1. */
  readonly scale?: number;
  /**
   * For each column the exponent, at most 0, of a power of two by which it is yet to be multiplied
   * once it is factored: a factorisation does not mind, and sees short columns as well as long
   * ones. For matrices that are not wider than tall, without a start. Default: 0 each.
   */
  readonly columnExponents?: ArrayLike<number>;
}

/** Shape of the matrices, and which results are wanted. */
export interface DoubleSingleSvdOptions extends WorkOptions {
  /** Number of rows m ≥ 1 of each. */
  readonly rows: number;
  /** Number of columns n ≥ 1. */
  readonly columns: number;
  /**
   * Columns k behind these that are factored and rotated with them, right-hand sides C. Default: 0.
   */
  readonly carried?: number;
  /**
   * Right singular vectors to start from, for each matrix `n × n`, one per row, orthonormal to
   * 10⁻⁵; for m ≥ n only. Default: none.
   */
  readonly starts?: readonly Float64Array[];
  /** Share of σ₁ below which singular values need not be told apart. Default: 2⁻⁷⁶. */
  readonly floor?: number;
}

/** Solution of one matrix A; sizes are those of its entries as given. */
export interface DoubleSingleSvd {
  /** Norms σ̂ of the rows, descending: min(m, n) of them. */
  readonly values: Float64Array;
  /**
   * The rows σ̂_i v_i in that order, n entries each, behind each of them the k entries of u_iᵀ C.
   */
  readonly rows: Float64Array;
  /** Norm of the part of each column of C that is outside the span of the u_i. */
  readonly outside: Float64Array;
  /** Sweeps made. */
  readonly sweeps: number;
  /** Bounds on the errors of the values. */
  readonly bounds: RotationBounds;
}

/**
 * Largest entries on the GPU: squares of columns of them do not overflow, and those of small ones
 * keep their bits.
 */
const SCALE = 2 ** 40;
/** Most bytes of a slab, where the adapter allows as many. */
const MOST_BYTES = 2 ** 26;
/**
 * Sweeps before the first look at the progress, without and with a start; between later looks;
 * most.
 */
const FIRST_SWEEPS = 9, WARM_SWEEPS = 3, MORE_SWEEPS = 3, MOST_SWEEPS = 60;

/**
 * Solves matrices by {@linkcode bindQrDoubleSingle}, slab by slab, unless they are wider than tall,
 * and {@linkcode bindOneSidedJacobiDoubleSingle}. With vectors V to start from, it factors A V
 * instead of A: the columns are nearly orthogonal, R is nearly diagonal, and few sweeps are left to
 * do. Waits for the GPU.
 *
 * The bounds cover the factorisation and the rotations. With a start they also cover A V, whose
 * entries are off by (3 n + 11) u² of the norms of a row and a column, so by √n times that of ‖A‖_F
 * together; and V, which is orthonormal to n (3 n + 20) u² after two Newton–Schulz steps, so that
 * σ_i moves by half of that of itself.
 *
 * @param gpu Device.
 * @param matrices Matrices of one shape.
 * @param options Their shape.
 * @returns Values and vectors of each.
 * @throws {ShapeError} Where n is above 2,048.
 * @throws {InputError} Where a start is not orthonormal.
 * @throws {StaircaseError} Where the solver does not converge.
 */
export async function svdDoubleSingle(
  gpu: Gpu,
  matrices: readonly PairMatrix[],
  options: DoubleSingleSvdOptions,
): Promise<DoubleSingleSvd[]> {
  const { rows, columns, carried = 0, starts } = options;
  const { maxBufferSize, maxStorageBufferBindingSize } = gpu.limits;
  const bytes = Math.min(MOST_BYTES, maxBufferSize, maxStorageBufferBindingSize);
  const width = columns + carried, rowBytes = 8 * width;
  // All rounds of a sweep of a small matrix are one dispatch.
  const most = mostOperations(gpu) / (80 * Math.min(rows, columns) ** 2 * width);
  const fitting = bytes / rowBytes / Math.max(width, Math.min(rows, 4 * width));
  const together = Math.max(1, Math.floor(Math.min(fitting, most)));
  const results: DoubleSingleSvd[] = [];
  for (let first = 0; first < matrices.length; first += together) {
    const part = matrices.slice(first, first + together);
    const room = Math.max(1, Math.min(rows, MOST_SLAB_ROWS, Math.floor(bytes / rowBytes / part.length)));
    const own = starts ? { ...options, starts: starts.slice(first, first + together) } : options;
    const slab = Math.ceil(rows / Math.ceil(rows / room));
    for (const each of await solve(gpu, part, own, slab)) results.push(each);
  }
  return results;
}

async function solve(
  gpu: Gpu,
  matrices: readonly PairMatrix[],
  { rows, columns, carried = 0, starts, signal, ...rest }: DoubleSingleSvdOptions,
  room: number,
): Promise<DoubleSingleSvd[]> {
  const { form } = await selfTestDoubleSingle(gpu);
  using stack = new DisposableStack();
  const count = matrices.length, order = Math.min(rows, columns), width = columns + carried;
  // A matrix that is wider than tall is rotated as it is. Otherwise rows below those of R are the
  // part that the columns do not span.
  const batch = rows < columns ? null : stack.use(new SlabBatch(gpu, count, room, width));
  const size = width * (batch ? width : rows);
  const array = batch?.factors ?? stack.use(new GpuArray(gpu, "rows to rotate", 2 * count * size));
  const operand = { matrices: array, order, columns, width, batch: size, count, ...rest };
  const jacobi = await bindOneSidedJacobiDoubleSingle(gpu, form, operand, stack);
  const start = batch && starts ? await bindStartDoubleSingle(gpu, batch, stack, { form, starts }) : null;
  const commands = stack.use(new PacedCommands(gpu, { signal }));
  let factorNorms: readonly Float64Array[] | null = null;
  if (batch) {
    await factor(commands, await bindQrDoubleSingle(gpu, form, batch), batch, { matrices, rows, start });
    if (matrices.some((each) => each.columnExponents)) factorNorms = await shorten(batch, matrices);
  } else {
    matrices.forEach(({ high, low, scale = 1 }, index) =>
      array.write(interleave(high, low, SCALE * scale), 2 * index * size)
    );
  }
  await commands.run([jacobi.start]);
  for (let sweeps = 0; sweeps < MOST_SWEEPS;) {
    const end = sweeps + (sweeps > 0 ? MORE_SWEEPS : start ? WARM_SWEEPS : FIRST_SWEEPS);
    for (; sweeps < end; sweeps++) await commands.run(jacobi.sweep);
    await commands.run(start?.restore ?? []);
    commands.submit();
    const [states, norms, before, solved, defect] = await Promise.all([
      jacobi.progress.readUint32(),
      jacobi.norms.read(),
      jacobi.before.read(),
      (start?.rows ?? array).read(),
      start?.correction.read() ?? new Float32Array(),
    ]);
    if (start) checkStart(defect, columns);
    const progress = decodeDoubleSingleProgress(states);
    if (!progress.every(({ done }) => done)) continue;
    const [norm, all, earlier] = [norms, solved, before].map(joinDoubles);
    return progress.map((each, index) => {
      const part = (array: Float64Array, length: number) =>
        array.subarray(index * length, (index + 1) * length);
      const bounds = rotationBounds(gpu, operand, each), first = part(earlier, order);
      const norms = factorNorms?.[index] ?? first;
      const factored = batch ? qrDoubleSingleBound(gpu, room, Math.ceil(rows / room), norms) : 0;
      const rotated = start ? startBounds(columns, normOf(first)) : { absolute: 0, relative: 0 };
      const scale = SCALE * (matrices[index].scale ?? 1);
      const own = part(all, size);
      const sorted = descendingRows(part(norm, order), own.subarray(0, order * width), width);
      return {
        values: sorted.norms.map((norm) => norm / scale),
        rows: sorted.rows.map((entry) => entry / scale),
        outside: columnNorms(own.subarray(order * width), width).slice(columns).map((norm) => norm / scale),
        sweeps: each.sweeps,
        bounds: {
          absolute: (bounds.absolute + factored + rotated.absolute) / scale,
          relative: bounds.relative + rotated.relative,
          squared: bounds.squared / scale ** 2,
        },
      };
    });
  }
  throw new StaircaseError(
    "the singular values of a matrix did not converge: please report this as a defect",
  );
}

/**
 * Multiplies the columns of R by their powers of two. What single precision can not hold of them is
 * below 2⁻¹⁴⁹, and the bound of the factorisation many times that. Gives the norms of the rows of R
 * as it was factored: no power is above 1, so a bound for that R is one for this.
 */
async function shorten(
  { factors, order }: SlabBatch,
  matrices: readonly PairMatrix[],
): Promise<Float64Array[]> {
  const words = await factors.read();
  const norms = matrices.map(({ columnExponents }, index) => {
    const squares = new Float64Array(order);
    for (let e = 0, at = 2 * index * order ** 2; e < order ** 2; e++, at += 2) {
      squares[Math.floor(e / order)] += words[at] ** 2;
      const power = 2 ** (columnExponents?.[e % order] ?? 0);
      words[at] *= power;
      words[at + 1] *= power;
    }
    // A little more for the second words.
    return squares.map((square) => (1 + 2 ** -20) * Math.sqrt(square));
  });
  factors.write(words);
  return norms;
}

/** Factors the matrices, slab by slab. */
async function factor(
  commands: PacedCommands,
  dispatches: readonly Dispatch[],
  batch: SlabBatch,
  { matrices, rows, start }: {
    readonly matrices: readonly PairMatrix[];
    readonly rows: number;
    readonly start: DoubleSingleStart | null;
  },
): Promise<void> {
  const { rows: room, order: columns } = batch;
  const words = new Float32Array(2 * columns * room);
  for (let first = 0; first < rows; first += room) {
    matrices.forEach((matrix, index) => {
      fillSlab(words, matrix, { rows, columns, first, room });
      (start?.slab ?? batch.slab).write(words, index * words.length);
    });
    if (first === 0) await commands.run(start?.prepare ?? []);
    await commands.run(start?.rotate ?? []);
    await commands.run(dispatches);
    commands.submit();
  }
}

/**
 * Writes rows of a matrix from `first` on, column by column in pairs, with zeros behind the last.
 */
function fillSlab(
  words: Float32Array,
  { high, low, scale = 1 }: PairMatrix,
  { rows, columns, first, room }: { rows: number; columns: number; first: number; room: number },
): void {
  const end = Math.min(room, rows - first), factor = SCALE * scale;
  if (end < room) words.fill(0);
  for (let i = 0, from = first * columns; i < end; i++) {
    for (let j = 0, to = 2 * i; j < columns; j++, from++, to += 2 * room) {
      words[to] = factor * high[from];
      if (low) words[to + 1] = factor * low[from];
    }
  }
  if (!low) { for (let e = 1; e < words.length; e += 2) words[e] = 0; }
}
