/**
 * Bounds the weighted mean squared error from below by the ε-rank (Yang, Zhao, Zhu 2024).
 *
 * @module
 */

import { checkNumber } from "../../check.ts";
import { ShapeError } from "../../errors.ts";

/** Input of the bound: the terminal layer's spectrum and the moments of its eigenfeatures. */
export interface FloorInput {
  /** Eigenvalues λ̂, descending. */
  readonly eigenvalues: ArrayLike<number>;
  /** Bounds δ_i ≥ |λ̂_i − λ_i|. */
  readonly bounds: ArrayLike<number>;
  /**
   * ⟨ψ_i, y_c⟩_w for each eigenfeature ψ_i = Φ q_i, in the order of the eigenvalues, and each
   * output c.
   */
  readonly targetMoments: readonly ArrayLike<number>[];
  /** ⟨ψ_i, 1⟩_w. */
  readonly meanMoments: ArrayLike<number>;
  /** Moments of the targets. */
  readonly targets: TargetMoments;
  /** ‖β‖_F of the output layer's weights. */
  readonly weightNorm: number;
  /** ‖b‖ of its biases. */
  readonly biasNorm: number;
}

/** Moments of the targets alone, which do not change during a run. */
export interface TargetMoments {
  /** ‖y‖²_w = Σ_k w_k ‖y_k‖². */
  readonly square: number;
  /** ⟨1, y_c⟩_w for each output c. */
  readonly means: readonly number[];
  /** Σ w. */
  readonly mass: number;
}

/**
 * Computes the moments of targets.
 *
 * @param y Targets, row-major `count × outputs`.
 * @param weights Quadrature weights w ≥ 0, `count`.
 * @returns The moments.
 * @throws {ShapeError} If there are not as many targets for each sample.
 * @throws {InputError} If a weight is not a finite number of at least 0.
 */
export function targetMoments(y: ArrayLike<number>, weights: ArrayLike<number>): TargetMoments {
  for (let k = 0; k < weights.length; k++) checkNumber(`weight ${k} (from 0)`, weights[k], { min: 0 });
  const outputs = y.length / weights.length;
  if (!Number.isInteger(outputs)) {
    throw new ShapeError(`${y.length} targets for ${weights.length} samples: give as many for each`);
  }
  const means = new Array<number>(outputs).fill(0);
  let square = 0, mass = 0;
  for (let k = 0; k < weights.length; k++) {
    mass += weights[k];
    for (let c = 0; c < outputs; c++) {
      const value = y[k * outputs + c];
      square += weights[k] * value * value;
      means[c] += weights[k] * value;
    }
  }
  return { square, means, mass };
}

/**
 * Bounds from below the weighted mean squared error Σ w ‖u − y‖² of any output u = Φβ + 1bᵀ with
 * the given ‖β‖_F and ‖b‖.
 *
 * Let V be the span of the p leading eigenfeatures and the constant, p certain to have λ_i > ε.
 * Then ‖u − y‖_w ≥ dist(y, V) − √ε′ ‖β‖_F, where ε′ ≥ ε is the largest that λ_(p+1) may be, and
 * dist² = ‖y‖² − Σ_{i≤p} Σ_c ⟨ψ_i, y_c⟩² / λ_i − ⟨1⊥, y⟩² / ‖1⊥‖², with 1⊥ the part of the constant
 * orthogonal to the ψ_i. If ‖1⊥‖² ≤ ε, the constant is nearly in the span of the ψ_i. It then joins
 * the part that is left over, and costs at most √ε ‖b‖. Every λ_i is taken at its least possible
 * value, so that rounding lowers the bound.
 *
 * @param input Spectrum, moments and norms.
 * @param epsilon Threshold ε.
 * @returns The bound, at least 0; NaN where the spectrum is.
 */
export function lossFloor(input: FloorInput, epsilon: number): number {
  const { eigenvalues, bounds, targetMoments, meanMoments, targets, weightNorm, biasNorm } = input;
  const n = eigenvalues.length;
  let p = 0;
  while (p < n && eigenvalues[p] - bounds[p] > epsilon) p++;
  const left = p < n ? Math.max(epsilon, eigenvalues[p] + bounds[p]) : 0;

  let square = targets.square;
  let constant = targets.mass;
  const means = [...targets.means];
  for (let i = 0; i < p; i++) {
    const least = eigenvalues[i] - bounds[i];
    const mean = meanMoments[i];
    constant -= mean * mean / least;
    for (const [c, moments] of targetMoments.entries()) {
      square -= moments[i] * moments[i] / least;
      means[c] -= mean * moments[i] / eigenvalues[i];
    }
  }
  let remainder = Math.sqrt(left) * weightNorm;
  if (constant > epsilon) {
    square -= means.reduce((sum, mean) => sum + mean * mean, 0) / constant;
  } else {
    remainder += Math.sqrt(epsilon) * biasNorm;
  }
  const distance = Math.sqrt(Math.max(0, square));
  return Math.max(0, distance - remainder) ** 2;
}

/**
 * Computes the least weighted mean squared error of any output layer on the features, of any norm:
 * ‖y‖² less its projection on the eigenfeatures and the constant.
 *
 * Only eigenfeatures with a certainly positive eigenvalue count, so that rounding noise is not
 * taken for features. The result is below the exact value by no more than the moments' rounding.
 *
 * @param input Spectrum and moments.
 * @returns The error, at least 0; NaN where the spectrum is.
 */
export function projectionError(input: Omit<FloorInput, "weightNorm" | "biasNorm">): number {
  const { eigenvalues, bounds, targetMoments, meanMoments, targets } = input;
  let square = targets.square, constant = targets.mass;
  const means = [...targets.means];
  for (let i = 0; i < eigenvalues.length; i++) {
    if (Number.isNaN(eigenvalues[i])) return NaN;
    if (!(eigenvalues[i] > bounds[i])) continue;
    constant -= meanMoments[i] ** 2 / eigenvalues[i];
    for (const [c, moments] of targetMoments.entries()) {
      square -= moments[i] ** 2 / eigenvalues[i];
      means[c] -= meanMoments[i] * moments[i] / eigenvalues[i];
    }
  }
  // Where hardly anything is left of the constant, it lies in the span of the features.
  if (constant > 1e-6 * targets.mass) square -= means.reduce((sum, mean) => sum + mean * mean, 0) / constant;
  return Math.max(0, square);
}
