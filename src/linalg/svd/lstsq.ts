/**
 * Least squares.
 *
 * @module
 */
import { checkKeys, checkName } from "../../check.ts";
import { InputError, ShapeError } from "../../errors.ts";
import type { Gpu } from "../../gpu/device.ts";
import type { WorkOptions } from "../../gpu/paced_commands.ts";
import { checkMatrix, largestExponent, type Matrix, type PrecisionName, precisionNames } from "../matrix.ts";
import { ldexp, U, U2 } from "../rounding.ts";
import { magnitudeOf, type ScaledEntries } from "./magnitude.ts";
import { LEAST_FLOOR } from "./one_sided_jacobi_double_single.ts";
import { descendingRows } from "./orthonormal_rows.ts";
import { svdDoubleSingle } from "./svd_double_single.ts";
import { svdSingle } from "./svd_single.ts";

/** Most unknowns and right-hand sides together. */
const MOST_COLUMNS = 2048;
/**
 * Spacing of numbers at 1, of 24 bits or of 48. As in NumPy, it sets which singular values are
 * dropped.
 */
const SPACING = { single: 2 * U, double: 2 * U2 };

/** A problem: min ‖A x − b‖ for each column b of B. */
export interface LeastSquaresProblem {
  /** Matrix A, `rows × columns`. */
  readonly a: Matrix;
  /** Right-hand sides B, `rows × k`. */
  readonly b: Matrix;
}

/** Options of {@linkcode lstsq}. */
export interface LstsqOptions extends WorkOptions {
  /** Arithmetic: entries are rounded to 24 bits, or to 48. Default: single. */
  readonly precision?: PrecisionName;
  /**
   * Singular values at most this share of the largest count as 0. Default: the larger side times
   * 2⁻²³, or 2⁻⁴⁷.
   */
  readonly rcond?: number;
}

/** Solution of a problem. */
export interface LeastSquaresSolution {
  /** Solutions, one per column, the shortest of all that are as good, `columns × k`. */
  readonly x: Matrix;
  /** Number of singular values of A that count. */
  readonly rank: number;
  /** Singular values of A, descending, as many as its smaller side has. */
  readonly values: Float64Array;
  /**
   * ‖A x − b‖ of each column, from the part that the columns of A do not span: to c u (‖A‖ ‖x‖ +
   * ‖b‖), like x itself.
   */
  readonly residuals: Float64Array;
}

/** A problem whose A, and each column of B, are scaled so that their largest entries are near 1. */
interface Scaled extends LeastSquaresProblem {
  readonly index: number;
  readonly scaledA: ScaledEntries;
  readonly columnsB: readonly ScaledEntries[];
}

/**
 * Rows σ_i v_i of one problem and u_iᵀ B behind them, longest first, both scaled; and the part of B
 * outside their span.
 */
interface Rotated {
  readonly norms: Float64Array;
  readonly rows: Float64Array;
  /** Entries from one row to the next, and those before u_iᵀ B. */
  readonly width: number;
  readonly columns: number;
  readonly outside: Float64Array;
}

/** How to rotate a group of problems. */
interface Rotation extends WorkOptions {
  /** Share of the largest singular value up to which others do not count. */
  readonly share: number;
}

