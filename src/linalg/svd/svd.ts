/**
 * Singular values and right singular vectors of matrices.
 *
 * @module
 */
import { checkKeys, checkName } from "../../check.ts";
import { ShapeError } from "../../errors.ts";
import type { Gpu } from "../../gpu/device.ts";
import type { WorkOptions } from "../../gpu/paced_commands.ts";
import { inTurns } from "../../gpu/turns.ts";
import {
  checkMatrices,
  checkMatrix,
  largestExponent,
  type Matrix,
  type PrecisionName,
  precisionNames,
} from "../matrix.ts";
import { FLOOR } from "./one_sided_jacobi.ts";
import { LEAST_FLOOR } from "./one_sided_jacobi_double_single.ts";
import { exponentOf, ldexp } from "../rounding.ts";
import { magnitudeOf, type ScaledEntries } from "./magnitude.ts";
import { descendingRows, orthonormalRows } from "./orthonormal_rows.ts";
import { type PairMatrix, svdDoubleSingle } from "./svd_double_single.ts";
import { svdSingle } from "./svd_single.ts";

/**
 * Exponent from which on shorter columns are factored as if they were long: a factorisation in
 * double-single words sees columns down to 2⁻⁶⁵ of the largest entry, and needs bits of them.
 */
const GRADED = 16;
/** Largest order of a matrix, and most columns of one that is wider than tall. */
const MOST_COLUMNS = 2048;

/** Options of {@linkcode svd}. */
export interface SvdOptions extends WorkOptions {
  /** Arithmetic: entries are rounded to 24 bits, or to 48. Default: single. */
  readonly precision?: PrecisionName;
  /**
   * Right singular vectors to start from, for each matrix: `vt` of an earlier result for a matrix
   * that has changed since. `columns × columns`, for matrices with at least as many rows. Default:
   * none.
   */
  readonly start?: readonly Matrix[];
}

/** Singular values and right singular vectors of one matrix, the smaller side k of them. */
export interface Svd {
  /** Singular values, descending, `k`. */
  readonly values: Float64Array;
  /** Right singular vectors, one per row in the order of the values, orthonormal, `k × columns`. */
  readonly vt: Matrix;
  /** Sweeps of rotations made, with the last one, which found nothing to rotate. */
  readonly sweeps: number;
}

/** A matrix, and how it is scaled. */
interface Scaled extends ScaledEntries {
  readonly index: number;
  readonly matrix: Matrix;
  readonly start: Matrix | null;
}

/**
 * Computes singular values and right singular vectors of a batch of matrices, like the last two
 * results of `numpy.linalg.svd(a, full_matrices=False)`. Waits for the GPU.
 *
 * It takes the way of a QR factorisation (of matrices that are not wider than tall) and one-sided
 * Jacobi rotations of the rows of R, which become σ_i v_i, so it does not square the condition
 * number. Values are right to a few u √n σ₁, u = 2⁻²⁴ in single and 2⁻⁴⁸ in double precision. In
 * double precision, and without a start, those of a matrix B D that is not wider than tall, D
 * diagonal and B well conditioned, are right to as much of themselves down to 2⁻⁷⁶ σ₁, about 10⁻²³
 * (Drmač and Veselić, SIAM J. Matrix Anal. Appl. 29, 2008); below, they may be off by as much as
 * that, or 0. Vectors of small values are right to the error over the gap. Matrices are scaled by
 * powers of two, so this holds for entries of any magnitude. Matrices of one shape are solved
 * together; tall ones travel in slabs.
 *
 * @param gpu Device.
 * @param matrices Matrices of any shapes; the smaller side is at most 2,048, and so are the columns
 * of one that is wider than tall.
 * @param options Precision, vectors to start from.
 * @returns Values and vectors of each. A value beyond float64 is infinite.
 * @throws {ShapeError} Where a matrix has no entries, another number of them than its shape says,
 * or is too large; or a start has another shape.
 * @throws {InputError} Where they are no list of matrices, an entry is NaN or infinite, a start is
 * not orthonormal, or an option or precision does not exist.
 * @throws {PrecisionError} Where double precision is requested and the adapter has none.
 * @throws {StaircaseError} Where the solver does not converge.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { Gpu } from "../../gpu/device.ts";
 * import { svd } from "./svd.ts";
 *
 * using gpu = await Gpu.open();
 * const matrix = { rows: 3, columns: 2, data: Float64Array.of(0, 4, 3, 0, 0, 0) };
 * const [{ values, vt }] = await svd(gpu, [matrix], { precision: "double" });
 * assert.deepEqual([...values], [4, 3]);
 * assert.deepEqual(vt.data.map(Math.abs), Float64Array.of(0, 1, 1, 0));
 * ```
 */
export async function svd(
  gpu: Gpu,
  matrices: readonly Matrix[],
  options: SvdOptions = {},
): Promise<Svd[]> {
  checkKeys("options of svd", options, ["precision", "start", "signal"]);
  const { precision = "single", start, signal } = options;
  checkName("precision", precision, precisionNames);
  checkMatrices(matrices);
  if (start && start.length !== matrices.length) {
    throw new ShapeError(`${start.length} starts for ${matrices.length} matrices: give one for each`);
  }
  const scaled = matrices.map((matrix, index): Scaled => {
    const scaled = magnitudeOf(matrix, `matrix ${index}`);
    checkShape(matrix, index, start?.[index] ?? null);
    return { index, matrix, ...scaled, start: start?.[index] ?? null };
  });
  const results: Svd[] = new Array(matrices.length);
  for (const group of Map.groupBy(scaled, ({ matrix: { rows, columns } }) => `${rows}×${columns}`).values()) {
    const solved = await (precision === "double" ? solveDouble : solveSingle)(gpu, group, { signal });
    solved.forEach((each, i) => results[group[i].index] = each);
  }
  return results;
}

