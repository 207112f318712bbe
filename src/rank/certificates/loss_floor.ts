/**
 * Bounds the weighted mean squared error from below by the ε-rank (Yang, Zhao, Zhu 2024).
 *
 * @module
 */

import { norm } from "../../stats/norm.ts";
import type { TargetMoments } from "./target_moments.ts";

/** Unit roundoff of float64, in which the bound is computed. */
const U64 = 2 ** -53;

/** Input of the bound: the terminal layer's spectrum and the moments of its eigenfeatures. */
export interface FloorInput {
  /** Eigenvalues λ̂, descending. */
  readonly eigenvalues: ArrayLike<number>;
  /**
   * Bounds δ_i ≥ |λ̂_i − λ_i|, where ψ_i are the exact eigenfeatures. Where they are computed ones,
   * which are not quite orthogonal, see {@linkcode lossFloor}.
   */
  readonly bounds: ArrayLike<number>;
  /**
   * ⟨ψ_i, y_c⟩_w for each eigenfeature ψ_i = Φ q_i, in the order of the eigenvalues, and each
   * output c.
   */
  readonly targetMoments: readonly ArrayLike<number>[];
  /** ⟨ψ_i, 1⟩_w. */
  readonly meanMoments: ArrayLike<number>;
  /**
   * Bound κ on the rounding of moments: Σ_i ‖t̂_i − t_i‖² / (λ̂_i − δ_i) ≤ κ² ‖y‖² for those of the
   * targets, over the i with λ̂_i − δ_i > ε, and κ² Σ w for those of the constant. Default: 0.
   */
  readonly momentBound?: number;
  /** Moments of the targets. */
  readonly targets: TargetMoments;
  /** ‖β‖_F of the output layer's weights, or a bound on it. */
  readonly weightNorm: number;
  /** ‖b‖ of its biases, or a bound on it. */
  readonly biasNorm: number;
}

/** What is left of the targets and of the constant when the leading eigenfeatures are taken off. */
interface Remainder {
  /** P = Σ_i ‖t_i‖² / L_i. */
  readonly projected: number;
  /** N = ‖⟨1, y⟩ − Σ_i m_i t_i / L_i‖. */
  readonly mean: number;
  /** C = Σ_i m_i² / L_i. */
  readonly spanned: number;
}

/**
 * Bounds from below the weighted mean squared error Σ w ‖u − y‖² of any output u = Φβ + 1bᵀ whose
 * ‖β‖_F and ‖b‖ are at most those given.
 *
 * **Assumed** of ψ_i = Φ q_i, with orthonormal q_i, and their Gram matrix G, for the p leading i
 * with L_i = λ̂_i − δ_i > ε:
 *
 * 1. xᵀGx ≥ Σ L_i x_i² for any x that is 0 after its first p entries;
 * 2. xᵀGx ≤ ε′ ‖x‖² for any x that is 0 in them, with ε′ the largest of ε and λ̂_i + δ_i, i > p.
 *
 * Exact eigenfeatures have G = diag(λ_i), so that |λ̂_i − λ_i| ≤ δ_i is enough. For computed ones
 * δ_i has to hold what G is off by, see `eigenfeatureBounds` in `eigenfeatures.ts`.
 *
 * **Proof.** Split Φβ = Σ_{i≤p} ψ_i z_iᵀ + R with z_i = βᵀq_i. Then ‖R‖ ≤ √ε′ ‖β‖_F by 2, so that
 * ‖u − y‖ ≥ d − √ε′ ‖β‖_F with d the norm of e = Σ_{i≤p} ψ_i z_iᵀ + 1bᵀ − y. Let t_i = ⟨ψ_i, y⟩ and
 * m_i = ⟨ψ_i, 1⟩. By 1, and then as L z² − 2 ⟨z, a⟩ ≥ −‖a‖² / L for all z,
 *
 *     d² ≥ ‖y − 1bᵀ‖² + Σ_{i≤p} (L_i ‖z_i‖² − 2 ⟨z_i, t_i − m_i b⟩)
 *        ≥ ‖y − 1bᵀ‖² − Σ_{i≤p} ‖t_i − m_i b‖² / L_i
 *        = S − 2 ⟨b, r⟩ + D ‖b‖²,      S = ‖y‖² − Σ ‖t_i‖² / L_i,
 *                                      r = ⟨1, y⟩ − Σ m_i t_i / L_i,   D = Σ w − Σ m_i² / L_i.
 *
 * With N = ‖r‖ and B the bound on ‖b‖, this is at least S − max_{0≤s≤B} (2 N s − D s²). The maximum
 * is N²/D at s = N/D where N < B D: the constant is projected out. Else it is B (2 N − B D), at s =
 * B: the constant is charged. D may be negative, when the constant is nearly in the span. With δ =
 * 0 and N ≤ B D, S − N²/D is the squared distance of y from the span of ψ_1 … ψ_p and 1.
 *
 * Where the moments are rounded, the triangle inequality gives √Σ ‖t_i − m_i b‖² / L_i ≤ v + e for
 * the exact ones, with v = √Σ ‖t̂_i − m̂_i b‖² / L_i and e = κ (‖y‖ + B √Σw). As v is at most V =
 * √Σ‖t̂_i‖²/L_i + B √Σm̂_i²/L_i, d² loses at most e (2 V + e). Last, the rounding of this function
 * itself, in float64, is taken off.
 *
 * @param input Spectrum, moments and norms.
 * @param epsilon Threshold ε ≥ 0.
 * @returns The bound, at least 0; NaN where the spectrum is.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { lossFloor } from "./loss_floor.ts";
 *
 * // y = 3 ψ₁ + 2 ψ₂ + ψ₃, where only ψ₁ has an eigenvalue above ε.
 * const input = {
 *   eigenvalues: [1, 1e-8],
 *   bounds: [0, 0],
 *   targetMoments: [[3, 2e-4]],
 *   meanMoments: [0, 0],
 *   targets: { square: 14, means: [0], mass: 1 },
 *   weightNorm: 1e3,
 *   biasNorm: 0,
 * };
 * assert.ok(Math.abs(lossFloor(input, 1e-6) - (Math.sqrt(5) - 1) ** 2) < 1e-12);
 * ```
 */
