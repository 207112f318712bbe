/**
 * Singular values of matrices.
 *
 * @module
 */
import { checkKeys } from "../../check.ts";
import type { Gpu } from "../../gpu/device.ts";
import type { WorkOptions } from "../../gpu/paced_commands.ts";
import { checkMatrices, type Matrix } from "../matrix.ts";
import { ldexp } from "../rounding.ts";
import { magnitudeOf, type ScaledEntries } from "./magnitude.ts";
import { type StridedMatrix, svdSingle } from "./svd_single.ts";

/**
 * Largest entries from 2⁻¹⁶ to 2¹⁷ are left as they are: squares of all entries that count beside
 * them are in range.
 */
const MOST_EXPONENT = 16;

/** A matrix with at least as many rows as columns. */
interface Tall extends StridedMatrix, ScaledEntries {
  readonly index: number;
  readonly rows: number;
  readonly columns: number;
}

/**
 * Computes the singular values of a batch of matrices, in single precision, like
 * `numpy.linalg.svd(a, compute_uv=False)`. Waits for the GPU.
 *
 * It takes the way of a QR factorisation and one-sided Jacobi rotations, so it does not square the
 * condition number: |σ̂_i − σ_i| ≤ η σ₁ with η of a few u √n (u = 2⁻²⁴;
 * {@linkcode singularValueBound} has the terms). Matrices of one shape are solved together; a
 * matrix with more rows than fit into a buffer travels in slabs. Matrices are scaled by powers of
 * two, so this holds for entries of any magnitude.
 *
 * @param gpu Device.
 * @param matrices Matrices of any shapes and magnitudes; the smaller side is at most 2,048. Entries
 * of float64 are rounded to 24 bits.
 * @param options Signal to stop.
 * @returns Singular values of each, descending, as many as the smaller side has. One beyond float64
 * is infinite.
 * @throws {ShapeError} Where a matrix has no entries, another number of them than its shape says,
 * or is too large.
 * @throws {InputError} Where they are no list of matrices, or an entry is NaN or infinite.
 * @throws {StaircaseError} Where the solver does not converge.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { Gpu } from "../../gpu/device.ts";
 * import { svdvals } from "./svdvals.ts";
 *
 * using gpu = await Gpu.open();
 * const matrix = { rows: 2, columns: 3, data: Float32Array.of(3, 0, 0, 0, 0, 4) };
 * const [values] = await svdvals(gpu, [matrix]);
 * assert.deepEqual([...values], [4, 3]);
 * ```
 */
export async function svdvals(
  gpu: Gpu,
  matrices: readonly Matrix[],
  options: WorkOptions = {},
): Promise<Float64Array[]> {
  checkKeys("options of svdvals", options, ["signal"]);
  checkMatrices(matrices);
  const groups = Map.groupBy(matrices.map(tall), ({ rows, columns }) => `${rows}×${columns}`);
  const results: Float64Array[] = new Array(matrices.length);
  for (const group of groups.values()) {
    const { rows, columns } = group[0];
    const solved = await svdSingle(gpu, group, { rows, columns, vectors: false, ...options });
    solved.forEach(({ values }, i) => {
      const { exponent } = group[i];
      results[group[i].index] = Float64Array.from(values, (value) => ldexp(value, exponent)).sort().reverse();
    });
  }
  return results;
}

/** Lays a matrix on its side if it is wide. */
function tall(matrix: Matrix, index: number): Tall {
  const { rows, columns } = matrix;
  const scaled = magnitudeOf(matrix, `matrix ${index}`, MOST_EXPONENT);
  return rows >= columns
    ? { index, rows, columns, down: columns, across: 1, ...scaled }
    : { index, rows: columns, columns: rows, down: 1, across: columns, ...scaled };
}
