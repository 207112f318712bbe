/** Principal angles in float64, features with given ones, and judgement by them. @module */
import type { Matrix as HostMatrix } from "../../src/linalg/matrix.ts";
import type { PrincipalAngles, PrincipalAnglesOptions } from "../../src/rank/ranks/principal_angles.ts";
import { assert, Matrix, SingularValueDecomposition } from "../deps.ts";
import { normals } from "../reference/random.ts";
import { orthonormal } from "../support/families.ts";

export const RIGHT = Math.PI / 2;
export const features = (rows: number, columns: number, data: ArrayLike<number>): HostMatrix => ({
  rows,
  columns,
  data: data instanceof Float32Array ? data : Float64Array.from(data),
});

/**
 * Left singular vectors above √ε σ₁ of √w (Φ − mean), by float64; and how far they may be off the
 * exact subspace.
 */
export function dominant({ rows, columns, data }: HostMatrix, options: PrincipalAnglesOptions) {
  const { weights = new Float64Array(rows).fill(1 / rows), center = false, epsilon = 1e-6 } = options;
  const mass = Array.from(weights).reduce((sum, w) => sum + w, 0);
  const means = Array.from({ length: columns }, (_, j) => {
    let sum = 0;
    for (let k = 0; k < rows; k++) sum += weights[k] * data[k * columns + j] / mass;
    return center ? sum : 0;
  });
  const size = Math.max(rows, columns);
  const matrix = new Matrix(size, columns);
  for (let k = 0; k < rows; k++) {
    for (let j = 0; j < columns; j++) {
      matrix.set(k, j, Math.sqrt(weights[k]) * (data[k * columns + j] - means[j]));
    }
  }
  const { diagonal, leftSingularVectors } = new SingularValueDecomposition(matrix);
  const order = diagonal.map((_, i) => i).sort((i, j) => diagonal[j] - diagonal[i]);
  const sigma = order.map((i) => diagonal[i]);
  const rank = sigma.filter((value) => value * value > epsilon * sigma[0] ** 2).length;
  // Singular values are right to some 8·10⁻¹⁵ σ₁, so that subspaces are to that over the gap
  // (Wedin).
  const off = rank === 0 ? 0 : 8e-15 * sigma[0] / (sigma[rank - 1] - (sigma[rank] ?? 0));
  const basis = leftSingularVectors.subMatrixColumn(order.slice(0, rank));
  return { rank, sigma, off, basis };
}

export const singular = (matrix: Matrix) =>
  new SingularValueDecomposition(matrix, { autoTranspose: true }).diagonal.sort((x, y) => y - x);

/** Principal angles of the columns, ascending. */
export function reference(a: Matrix, b: Matrix): number[] {
  if (b.columns > a.columns) return reference(b, a);
  if (b.columns === 0) return [];
  const rows = Math.max(a.rows, b.rows);
  const padded = (x: Matrix) => {
    const y = Matrix.zeros(rows, x.columns);
    return y.setSubMatrix(x, 0, 0);
  };
  const [u, v] = [padded(a), padded(b)];
  const x = u.transpose().mmul(v);
  const cosines = singular(x), sines = singular(Matrix.sub(v, u.mmul(x))).reverse();
  return cosines.map((c, k) => c > Math.SQRT1_2 ? Math.asin(Math.min(1, sines[k])) : Math.acos(c));
}

/** Asserts that angles are within their bounds. Gives the largest error and the largest bound. */
export function assertAngles(found: PrincipalAngles, truth: readonly number[], off: number, what: string) {
  assert.equal(found.angles.length, truth.length, what);
  truth.forEach((angle, k) => {
    const error = Math.abs(found.angles[k] - angle);
    const says = `${what}: θ_${k + 1} = ${angle} is off by ${error}, promised ${found.bounds[k]}`;
    assert.ok(error <= found.bounds[k] + off, says);
    assert.ok(k === 0 || found.angles[k] >= found.angles[k - 1], what);
    assert.ok(found.angles[k] >= 0 && found.angles[k] <= RIGHT && found.bounds[k] <= RIGHT, what);
  });
}

/**
 * Angles that columns of U cos θ + V sin θ make with those of U, U and V orthonormal in the
 * w-weighted product.
 */
export function constructed(
  rows: number,
  angles: readonly number[],
  weights: ArrayLike<number>,
  seed: number,
) {
  const r = angles.length;
  const both = orthonormal(rows, 2 * r, seed).map((x, e) => x / Math.sqrt(weights[Math.floor(e / (2 * r))]));
  const column = (k: number, j: number) => both[k * 2 * r + j];
  const make = (f: (k: number, j: number) => number) =>
    Float64Array.from({ length: rows * r }, (_, e) => f(Math.floor(e / r), e % r));
  const u = make(column);
  const v = make((k, j) => Math.cos(angles[j]) * column(k, j) + Math.sin(angles[j]) * column(k, r + j));
  return { u, v };
}

/** I + ½ R / ‖R‖_F: of condition 3 at most. */
export function mixing(n: number, seed: number): Float64Array {
  const random = Float64Array.from(normals(n * n, seed));
  const norm = Math.hypot(...random);
  return random.map((x, e) => 0.5 * x / norm + (Math.floor(e / n) === e % n ? 1 : 0));
}
