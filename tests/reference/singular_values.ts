import { Matrix, SingularValueDecomposition } from "../deps.ts";

/** Singular values of a matrix `rows × columns`, descending, each to some 10⁻¹⁵ of the largest. */
export function singularValues(a: ArrayLike<number>, rows: number, columns: number): number[] {
  const { diagonal } = new SingularValueDecomposition(Matrix.from1DArray(rows, columns, Array.from(a)), {
    autoTranspose: true,
    computeLeftSingularVectors: false,
    computeRightSingularVectors: false,
  });
  return diagonal.sort((x, y) => y - x).slice(0, Math.min(rows, columns));
}

/** Length of the longest column of a matrix. */
export function longestColumn(a: ArrayLike<number>, columns: number): number {
  const squares = new Float64Array(columns);
  for (let e = 0; e < a.length; e++) squares[e % columns] += a[e] ** 2;
  return Math.sqrt(Math.max(...squares));
}