/**
 * Solves a batch of least-squares problems, like `numpy.linalg.lstsq(a, b)`. Waits for the GPU.
 *
 * [A B] is factored, so that Qᵀ B comes for free. The rows of R are rotated until they are σ_i v_i,
 * and Qᵀ B with them: it becomes u_iᵀ B, and x = Σ v_i u_iᵀ b / σ_i over the σ_i that count.
 * Neither step squares the condition number, as normal equations do, and no u_i is made from A v_i
 * / σ_i, which would lose the digits of the small σ_i.
 *
 * Both steps are orthogonal up to rounding. They solve A + ΔA and b + Δb, off by about c u of ‖A‖
 * and ‖b‖, u = 2⁻²⁴ in single and 2⁻⁴⁸ in double precision and c about 2 √(rows + columns)
 * (roundings taken for random, as in {@linkcode svd}). So the residual of x exceeds that of any y
 * by at most
 *
 *     ‖A x − b‖ − ‖A y − b‖ ≤ c u (‖A‖ (‖x‖ + ‖y‖) + ‖b‖) + rcond σ₁ ‖y‖,
 *
 * however ill-conditioned A is. x is off by ΔA times the condition number of the values that count,
 * σ₁ / σ_rank. Problems of one shape are solved together; tall ones travel in slabs. A and each
 * column of B are scaled by powers of two, so this holds for entries of any magnitude; a result
 * beyond float64 is infinite.
 *
 * @param gpu Device.
 * @param problems Problems of any shapes; at most 2,048 unknowns and right-hand sides together.
 * @param options Precision, and the share of σ₁ up to which singular values count as 0.
 * @returns Solution, rank, singular values and residuals of each.
 * @throws {ShapeError} Where a matrix has no entries, another number of them than its shape says,
 * or is too large; or A and B have different numbers of rows.
 * @throws {InputError} Where they are no list of problems, an entry is NaN or infinite, `rcond` is
 * not a number from 0 to 1, or an option or precision does not exist.
 * @throws {PrecisionError} Where double precision is requested and the adapter has none.
 * @throws {StaircaseError} Where the solver does not converge.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { Gpu } from "../../gpu/device.ts";
 * import { lstsq } from "./lstsq.ts";
 *
 * using gpu = await Gpu.open();
 * const a = { rows: 3, columns: 2, data: Float64Array.of(1, 0, 1, 1, 1, 2) };
 * const b = { rows: 3, columns: 1, data: Float64Array.of(1, 3, 5) };
 * const [{ x, rank, residuals }] = await lstsq(gpu, [{ a, b }], { precision: "double" });
 * assert(Math.abs(x.data[0] - 1) < 1e-12 && Math.abs(x.data[1] - 2) < 1e-12);
 * assert(rank === 2 && residuals[0] < 1e-12);
 * ```
 */
export async function lstsq(
  gpu: Gpu,
  problems: readonly LeastSquaresProblem[],
  options: LstsqOptions = {},
): Promise<LeastSquaresSolution[]> {
  checkKeys("options of lstsq", options, ["precision", "rcond", "signal"]);
  const { precision = "single", rcond, signal } = options;
  checkName("precision", precision, precisionNames);
  if (!Array.isArray(problems)) {
    throw new InputError("problems must be a list: give [{ a, b }], even for one");
  }
  if (rcond !== undefined && !(rcond >= 0 && rcond < 1)) {
    throw new InputError(`rcond is ${rcond}: give a share of the largest singular value, from 0 to 1`);
  }
  const scaled = problems.map(scale);
  const results: LeastSquaresSolution[] = new Array(problems.length);
  const shape = ({ a, b }: Scaled) => `${a.rows}×${a.columns}, ${b.columns}`;
  for (const group of Map.groupBy(scaled, shape).values()) {
    const { rows, columns } = group[0].a;
    const share = rcond ?? Math.max(rows, columns) * SPACING[precision];
    const rotated = await (precision === "double" ? rotateDouble : rotateSingle)(gpu, group, {
      share,
      signal,
    });
    rotated.forEach((each, i) => results[group[i].index] = solution(group[i], each, share));
  }
  return results;
}

