import { EigenvalueDecomposition, Matrix } from "../deps.ts";

/** Eigenvalues of a symmetric matrix `n × n`, descending, each to some 10⁻¹⁵ of the largest. */
export function eigenvalues(a: ArrayLike<number>, n: number): number[] {
  const matrix = Matrix.from1DArray(n, n, Array.from(a));
  const { realEigenvalues } = new EigenvalueDecomposition(matrix, { assumeSymmetric: true });
  return realEigenvalues.sort((x, y) => y - x);
}

/**
 * Eigenvalues of a symmetric positive definite matrix `n × n`, descending, each to some 10⁻¹⁵ of
 * *itself* where the matrix is D A D with D diagonal and A well conditioned: Jacobi's method, one
 * rotation after the other, in double precision.
 */
export function gradedEigenvalues(a: ArrayLike<number>, n: number): number[] {
  const m = Array.from({ length: n }, (_, i) => Array.from({ length: n }, (_, j) => a[i * n + j]));
  for (let rotated = true; rotated;) {
    rotated = false;
    for (let p = 0; p < n; p++) {
      for (let q = p + 1; q < n; q++) {
        if (Math.abs(m[p][q]) <= 2 ** -53 * Math.sqrt(m[p][p] * m[q][q])) continue;
        rotated = true;
        const tau = (m[q][q] - m[p][p]) / (2 * m[p][q]);
        const t = Math.sign(tau || 1) / (Math.abs(tau) + Math.hypot(1, tau));
        const c = 1 / Math.hypot(1, t), s = t * c;
        const pp = m[p][p] - t * m[p][q], qq = m[q][q] + t * m[p][q];
        for (let k = 0; k < n; k++) {
          const x = m[p][k], y = m[q][k];
          m[p][k] = m[k][p] = c * x - s * y;
          m[q][k] = m[k][q] = s * x + c * y;
        }
        m[p][p] = pp;
        m[q][q] = qq;
        m[p][q] = m[q][p] = 0;
      }
    }
  }
  return m.map((row, i) => row[i]).sort((x, y) => y - x);
}
