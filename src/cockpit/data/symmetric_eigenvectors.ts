/**
 * Eigenvectors of small symmetric matrices on the host.
 *
 * @module
 */

/** Sweeps after which the iteration ends; small matrices need about eight. */
const MOST_SWEEPS = 30;

/**
 * Computes eigenvalues and eigenvectors of a symmetric matrix by cyclic Jacobi rotations, in O(n³)
 * operations for each sweep.
 *
 * @param matrix The matrix, row-major, n × n. It is left as it is.
 * @param n Its size.
 * @returns Eigenvalues, descending, each within about u ‖A‖ for the unit roundoff u, and an
 * orthonormal eigenvector for each. Those of a matrix that is not finite are NaN.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { symmetricEigenvectors } from "./symmetric_eigenvectors.ts";
 *
 * const { eigenvalues } = symmetricEigenvectors(Float64Array.of(2, 1, 1, 2), 2);
 * assert(Math.abs(eigenvalues[0] - 3) < 1e-14 && Math.abs(eigenvalues[1] - 1) < 1e-14);
 * ```
 */
export function symmetricEigenvectors(
  matrix: Float64Array,
  n: number,
): { readonly eigenvalues: number[]; readonly vectors: Float64Array[] } {
  const a = matrix.slice();
  const rows = Array.from({ length: n }, (_, i) => a.subarray(i * n, (i + 1) * n));
  const vectors = Array.from({ length: n }, (_, i) => {
    const unit = new Float64Array(n);
    unit[i] = 1;
    return unit;
  });
  // Entries below change no eigenvalue by more than the rounding of the largest.
  const least = 2 ** -53 * Math.sqrt(a.reduce((sum, value) => sum + value * value, 0)) / Math.max(1, n);
  for (let sweep = 0; sweep < MOST_SWEEPS; sweep++) {
    let isDone = true;
    for (let p = 0; p < n; p++) {
      for (let q = p + 1; q < n; q++) {
        const off = rows[p][q];
        if (!(Math.abs(off) > least)) continue;
        isDone = false;
        const theta = (rows[q][q] - rows[p][p]) / (2 * off);
        const t = (theta < 0 ? -1 : 1) / (Math.abs(theta) + Math.hypot(theta, 1));
        const c = 1 / Math.hypot(t, 1), s = t * c;
        for (let k = 0; k < n; k++) {
          const [x, y] = [rows[k][p], rows[k][q]];
          rows[k][p] = c * x - s * y;
          rows[k][q] = s * x + c * y;
        }
        rotate(rows[p], rows[q], c, s);
        rotate(vectors[p], vectors[q], c, s);
      }
    }
    if (isDone) break;
  }
  const order = vectors.map((_, i) => i).sort((i, j) => rows[j][j] - rows[i][i]);
  return { eigenvalues: order.map((i) => rows[i][i]), vectors: order.map((i) => vectors[i]) };
}

/** Turns two rows by an angle of cosine c and sine s. */
function rotate(x: Float64Array, y: Float64Array, c: number, s: number): void {
  for (let k = 0; k < x.length; k++) {
    const [u, v] = [x[k], y[k]];
    x[k] = c * u - s * v;
    y[k] = s * u + c * v;
  }
}