function checkShape(
  { rows, columns }: Matrix,
  index: number,
  start: Matrix | null,
): void {
  if (Math.min(rows, columns) > MOST_COLUMNS) {
    throw new ShapeError(`matrix ${index}, ${rows} × ${columns}, is too large: use at most ${MOST_COLUMNS}`);
  }
  if (columns > Math.max(rows, MOST_COLUMNS)) {
    throw new ShapeError(
      `vectors of ${columns} entries are too long: use at most ${MOST_COLUMNS} columns, or svdvals`,
    );
  }
  if (!start) return;
  if (rows < columns) {
    throw new ShapeError(`matrix ${index} is wider than tall: start from vectors where rows ≥ columns`);
  }
  checkMatrix(start, `start ${index}`);
  if (start.rows !== columns || start.columns !== columns) {
    throw new ShapeError(
      `start ${index} is ${start.rows} × ${start.columns}, not ${columns} × ${columns}: ` +
        "give vt of an earlier result",
    );
  }
  largestExponent(start, `start ${index}`);
}

const startsOf = (group: readonly Scaled[]) => {
  const starts = group.flatMap(({ start }) => start ? [start.data] : []);
  return starts.length > 0 ? { starts } : {};
};

async function solveSingle(gpu: Gpu, group: readonly Scaled[], work: WorkOptions): Promise<Svd[]> {
  const { rows, columns } = group[0].matrix;
  const strided = group.map(({ entries, scale }) => ({ down: columns, across: 1, entries, scale }));
  const options = { rows, columns, vectors: true, ...startsOf(group), ...work };
  const results: Svd[] = [];
  for (const [i, { values, rows, sweeps }] of (await svdSingle(gpu, strided, options)).entries()) {
    const sorted = descendingRows(values, rows, columns);
    const orthogonal = { ...sorted, columns, noise: FLOOR * sorted.norms[0] };
    results.push({
      values: sorted.norms.map((norm) => ldexp(norm, group[i].exponent)),
      vt: { rows: sorted.norms.length, columns, data: await inTurns(orthonormalRows(orthogonal), work) },
      sweeps,
    });
  }
  return results;
}

async function solveDouble(gpu: Gpu, group: readonly Scaled[], work: WorkOptions): Promise<Svd[]> {
  const { rows, columns } = group[0].matrix;
  // Long columns first: then R is graded by rows, whose norms the rotations respect.
  const orders = group.map((each) => each.start ? null : byLength(each));
  const pairs = group.map((each, i) => split(each, orders[i]));
  const { starts } = startsOf(group);
  const solved = await svdDoubleSingle(gpu, pairs, {
    rows,
    columns,
    ...(starts ? { starts: starts.map((each) => Float64Array.from(each)) } : {}),
    ...work,
  });
  const results: Svd[] = [];
  for (const [i, { values, rows, sweeps }] of solved.entries()) {
    const order = orders[i]?.columns ?? null;
    const restored = order ? new Float64Array(rows.length) : rows;
    if (order) rows.forEach((x, e) => restored[e - e % columns + order[e % columns]] = x);
    const orthogonal = { rows: restored, norms: values, columns, noise: LEAST_FLOOR * values[0] };
    results.push({
      values: values.map((value) => ldexp(value, group[i].exponent)),
      vt: { rows: values.length, columns, data: await inTurns(orthonormalRows(orthogonal), work) },
      sweeps,
    });
  }
  return results;
}

/** Columns from long to short. */
interface ColumnOrder {
  /** Index of each. */
  readonly columns: readonly number[];
  /** Exponent of its largest entry, scaled; 0 for all where none is much shorter than the first. */
  readonly exponents: readonly number[];
}

/** Sorts the columns from long to short. */
function byLength({ matrix: { rows, columns: n }, entries, scale }: Scaled): ColumnOrder {
  const longest = new Float64Array(n);
  for (let e = 0; e < entries.length; e++) {
    longest[e % n] = Math.max(longest[e % n], Math.abs(scale * entries[e]));
  }
  const columns = [...longest.keys()].sort((a, b) => longest[b] - longest[a]);
  const exponents = columns.map((j) => longest[j] > 0 ? exponentOf(longest[j]) : 0);
  const isGraded = rows >= n && exponents.some((exponent) => exponent < -GRADED);
  return { columns, exponents: exponents.map((exponent) => isGraded ? exponent : 0) };
}

/** Splits a matrix into pairs, scaled, with its columns in the given order. */
function split({ matrix: { columns, data }, entries, scale }: Scaled, order: ColumnOrder | null): PairMatrix {
  const high = new Float32Array(entries.length), low = new Float32Array(entries.length);
  for (let e = 0; e < entries.length; e++) {
    const j = e % columns;
    const x = scale * (order ? ldexp(entries[e - j + order.columns[j]], -order.exponents[j]) : entries[e]);
    high[e] = x;
    low[e] = x - high[e];
  }
  const isGraded = order?.exponents.some((exponent) => exponent !== 0);
  return {
    high,
    low: data instanceof Float32Array ? null : low,
    ...isGraded && { columnExponents: order!.exponents },
  };
}
