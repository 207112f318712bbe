/**
 * Bounds on the largest eigenvalue of a symmetric matrix, by a few products on the host.
 *
 * @module
 */

/** An interval in which a number certainly lies. */
export interface Enclosure {
  /** Lower end. */
  readonly low: number;
  /** Upper end. */
  readonly high: number;
}

/** Products with the matrix at most: a multiplication each, n² operations. */
const MOST_PRODUCTS = 32;
/** Width, as a share of the upper end, that is enough: single words of the matrix are no better. */
const ENOUGH = 2 ** -20;

/**
 * Encloses the largest eigenvalue λ₁ of a symmetric matrix M, in float64.
 *
 * Power iteration finds a vector x near the leading eigenvector. For any x of norm 1, with ρ = xᵀMx
 * and r = ‖Mx − ρx‖:
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
 * n² positive terms, errs by a share n² 2⁻⁵³ ≤ 2⁻³⁰ up to n = 2,896.
 *
 * @param matrix Row-major `order × order`, symmetric, finite.
 * @param order Order n, at most 2,896.
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
export function encloseLargest(matrix: Float32Array, order: number): Enclosure {
  let square = 0, start = 0;
  for (let i = 0; i < order; i++) {
    for (let j = 0; j < order; j++) square += matrix[i * order + j] ** 2;
    if (matrix[i * (order + 1)] > matrix[start * (order + 1)]) start = i;
  }
  const frobenius = (1 + 2 ** -30) * Math.sqrt(square);
  const slack = 8 * (order + 4) * 2 ** -53 * frobenius;
  let low = -frobenius, high = frobenius;
  let x = Float64Array.from(matrix.subarray(start * order, (start + 1) * order));
  for (let k = 0; k < MOST_PRODUCTS && high - low > ENOUGH * high; k++) {
    const norm = Math.sqrt(dot(x, x));
    if (!(norm > 0)) break;
    // Its norm differs from 1 by roundings alone, which the slack covers.
    x = x.map((value) => value / norm);
    const y = new Float64Array(order);
    for (let i = 0; i < order; i++) {
      let sum = 0;
      for (let j = 0, e = i * order; j < order; j++, e++) sum += matrix[e] * x[j];
      y[i] = sum;
    }
    const rho = dot(x, y);
    const residual = Math.sqrt(y.reduce((sum, value, i) => sum + (value - rho * x[i]) ** 2, 0)) + slack;
    low = Math.max(low, rho - slack);
    const rest = Math.sqrt(Math.max(0, frobenius ** 2 - Math.max(0, rho - slack) ** 2));
    const above = rho + slack;
    const bound = (above + rest) / 2 + Math.hypot((above - rest) / 2, residual);
    high = Math.min(high, (1 + 2 ** -50) * bound);
    x = y;
  }
  return { low: square === 0 ? 0 : low, high: Math.max(low, high) };
}

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i] * b[i];
  return sum;
}