export function lossFloor(input: FloorInput, epsilon: number): number {
  const { eigenvalues, bounds, targets: { square, mass }, momentBound = 0 } = input;
  const { weightNorm, biasNorm } = input;
  const n = eigenvalues.length;
  let p = 0;
  while (p < n && eigenvalues[p] - bounds[p] > epsilon) p++;
  let left = p < n ? epsilon : 0;
  for (let i = p; i < n; i++) left = Math.max(left, eigenvalues[i] + bounds[i]);

  const { projected, mean, spanned } = remainderOf(input, Array.from({ length: p }, (_, i) => i));
  const constant = mass - spanned;
  const drawn = mean < biasNorm * constant
    ? mean ** 2 / constant
    : biasNorm * (2 * mean - biasNorm * constant);
  const slack = momentBound * (Math.sqrt(square) + biasNorm * Math.sqrt(mass));
  const moved = slack * (2 * Math.sqrt(projected) + 2 * biasNorm * Math.sqrt(spanned) + slack);
  // Each sum has at most p terms for every output, each of a few roundings; `drawn` moves by at
  // most 2 B and B² times what its parts do.
  const size = square + projected + moved + biasNorm ** 2 * (mass + spanned) +
    2 * biasNorm * (Math.sqrt(square * mass) + Math.sqrt(projected * spanned));
  const rounding = (2 * p * targetCount(input) + 40) * U64 * size;
  const distance = Math.sqrt(Math.max(0, square - projected - drawn - moved - rounding));
  const charge = Math.sqrt(left) * weightNorm;
  return Math.max(0, distance * (1 - 4 * U64) - charge * (1 + 4 * U64)) ** 2 * (1 - 4 * U64);
}

/**
 * Estimates the least weighted mean squared error of any output layer on the features, of any norm:
 * the squared distance of y from the span of the eigenfeatures and the constant.
 *
 * Only directions that are known count: eigenfeatures with δ_i ≤ λ̂_i / 2, and the constant where
 * its part D orthogonal to them, with every λ_i at its least, is at least half of what it is with
 * every λ_i at its largest. Rounding noise is then not taken for features. Of the distance from the
 * span of these directions the result is a lower bound, by the proof at {@linkcode lossFloor} with
 * any b, but for the rounding of moments. It is not one of the loss: weights large enough to use
 * directions that are not known could lower that further.
 *
 * @param input Spectrum and moments.
 * @returns The estimate, at least 0; NaN where the spectrum is.
 */
export function projectionError(input: Omit<FloorInput, "weightNorm" | "biasNorm">): number {
  const { eigenvalues, bounds, meanMoments, targets: { square, mass } } = input;
  const indices = Array.from(eigenvalues, (_, i) => i);
  if (indices.some((i) => Number.isNaN(eigenvalues[i]))) return NaN;
  const known = indices.filter((i) => eigenvalues[i] > 0 && bounds[i] <= eigenvalues[i] / 2);
  const { projected, mean, spanned } = remainderOf(input, known);
  const most = known.reduce(
    (sum, i) => sum - meanMoments[i] * (meanMoments[i] / (eigenvalues[i] + bounds[i])),
    mass,
  );
  const constant = mass - spanned;
  // Sums to mass cancel to about as many roundings as they have terms.
  const isKnown = constant > most / 2 && constant > (known.length + 8) * 4 * U64 * mass;
  return Math.max(0, square - projected - (isKnown ? mean ** 2 / constant : 0));
}

/** Takes the eigenfeatures with these indices off, each with its least eigenvalue. */
function remainderOf(
  { eigenvalues, bounds, targetMoments, meanMoments, targets }: Omit<FloorInput, "weightNorm" | "biasNorm">,
  indices: readonly number[],
): Remainder {
  const shares = indices.map((i) => meanMoments[i] / (eigenvalues[i] - bounds[i]));
  const spanned = indices.reduce((sum, i, at) => sum + meanMoments[i] * shares[at], 0);
  let projected = 0;
  const means = targetMoments.map((moments, c) => {
    let mean = targets.means[c];
    for (let at = 0; at < indices.length; at++) {
      const i = indices[at];
      projected += moments[i] * (moments[i] / (eigenvalues[i] - bounds[i]));
      mean -= shares[at] * moments[i];
    }
    return mean;
  });
  return { projected, mean: norm(means), spanned };
}

function targetCount({ targetMoments }: FloorInput): number {
  return Math.max(1, targetMoments.length);
}
