/**
 * The spectrum in float64, as a reference.
 *
 * @module
 */
import type { Matrix } from "../../linalg/matrix.ts";

/**
 * A variable and not a literal: Deno fetches literal imports together with the program, and most
 * programs do not need this one.
 */
const THIRD_PARTY: string = "../deps.ts";

/** Eigenvalues of ΦᵀΦ / m in float64, with bounds on their own errors. */
export interface Reference {
  /** Eigenvalues λ, descending. */
  readonly eigenvalues: readonly number[];
  /** Bounds on their errors. */
  readonly errors: readonly number[];
}

/**
 * Error of a singular value, relative to the largest. Two ways to compute them (with and without
 * the QR factorisation) differ by 2·10⁻¹⁵ up to n = 37 and 6·10⁻¹⁵ for n = 128.
 */
const singularValueError = (columns: number) => 8e-15 * Math.max(1, columns / 128);

/**
 * Computes the eigenvalues of ΦᵀΦ / m in float64: squares of the singular values σ of R / √m, with
 * Φ = QR by Householder's reflections. The error of σ is at most 8·10⁻¹⁵ σ₁ (more beyond n = 128),
 * that of the squares 2 σ times as much.
 *
 * @param features Φ, with at least as many rows as columns.
 * @param rank A rank that Φ is known not to exceed: eigenvalues beyond it are exactly 0. Default:
 * none.
 * @returns The eigenvalues.
 */
export async function referenceSpectrum(
  { rows, columns, data }: Matrix,
  rank: number = columns,
): Promise<Reference> {
  const { Matrix, SingularValueDecomposition } = await import(THIRD_PARTY) as typeof import("../deps.ts");
  const scale = 1 / Math.sqrt(rows);
  const factor = triangular(Float64Array.from(data, (value) => value * scale), rows, columns);
  const { diagonal } = new SingularValueDecomposition(
    Matrix.from1DArray(columns, columns, Array.from(factor)),
    { computeLeftSingularVectors: false, computeRightSingularVectors: false },
  );
  const sigma = diagonal.map(Math.abs).sort((a, b) => b - a);
  const off = singularValueError(columns) * sigma[0];
  return {
    eigenvalues: sigma.map((value, i) => i < rank ? value * value : 0),
    errors: sigma.map((value, i) => i < rank ? 2 * value * off + off * off : 0),
  };
}

/** Computes R of A = QR, `columns × columns`. Overwrites A, row-major with rows ≥ columns. */
function triangular(a: Float64Array, rows: number, columns: number): Float64Array {
  const products = new Float64Array(columns);
  for (let j = 0; j < columns; j++) {
    let square = 0;
    for (let k = j; k < rows; k++) square += a[k * columns + j] ** 2;
    const diagonal = a[j * columns + j], norm = Math.sqrt(square);
    if (norm === 0) continue;
    const alpha = diagonal > 0 ? -norm : norm;
    // v = a_j − α e, and 2 / ‖v‖² = 1 / (‖a_j‖² + |a_jj| ‖a_j‖).
    a[j * columns + j] = diagonal - alpha;
    products.fill(0, j);
    for (let k = j; k < rows; k++) {
      const v = a[k * columns + j];
      for (let l = j + 1; l < columns; l++) products[l] += v * a[k * columns + l];
    }
    const factor = 1 / (square + Math.abs(diagonal) * norm);
    for (let k = j; k < rows; k++) {
      const v = factor * a[k * columns + j];
      for (let l = j + 1; l < columns; l++) a[k * columns + l] -= v * products[l];
    }
    a[j * columns + j] = alpha;
  }
  return Float64Array.from(
    { length: columns * columns },
    (_, e) => e % columns >= Math.floor(e / columns) ? a[e] : 0,
  );
}
