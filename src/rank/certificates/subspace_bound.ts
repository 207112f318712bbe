/**
 * Bounds the angle from the span of computed eigenfeatures to the dominant subspace of the
 * features.
 *
 * @module
 */
import { U2 } from "../../linalg/rounding.ts";
import { DOUBLE } from "../spectra/refine_spectra.ts";

/**
 * What is known of eigenfeatures Y = Φ T, with T = S Q of nearly orthonormal rows Q, and of their
 * Gram matrix.
 */
export interface EigenfeatureGram {
  /** Certified eigenvalues of ΦᵀWΦ, descending. */
  readonly eigenvalues: ArrayLike<number>;
  /** Bounds on their errors. */
  readonly bounds: ArrayLike<number>;
  /** Number r of leading eigenfeatures, scaled to norm 1; the others are scaled by 1/√λ_r. */
  readonly rank: number;
  /** YᵀWY, row-major, as many rows as there are eigenvalues. */
  readonly gram: Float64Array;
  /** Relative error of an entry of it, |ΔN_ij| ≤ error √(N_ii N_jj). */
  readonly gramBound: number;
  /** Frobenius norm of what the features may be off. */
  readonly featureBound: number;
}

/**
 * Bounds ‖N − I‖₂ of a block of a Gram matrix of columns of norm 1, its rounding included.
 *
 * @param gram Gram matrix, row-major.
 * @param block Order of the matrix, first column of the block, its number of columns, and a bound
 * on the relative error of an entry.
 * @returns A bound: the Frobenius norm.
 */
export function departure(
  gram: Float64Array,
  { order, first, count, gramBound }: {
    readonly order: number;
    readonly first: number;
    readonly count: number;
    readonly gramBound: number;
  },
): number {
  let square = 0, trace = 0;
  for (let i = first; i < first + count; i++) {
    trace += gram[i * order + i];
    for (let j = first; j < first + count; j++) square += (gram[i * order + j] - (i === j ? 1 : 0)) ** 2;
  }
  return Math.sqrt(square) + gramBound * trace;
}

/**
 * Bounds the largest angle between the span of the first r computed eigenfeatures and the subspace
 * 𝒰 that the r leading left singular vectors of √W Φ span, for the Φ given. With ρ = σ_{r+1} / σ_r
 * it adds three turns, each of a singular subspace of a perturbed matrix:
 *
 * - Q is orthonormal to ω only. With T = (QQᵀ)^½ the subspaces of A and A T obey S Σ₁ = Σ̃₂ (C +
 *   Ṽ₂ᵀ(T⁻¹ − I)V₁) and Σ̃₂ S = (C + Ṽ₂ᵀ(T − I)V₁) Σ₁ for S = Ũ₂ᵀU₁, C = Ṽ₂ᵀV₁; without C, ‖S‖ =
 *   sin θ ≤ ρ ω / (1 − ρ²) (a relative gap: R.-C. Li, SIAM J. Matrix Anal. Appl. 20, 1998);
 * - Ψ = Φ Q is rounded by E, ‖E‖ ≤ dot(n) √(n tr M), and the features are off by what centring
 *   left: sin θ ≤ ‖E‖ / (σ_r − σ_{r+1} − ‖E‖) (Wedin, BIT 12, 1972);
 * - the columns of Ψ̂ = [Ψ₁ Ψ₂] are not quite orthogonal. In coordinates of span Ψ₁ and its
 *   complement Ψ̂Ψ̂ᵀ has the diagonal blocks K₁₁ ≥ λ_min(Ψ₁ᵀΨ₁) and K₂₂ ≤ ‖Ψ₂‖², and off them at
 *   most ‖C‖ ‖Ψ₂‖, C the part of Ψ₂ in span Ψ₁: tan 2θ ≤ 2 ‖C‖ ‖Ψ₂‖ / (λ_min(K₁₁) − ‖Ψ₂‖²) (Davis
 *   and Kahan, SIAM J. Numer. Anal. 7, 1970), all of it measured.
 *
 * In double-single arithmetic the second is the largest by far: about 10⁻¹² n σ₁ / (σ_r − σ_{r+1}).
 *
 * @param known What is known.
 * @returns The angle in radians, π/2 where errors close the gap behind λ_r.
 */
export function dominantSubspaceBound(known: EigenfeatureGram): number {
  const { eigenvalues, bounds, rank, gram, gramBound, featureBound } = known;
  const n = eigenvalues.length, right = Math.PI / 2;
  // Rounding rows of Q to pairs adds half a unit to each entry.
  const omega = DOUBLE.orthonormality(n) + U2 * Math.sqrt(n);
  const least = Math.sqrt(Math.max(0, eigenvalues[rank - 1] - bounds[rank - 1]));
  const most = rank < n ? Math.sqrt(eigenvalues[rank] + bounds[rank]) : 0;
  const ratio = (1 + omega) * most / least;
  let trace = 0;
  for (let i = 0; i < n; i++) trace += eigenvalues[i] + bounds[i];
  const rounding = DOUBLE.dot(n) * Math.sqrt(n * trace) * (1 + omega) + featureBound;
  const gap = (1 - omega) * least - (1 + omega) * most - rounding;
  if (!(ratio < 1 && gap > 0)) return right;

  let coupling = 0, tail = 0, largest = 0;
  for (let j = rank; j < n; j++) {
    tail += gram[j * n + j];
    for (let i = 0; i < rank; i++) coupling += gram[i * n + j] ** 2;
    let row = 0;
    for (let k = rank; k < n; k++) row += Math.abs(gram[j * n + k]);
    largest = Math.max(largest, row);
  }
  const unequal = departure(gram, { order: n, first: 0, count: rank, gramBound });
  const rest = largest + gramBound * tail;
  const head = 1 - unequal;
  if (!(rest < head)) return right;
  const part = (Math.sqrt(coupling) + gramBound * Math.sqrt(rank * tail)) / Math.sqrt(head);

  const skew = ratio * omega / (1 - omega) / (1 - ratio ** 2);
  return Math.asin(Math.min(1, skew)) + Math.asin(Math.min(1, rounding / gap)) +
    Math.atan(2 * part * Math.sqrt(rest) / (head - rest)) / 2;
}
