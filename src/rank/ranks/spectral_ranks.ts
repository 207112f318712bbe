/**
 * Smooth relatives of the ε-rank: measures of how many directions a spectrum fills.
 *
 * All take the eigenvalues λ of a Gram matrix; σ = √λ are the singular values of the (weighted)
 * features. They do not change when the spectrum is scaled. They share three conventions:
 * eigenvalues below 0, which only rounding produces, count as 0; a spectrum without a positive
 * eigenvalue has rank 0; one that is not finite has rank NaN.
 *
 * @module
 */
import { InputError } from "../../errors.ts";

/** What RankMe adds to every p_i. */
export const RANK_ME_OFFSET = 1e-7;

/**
 * Computes the entropy of a distribution p = σ / Σσ + `offset`, exponentiated.
 *
 * @param eigenvalues Eigenvalues λ.
 * @param offset Added to every p_i.
 * @returns exp(−Σ p_i log p_i), with 0 log 0 = 0.
 */
function exponentialEntropy(eigenvalues: ArrayLike<number>, offset: number): number {
  const singular = scaled(eigenvalues).map(Math.sqrt);
  const total = sum(singular);
  if (!(total > 0)) return total;
  let entropy = 0;
  for (const value of singular) {
    const p = value / total + offset;
    if (p > 0) entropy -= p * Math.log(p);
  }
  return Math.exp(entropy);
}

/**
 * Computes the effective rank: the exponential of the entropy of the normalised singular values.
 *
 * Source: O. Roy, M. Vetterli, "The effective rank: a measure of effective dimensionality", EUSIPCO
 * 2007.
 *
 * @param eigenvalues Eigenvalues λ of the Gram matrix.
 * @returns exp(−Σ p_i log p_i), p_i = σ_i / Σσ: between 1 and n, or 0 for a spectrum of zeros.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { effectiveRank } from "./spectral_ranks.ts";
 *
 * assert(Math.abs(effectiveRank([4, 4, 4, 0]) - 3) < 1e-12);
 * ```
 */
export function effectiveRank(eigenvalues: ArrayLike<number>): number {
  return exponentialEntropy(eigenvalues, 0);
}

/**
 * Computes RankMe: the effective rank with 10⁻⁷ added to every p_i.
 *
 * Source: Q. Garrido, R. Balestriero, L. Najman, Y. LeCun, "RankMe: assessing the downstream
 * performance of pretrained self-supervised representations by their rank", ICML 2023, equation
 * (1).
 *
 * @param eigenvalues Eigenvalues λ of the Gram matrix.
 * @returns exp(−Σ p_i log p_i), p_i = σ_i / Σσ + 10⁻⁷; 0 for a spectrum of zeros.
 */
export function rankMe(eigenvalues: ArrayLike<number>): number {
  return exponentialEntropy(eigenvalues, RANK_ME_OFFSET);
}

/**
 * Computes the stable rank: ‖Φ‖²_F / ‖Φ‖²₂.
 *
 * Source: M. Rudelson, R. Vershynin, "Sampling from large matrices", Journal of the ACM 54(4),
 * 2007.
 *
 * @param eigenvalues Eigenvalues λ of the Gram matrix.
 * @returns Σλ / λ₁: between 1 and n, or 0 for a spectrum of zeros.
 */
export function stableRank(eigenvalues: ArrayLike<number>): number {
  return sum(scaled(eigenvalues));
}

/**
 * Computes the participation ratio of the eigenvalues.
 *
 * Source: P. Gao et al., "A theory of multineuronal dimensionality, dynamics and measurement",
 * bioRxiv 214262, 2017.
 *
 * @param eigenvalues Eigenvalues λ of the Gram matrix.
 * @returns (Σλ)² / Σλ²: between 1 and n, or 0 for a spectrum of zeros.
 */
export function participationRatio(eigenvalues: ArrayLike<number>): number {
  const lambda = scaled(eigenvalues);
  const total = sum(lambda);
  return total > 0 ? total * total / sum(lambda.map((value) => value * value)) : total;
}

/**
 * Computes the energy rank: the number of leading eigenvalues that hold a fraction of their sum
 * (k₉₀ for 90 %). A sum that misses the fraction by rounding alone reaches it.
 *
 * @param eigenvalues Eigenvalues λ of the Gram matrix, in any order.
 * @param fraction The fraction of Σλ to hold, above 0 and at most 1.
 * @returns The fewest leading λ whose sum is at least `fraction` · Σλ; 0 for a spectrum of zeros.
 * @throws {InputError} If `fraction` is not in (0, 1].
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { energyRank } from "./spectral_ranks.ts";
 *
 * assert.equal(energyRank([7, 2, 1]), 2);
 * assert.equal(energyRank([7, 2, 1], 0.5), 1);
 * ```
 */
export function energyRank(eigenvalues: ArrayLike<number>, fraction = 0.9): number {
  if (!(fraction > 0 && fraction <= 1)) {
    throw new InputError(`fraction of the energy is ${fraction}: give a number above 0 and at most 1`);
  }
  const descending = scaled(eigenvalues).sort().reverse();
  const total = sum(descending);
  if (!(total > 0)) return total;
  const enough = fraction * total * (1 - 4 * descending.length * Number.EPSILON);
  let count = 0;
  for (let held = 0; held < enough; count++) held += descending[count];
  return count;
}

/**
 * Computes the nuclear-norm ratio: ‖Φ‖_* / ‖Φ‖₂.
 *
 * @param eigenvalues Eigenvalues λ of the Gram matrix.
 * @returns Σσ / σ₁: between 1 and n, or 0 for a spectrum of zeros.
 */
export function nuclearNormRatio(eigenvalues: ArrayLike<number>): number {
  return sum(scaled(eigenvalues).map(Math.sqrt));
}

/**
 * λ / λ₁ with negative λ set to 0, so that no sum or square overflows; zeros stay zeros, not finite
 * becomes NaN.
 */
function scaled(eigenvalues: ArrayLike<number>): Float64Array {
  const clamped = Float64Array.from(eigenvalues, (value) => Math.max(0, value));
  let largest = 0;
  for (const value of clamped) largest = Math.max(largest, value);
  if (largest === 0) return clamped;
  return Number.isFinite(largest) ? clamped.map((value) => value / largest) : clamped.fill(NaN);
}

/** Sum of the values, first to last. */
function sum(values: Float64Array): number {
  let total = 0;
  for (const value of values) total += value;
  return total;
}
