/**
 * Error bounds of eigenvalues from `spectra.ts`: what makes a rank certain.
 *
 * @module
 */
import { gramSlices } from "../linalg/gram.ts";

/** Unit roundoff of single precision. */
const U = 2 ** -24;

/** γ_k = k u / (1 − k u): relative error of k roundings in a row. */
function gamma(k: number): number {
  return k * U / (1 - k * U);
}

/**
 * Share of λ₁ below which eigenvalues are the tail: rounding noise of Ψ = Φ Q, which Jacobi need not diagonalise. Its
 * variance is some n u² / 10 of that of Φ, spread over n columns; measured on tanh features its largest eigenvalue is
 * n u² / 300 of λ₁.
 *
 * @param order Number of features n.
 * @returns n u² / 4.
 */
export function tailShare(order: number): number {
  return order * U ** 2 / 4;
}

/**
 * Shares of λ₁ from which on eigenvalues may be the head, those known relative to themselves. In the first head the
 * angles between computed eigenfeatures, about √n u σ₁ / σ_i off, are small when the basis was fresh; where features
 * moved fast since the last probe, only a shorter head is good.
 *
 * @param order Number of features n.
 * @returns (n u)² and 10², 10⁴, 10⁶ times that.
 */
export function headShares(order: number): [number, number, number, number] {
  const least = (order * U) ** 2;
  return [least, 1e2 * least, 1e4 * least, 1e6 * least];
}

/** What is known of a solved Gram matrix. */
export interface SolvedSpectrum {
  /** Eigenvalues λ̂, descending. */
  readonly eigenvalues: ArrayLike<number>;
  /** Number of samples m. */
  readonly samples: number;
  /** Off-diagonal norm of each head of A before the last solve, scaled: ‖A_head − I‖_F / √2. */
  readonly heads: readonly number[];
  /** Off-diagonal norm when the last solve ended, scaled likewise. */
  readonly off: number;
  /** Rounds of rotations that the last solve made. */
  readonly rounds: number;
}

/**
 * Bounds δ_i ≥ |λ̂_i − λ_i| on the eigenvalues of Φᵀ diag(w) Φ for the Φ given, to first order in u = 2⁻²⁴.
 *
 * Let Ψ = Φ Q be computed as Ψ̂ = Φ Q + E, and M″ = Ψ̂ᵀ W Ψ̂ = D A D with D² its diagonal. Then
 *
 * - |E_kj| ≤ γ_(n/4+5) ‖Φ_k‖ ‖q_j‖ (sums of dot products of 4), so all σ move by at most α = γ_(n/4+5) √(n tr M);
 * - Q is orthonormal to ‖QQᵀ − I‖ ≤ 2 n γ_n after the Newton–Schulz step, which moves λ_i by as much relative to itself
 *   (Ostrowski);
 * - rounding of the Gram sums is ≤ γ_(slice+slices+3) √(m_ii m_jj) entrywise, so n γ on A; rotations add 8 u √n a round;
 *   the off-diagonal left over adds itself. On the head, the columns from some share of λ₁ on, a perturbation G of A
 *   moves λ_i by ‖G‖ / λ_min(A) relative to itself, and λ_min(A) ≥ 1 − ‖A − I‖_F (Demmel and Veselić 1992, Thm 2.3);
 * - the other columns, the tail, raise eigenvalues by at most the trace τ of their block: Ψ̂Ψ̂ᵀ is the sum of what the
 *   head and the tail contribute, both positive semidefinite (Weyl).
 *
 * With η the sum of the relative terms, δ_i = η λ̂_i + 2 σ̂_i α + α² + τ. Of the heads with ‖A − I‖_F < ½ the one that gives
 * the least δ_i is taken; where there is none, δ_i = (η + 1) tr M. Products below 2⁻¹²⁶ may be flushed to zero: α² is
 * raised by m n 2⁻¹²⁶.
 *
 * @param spectrum What the solver left.
 * @returns δ, one for each eigenvalue; NaN where the features were not finite.
 */
export function eigenvalueErrors(spectrum: SolvedSpectrum): Float64Array {
  const { eigenvalues, samples, heads, off, rounds } = spectrum;
  const lambda = Float64Array.from(eigenvalues, (value) => value < 0 ? 0 : value);
  const n = lambda.length;
  const trace = lambda.reduce((sum, value) => sum + value, 0);
  const { slice, slices } = gramSlices(samples);
  const absolute = Math.sqrt((gamma(n / 4 + 5) ** 2) * n * trace + samples * n * 2 ** -126);
  const orthonormality = 2 * n * gamma(n);
  const rounding = n * gamma(slice + slices + 3) + 8 * U * Math.sqrt(n) * rounds + Math.SQRT2 * off;

  const certificates = headShares(n).flatMap((share, index) => {
    const departure = Math.SQRT2 * heads[index];
    if (!(departure < 0.5)) return [];
    // Four times the share: the line was drawn at the solver's first look, at values that moved a little since.
    const tail = lambda.reduce((sum, value) => value <= 4 * share * lambda[0] ? sum + value : sum, 0);
    return [{ relative: rounding / (1 - departure) + orthonormality, tail: 2 * tail }];
  });
  return lambda.map((value) => {
    const moved = 2 * Math.sqrt(value) * absolute + absolute ** 2;
    const known = certificates.map(({ relative, tail }) => relative * value + moved + tail);
    return known.length > 0 ? Math.min(...known) : (rounding + orthonormality + 1) * trace + moved;
  });
}