/** Checks a problem. */
function scale({ a, b }: LeastSquaresProblem, index: number): Scaled {
  checkMatrix(a, `matrix ${index}`);
  checkMatrix(b, `right-hand side ${index}`);
  const scaledA = magnitudeOf(a, `matrix ${index}`);
  largestExponent(b, `right-hand side ${index}`);
  if (a.rows !== b.rows) {
    throw new ShapeError(
      `matrix ${index} has ${a.rows} rows, its right-hand side ${b.rows}: give as many of either`,
    );
  }
  if (a.columns + b.columns > MOST_COLUMNS) {
    throw new ShapeError(
      `${a.columns} unknowns and ${b.columns} right-hand sides are too many: use at most ${MOST_COLUMNS} together`,
    );
  }
  const columnsB = Array.from({ length: b.columns }, (_, j) => {
    const data = Float64Array.from({ length: b.rows }, (_, i) => b.data[i * b.columns + j]);
    return magnitudeOf({ rows: b.rows, columns: 1, data }, `right-hand side ${index}`);
  });
  return { index, a, b, scaledA, columnsB };
}

/** Joins [A B], scaled, with A padded with columns of zeros to `columns`. */
function augment({ a, b, scaledA, columnsB }: Scaled, columns: number): Float64Array {
  const width = columns + b.columns;
  const entries = new Float64Array(a.rows * width);
  for (let i = 0; i < a.rows; i++) {
    for (let j = 0; j < a.columns; j++) {
      entries[i * width + j] = scaledA.scale * scaledA.entries[i * a.columns + j];
    }
    columnsB.forEach(({ entries: own, scale }, j) => entries[i * width + columns + j] = scale * own[i]);
  }
  return entries;
}

async function rotateSingle(gpu: Gpu, group: readonly Scaled[], { signal }: Rotation): Promise<Rotated[]> {
  const [{ a: { rows, columns: own }, b: { columns: carried } }] = group;
  const columns = 4 * Math.ceil(own / 4), width = columns + carried;
  const matrices = group.map((each) => ({
    down: width,
    across: 1,
    entries: augment(each, columns),
    scale: 1,
  }));
  const solved = await svdSingle(gpu, matrices, { rows, columns, carried, vectors: true, signal });
  return solved.map(({ values, rows, outside }) => ({
    ...descendingRows(values, rows, width),
    width,
    columns,
    outside,
  }));
}

async function rotateDouble(
  gpu: Gpu,
  group: readonly Scaled[],
  { share, signal }: Rotation,
): Promise<Rotated[]> {
  const [{ a: { rows, columns }, b: { columns: carried } }] = group;
  const pairs = group.map((each) => {
    const entries = augment(each, columns), high = Float32Array.from(entries);
    return { high, low: Float32Array.from(entries, (x, e) => x - high[e]) };
  });
  // Values that do not count need not be told apart.
  const floor = Math.max(share, LEAST_FLOOR);
  const solved = await svdDoubleSingle(gpu, pairs, { rows, columns, carried, floor, signal });
  return solved.map(({ values, rows, outside }) => ({
    norms: values,
    rows,
    width: columns + carried,
    columns,
    outside,
  }));
}

function solution(
  { a, b, scaledA, columnsB }: Scaled,
  rotated: Rotated,
  rcond: number,
): LeastSquaresSolution {
  const { norms, rows, width, columns, outside } = rotated;
  const values = norms.slice(0, Math.min(a.rows, a.columns));
  const rank = values.filter((value) => value > rcond * values[0]).length;
  const x = new Float64Array(a.columns * b.columns);
  const squares = outside.map((norm) => norm ** 2);
  norms.forEach((norm, i) => {
    for (let k = 0; k < b.columns; k++) {
      const part = rows[i * width + columns + k];
      if (i >= rank) squares[k] += part ** 2;
      else {
        const factor = part / norm / norm;
        for (let j = 0; j < a.columns; j++) x[j * b.columns + k] += factor * rows[i * width + j];
      }
    }
  });
  x.forEach((value, e) => x[e] = ldexp(value, columnsB[e % b.columns].exponent - scaledA.exponent));
  return {
    x: { rows: a.columns, columns: b.columns, data: x },
    rank,
    values: values.map((value) => ldexp(value, scaledA.exponent)),
    residuals: squares.map((square, k) => ldexp(Math.sqrt(square), columnsB[k].exponent)),
  };
}
