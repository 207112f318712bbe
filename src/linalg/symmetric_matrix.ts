/**
 * Symmetric matrices as callers give them: one triangle counts, and the other must agree.
 *
 * @module
 */
import { InputError } from "../errors.ts";
import type { Matrix } from "./matrix.ts";

/**
 * Most that a_ij and a_ji may differ by, as a share of √|a_ii a_jj| or of the larger of them. Sums
 * of m products in single precision, u = 2⁻²⁴, err by about √m u √(a_ii a_jj), so that those of two
 * orders of summation differ by twice that. This is 2 √m u for a million samples.
 */
const ASYMMETRY = 2 ** -13;

/**
 * Makes the symmetric matrix whose lower triangle is given, as NumPy reads it by default.
 *
 * @param matrix Square matrix. Entries above the diagonal may differ from those below as rounding
 * makes them differ: by 2⁻¹³ of √|a_ii a_jj| or of the larger of the two.
 * @param index Its index in a list, for the error.
 * @returns The same matrix if it is symmetric, else a copy with the lower triangle mirrored. A pair
 * of which one is not finite becomes NaN.
 * @throws {InputError} If it is not symmetric.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { symmetricMatrix } from "./symmetric_matrix.ts";
 *
 * const triangular = { rows: 2, columns: 2, data: Float32Array.of(2, 0, 5, 2) };
 * assert.throws(() => symmetricMatrix(triangular, 0), {
 *   message: "matrix 0 is not symmetric: row 1, column 0 (from 0) has 5, row 0, column 1 has 0",
 * });
 * ```
 */
export function symmetricMatrix(matrix: Matrix, index: number): Matrix {
  const { rows: n, data } = matrix;
  let mirrored: Matrix["data"] | null = null;
  for (let i = 1; i < n; i++) {
    for (let j = 0; j < i; j++) {
      const lower = data[i * n + j], upper = data[j * n + i];
      if (lower === upper) continue;
      const isFinite = Number.isFinite(lower) && Number.isFinite(upper);
      const diagonal = Math.sqrt(Math.abs(data[i * n + i])) * Math.sqrt(Math.abs(data[j * n + j]));
      const scale = Math.max(Math.abs(lower), Math.abs(upper), diagonal);
      if (isFinite && Math.abs(lower / 2 - upper / 2) > ASYMMETRY / 2 * scale) {
        throw new InputError(
          `matrix ${index} is not symmetric: row ${i}, column ${j} (from 0) has ${lower}, ` +
            `row ${j}, column ${i} has ${upper}`,
        );
      }
      mirrored ??= data.slice();
      mirrored[i * n + j] = mirrored[j * n + i] = isFinite ? lower : NaN;
    }
  }
  return mirrored ? { ...matrix, data: mirrored } : matrix;
}
