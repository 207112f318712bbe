/**
 * Bounds on the largest eigenvalue of a symmetric matrix, by a few products on the host.
 *
 * @module
 */
import { norm } from "../../stats/norm.ts";

/** An interval in which a number certainly lies. */
export interface Enclosure {
  /** Lower end. */
  readonly low: number;
  /** Upper end. */
  readonly high: number;
}

/** Steps of Lanczos's iteration, n² operations each, after which the interval is looked at. */
const STEPS = [4, 12, 32] as const;
/** Width, as a share of the upper end, that is enough: single words of the matrix are no better. */
const ENOUGH = 2 ** -20;

/**
 * Encloses the largest eigenvalue λ₁ of a symmetric matrix M, in float64.
 *
 * Lanczos's iteration finds a vector x near the leading eigenvector. For any x of norm 1, with ρ =
 * xᵀMx and r = ‖Mx − ρx‖:
 *
 * - λ₁ ≥ ρ (Rayleigh);
 * - in an orthonormal basis that starts with x, M = [ρ sᵀ; s C] with ‖s‖ = r. For a unit vector (α,
 *   w) the quadratic form is at most ρ α² + 2 r |α| ‖w‖ + ‖C‖₂ ‖w‖², and ‖C‖₂ ≤ ‖C‖_F ≤ γ with γ² =
 *   ‖M‖_F² − ρ². So λ₁ is at most the larger eigenvalue of [ρ r; r γ], which is (ρ + γ)/2 + √((ρ −
 *   γ)²/4 + r²) ≈ max(ρ, γ) + r² / |ρ − γ|.
 *
 * The second is tight where Σ_{i>1} λ_i² < λ₁², as it mostly is for features, and otherwise at most
 * ‖M‖_F ≤ √n λ₁: counts of eigenvalues then say more. Both are monotone in ρ, r and γ, so each is
 * taken at the end that widens the interval. Rounding: products and sums of n terms err by at most
 * n 2⁻⁵³ ‖M‖_F ‖x‖ each, and there are fewer than 8 of them on the way to ρ and r; ‖M‖_F², a sum of
 * n² positive terms, errs by a share n² 2⁻⁵³ ≤ 2⁻²⁹ up to n = 4,096.
 *
 * @param matrix Row-major `order × order`, symmetric, finite.
 * @param order Order n, at most 4,096.
 * @returns The interval; [0, 0] for a matrix of zeros.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { encloseLargest } from "./largest_eigenvalue.ts";
 *
 * const { low, high } = encloseLargest(Float32Array.of(2, 1, 1, 2), 2);
 * assert(low <= 3 && 3 <= high && high - low < 1e-5);
 * ```
 */
export function encloseLargest(matrix: Float32Array | Float64Array, order: number): Enclosure {
  let square = 0, start = 0;
  for (let i = 0; i < order; i++) {
    for (let j = 0; j < order; j++) square += matrix[i * order + j] ** 2;
    if (matrix[i * (order + 1)] > matrix[start * (order + 1)]) start = i;
  }
  const frobenius = (1 + 2 ** -29) * Math.sqrt(square);
  const slack = 8 * (order + 4) * 2 ** -53 * frobenius;
  let low = -frobenius, high = frobenius;
  const space = new KrylovSpace(matrix, order, start);
  for (const steps of STEPS) {
    if (!(high - low > ENOUGH * high)) break;
    const x = space.leading(steps);
    if (!x) break;
    // Its norm differs from 1 by roundings alone, which the slack covers.
    const y = product(matrix, x);
    const rho = dot(x, y);
    const residual = Math.sqrt(y.reduce((sum, value, i) => sum + (value - rho * x[i]) ** 2, 0)) + slack;
    low = Math.max(low, rho - slack);
    const rest = Math.sqrt(Math.max(0, frobenius ** 2 - Math.max(0, rho - slack) ** 2));
    const above = rho + slack;
    const bound = (above + rest) / 2 + Math.hypot((above - rest) / 2, residual);
    high = Math.min(high, (1 + 2 ** -50) * bound);
  }
  return { low: square === 0 ? 0 : low, high: Math.max(low, high) };
}

/** Powers of M times a row of M, with an orthonormal basis in which M is tridiagonal. */
class KrylovSpace {
  readonly #matrix: Float32Array | Float64Array;
  readonly #basis: Float64Array[] = [];
  readonly #diagonal: number[] = [];
  readonly #beside: number[] = [];
  #next: Float64Array | null;

  constructor(matrix: Float32Array | Float64Array, order: number, start: number) {
    this.#matrix = matrix;
    this.#next = normalized(Float64Array.from(matrix.subarray(start * order, (start + 1) * order)));
  }

  /** The vector of the largest quadratic form in a space of at most so many dimensions. */
  leading(dimensions: number): Float64Array | null {
    while (this.#next && this.#basis.length < dimensions) {
      const v = this.#next, w = product(this.#matrix, v), size = Math.sqrt(dot(w, w));
      this.#basis.push(v);
      this.#diagonal.push(dot(v, w));
      for (const other of this.#basis) {
        const along = dot(other, w);
        for (let i = 0; i < w.length; i++) w[i] -= along * other[i];
      }
      const beside = Math.sqrt(dot(w, w));
      this.#beside.push(beside);
      // What is left of w may be rounding alone: the space is invariant then.
      this.#next = beside > 2 ** -40 * size ? normalized(w) : null;
    }
    if (this.#basis.length === 0) return null;
    const weights = leadingOfTridiagonal(this.#diagonal, this.#beside),
      x = new Float64Array(this.#basis[0].length);
    this.#basis.forEach((v, k) => {
      for (let i = 0; i < x.length; i++) x[i] += weights[k] * v[i];
    });
    return normalized(x);
  }
}

/** An approximate eigenvector of the largest eigenvalue of a tridiagonal matrix T. */
function leadingOfTridiagonal(diagonal: readonly number[], beside: readonly number[]): number[] {
  const n = diagonal.length;
  const pivots = (t: number) => {
    const found: number[] = [];
    for (let i = 0; i < n; i++) {
      found.push(t - diagonal[i] - (i > 0 ? beside[i - 1] ** 2 / found[i - 1] : 0));
      if (!(found[i] > 0)) return null;
    }
    return found;
  };
  // Above all eigenvalues tI − T is positive definite.
  let low = Math.max(...diagonal), high = low + 2 * Math.max(...beside);
  for (let k = 0; k < 60; k++) {
    const middle = (low + high) / 2;
    if (pivots(middle)) high = middle;
    else low = middle;
  }
  const d = pivots(high);
  let x = new Array<number>(n).fill(1);
  for (let k = 0; d && k < 3; k++) {
    for (let i = 1; i < n; i++) x[i] += beside[i - 1] / d[i - 1] * x[i - 1];
    for (let i = n - 1; i >= 0; i--) x[i] = (x[i] + (i < n - 1 ? beside[i] * x[i + 1] : 0)) / d[i];
    const length = norm(x);
    x = x.map((value) => value / length);
  }
  return x;
}

function normalized(x: Float64Array): Float64Array | null {
  const length = Math.sqrt(dot(x, x));
  return length > 0 ? x.map((value) => value / length) : null;
}

function product(matrix: Float32Array | Float64Array, x: Float64Array): Float64Array {
  const order = x.length, y = new Float64Array(order);
  for (let i = 0; i < order; i++) {
    let sum = 0;
    for (let j = 0, e = i * order; j < order; j++, e++) sum += matrix[e] * x[j];
    y[i] = sum;
  }
  return y;
}

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i] * b[i];
  return sum;
}
