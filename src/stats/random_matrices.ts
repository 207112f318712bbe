/**
 * Matrices made on the host in double precision, row-major: the parts of families of features.
 *
 * @module
 */
import { normal, uniform } from "./random.ts";

/**
 * Draws standard normal numbers, rounded to single precision.
 *
 * @param length Number of numbers.
 * @param seed Seed.
 * @returns The numbers.
 */
export function normals(length: number, seed: number): Float32Array {
  return Float32Array.from({ length }, normal(uniform(seed)));
}

/**
 * Computes the product A B.
 *
 * @param a A, `m × k`.
 * @param b B, `k × n`.
 * @param m Rows of A.
 * @param n Columns of B.
 * @param k Columns of A and rows of B.
 * @returns A B, `m × n`.
 */
export function product(
  a: ArrayLike<number>,
  b: ArrayLike<number>,
  m: number,
  n: number,
  k: number,
): Float64Array {
  const c = new Float64Array(m * n);
  for (let i = 0; i < m; i++) {
    for (let l = 0; l < k; l++) {
      const factor = a[i * k + l];
      for (let j = 0, at = i * n, from = l * n; j < n; j++) c[at++] += factor * b[from++];
    }
  }
  return c;
}

/**
 * Makes random rows that are orthonormal to rounding: Gram–Schmidt, twice, on normal ones.
 *
 * @param count Number of rows, at most their length.
 * @param length Their length.
 * @param seed Seed.
 * @returns The rows, `count × length`.
 */
export function orthonormalRows(count: number, length: number, seed: number): Float64Array {
  const q = Float64Array.from(normals(count * length, seed));
  for (let j = 0; j < count; j++) {
    const row = q.subarray(j * length, (j + 1) * length);
    for (let i = 0; i < 2 * j; i++) {
      const other = q.subarray((i % j) * length, (i % j + 1) * length);
      let dot = 0;
      for (let k = 0; k < length; k++) dot += row[k] * other[k];
      for (let k = 0; k < length; k++) row[k] -= dot * other[k];
    }
    let square = 0;
    for (let k = 0; k < length; k++) square += row[k] ** 2;
    for (let k = 0; k < length; k++) row[k] /= Math.sqrt(square);
  }
  return q;
}

/**
 * Makes a matrix Φ = U diag(√λ) Vᵀ with given eigenvalues λ of ΦᵀΦ and random orthonormal U and V.
 *
 * @param lambda The n eigenvalues, 0 or more.
 * @param rows Rows m ≥ n.
 * @param seed Seed.
 * @returns Φ, `m × n`.
 */
export function withEigenvalues(lambda: readonly number[], rows: number, seed: number): Float64Array {
  const n = lambda.length;
  const left = orthonormalRows(n, rows, seed), v = orthonormalRows(n, n, seed + 1);
  const scaled = Float64Array.from(
    { length: rows * n },
    (_, e) => left[(e % n) * rows + Math.floor(e / n)] * Math.sqrt(lambda[e % n]),
  );
  return product(scaled, v, rows, n, n);
}

/**
 * Makes a layer of tanh neurons with uniformly random slopes and thresholds, at equidistant points
 * of [−1, 1].
 *
 * @param random Source of uniform numbers of [0, 1).
 * @param rows Number of points.
 * @param columns Number of neurons.
 * @param slope Largest slope.
 * @returns The features in single precision, `rows × columns`.
 */
export function tanhLayer(random: () => number, rows: number, columns: number, slope = 3): Float32Array {
  const neurons = Array.from({ length: columns }, () => [slope * (2 * random() - 1), 2 * random() - 1]);
  const phi = new Float32Array(rows * columns);
  for (let k = 0; k < rows; k++) {
    const x = rows === 1 ? 0 : -1 + 2 * k / (rows - 1);
    neurons.forEach(([a, b], j) => phi[k * columns + j] = Math.tanh(a * x + b));
  }
  return phi;
}
