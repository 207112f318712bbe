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
 * Share of λ₁ from which on eigenvalues are the head, known relative to themselves: there the angles between computed
 * eigenfeatures, which are about √n u σ₁ / σ_i off, are small.
 *
 * @param order Number of features n.
 * @returns (n u)².
 */
export function headShare(order: number): number {
  return (order * U) ** 2;
}

/** What is known of a solved Gram matrix. */
export interface SolvedSpectrum {
  /** Eigenvalues λ̂, descending. */
  readonly eigenvalues: ArrayLike<number>;
  /** Number of samples m. */
  readonly samples: number;
  /** Off-diagonal norm of the head of A before the last solve, scaled: ‖A_head − I‖_F / √2. */
  readonly head: number;
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
 * - |E_kj| ≤ γ_(n/4+5) ‖Φ_k‖ ‖q_j‖ (sums of dot products of 4), so all σ move by at most ‖E‖ ≤ γ_(n/4+5) √(n tr M);
 * - the tail, eigenvalues below (n u)² λ₁, moves the others' σ by at most √(Σ_tail λ̂) (Weyl);
 * - Q is orthonormal to ‖QQᵀ − I‖ ≤ 2 n γ_n after the Newton–Schulz step, which moves λ_i by as much relative to itself
 *   (Ostrowski);
 * - rounding of the Gram sums is ≤ γ_(slice+slices+3) √(m_ii m_jj) entrywise, so n γ on A; rotations add 8 u √n a round;
 *   the off-diagonal left over adds itself. A perturbation G of A moves λ_i by ‖G‖ / λ_min(A) relative to itself, and
 *   λ_min(A) ≥ 1 − ‖A − I‖_F on the head (Demmel and Veselić 1992, Theorem 2.3).
 *
 * With η the sum of the relative terms and α of those on σ, s_i = σ̂_i η / 2 + α and δ_i = 2 σ̂_i s_i + s_i². Where
 * ‖A − I‖_F reaches ½ on the head, nothing relative is known: then δ_i = η tr M + 2 σ̂_i α + α² for all.
 * Products below 2⁻¹²⁶ may be flushed to zero: m n 2⁻¹²⁶ is added to α².
 *
 * @param spectrum What the solver left.
 * @returns δ, one for each eigenvalue; NaN where the features were not finite.
 */
export function eigenvalueErrors(spectrum: SolvedSpectrum): Float64Array {
  const { eigenvalues, samples, head, off, rounds } = spectrum;
  const lambda = Float64Array.from(eigenvalues, (value) => value < 0 ? 0 : value);
  const n = lambda.length;
  const largest = lambda[0] ?? 0;
  let trace = 0, tail = 0;
  for (const value of lambda) {
    trace += value;
    // Four times the share: the solver drew the line sweep by sweep, at values that moved a little since.
    if (value <= 4 * headShare(n) * largest) tail += value;
  }
  const { slice, slices } = gramSlices(samples);
  const absolute = gamma(n / 4 + 5) * Math.sqrt(n * trace) + Math.sqrt(tail + samples * n * 2 ** -126);
  const rounding = n * gamma(slice + slices + 3) + 8 * U * Math.sqrt(n) * rounds + Math.SQRT2 * off;
  const departure = Math.SQRT2 * head;
  const orthonormality = 2 * n * gamma(n);
  if (!(departure < 0.5)) {
    const all = (rounding + orthonormality) * trace + absolute ** 2;
    return lambda.map((value) => all + 2 * Math.sqrt(value) * absolute);
  }
  const relative = rounding / (1 - departure) + orthonormality;
  return lambda.map((value) => {
    const sigma = Math.sqrt(value);
    const s = sigma * relative / 2 + absolute;
    return 2 * sigma * s + s * s;
  });
}
