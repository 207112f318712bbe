/**
 * The smooth ε-rank log det(I + M/ε) in float64, and its gradient.
 *
 * @module
 */
import { EigenvalueDecomposition, Matrix } from "../deps.ts";
import { weightedProduct } from "./matrix.ts";

/** A log determinant, and what it is made of. */
export interface ReferenceLogDeterminant {
  /** log det(I + M/ε). */
  readonly value: number;
  /** 2 diag(w) Φ (M + ε I)⁻¹, `m × n`. */
  readonly gradient: Float64Array;
  /** Eigenvalues of M, descending. */
  readonly eigenvalues: readonly number[];
}

/**
 * By the eigenvalues and eigenvectors of M = Φᵀ diag(w) Φ.
 *
 * @param phi Φ, row-major `m × n`.
 * @param n Number of columns.
 * @param weights Weights w, m of them.
 * @param epsilon ε.
 * @returns The log determinant.
 */
export function logDeterminant(
  phi: ArrayLike<number>,
  n: number,
  weights: ArrayLike<number>,
  epsilon: number,
): ReferenceLogDeterminant {
  const m = weights.length;
  const gram = Matrix.from1DArray(n, n, [...weightedProduct(phi, n, phi, n, weights)]);
  const { realEigenvalues, eigenvectorMatrix } = new EigenvalueDecomposition(gram, { assumeSymmetric: true });
  const eigenvalues = realEigenvalues.map((value) => Math.max(0, value));
  const value = eigenvalues.reduce((sum, lambda) => sum + Math.log1p(lambda / epsilon), 0);
  const scaled = Matrix.diag(eigenvalues.map((lambda) => 1 / (lambda + epsilon)));
  const inverse = eigenvectorMatrix.mmul(scaled).mmul(eigenvectorMatrix.transpose());
  const product = Matrix.from1DArray(m, n, Array.from(phi)).mmul(inverse);
  const gradient = Float64Array.from(
    { length: m * n },
    (_, e) => 2 * weights[Math.floor(e / n)] * product.get(Math.floor(e / n), e % n),
  );
  return { value, gradient, eigenvalues: eigenvalues.sort((a, b) => b - a) };
}
