/**
 * Bounds the errors of eigenvalues from `spectra.ts`: this is what makes a rank certain.
 *
 * @module
 */
import { gemmCompensatedBound } from "../../linalg/products/gemm_compensated.ts";
import { gramBound } from "../../linalg/gram/gram.ts";
import { gamma, LEAST_NORMAL, U } from "../../linalg/rounding.ts";

/** Bounds on the roundings of one arithmetic, and the shares of λ₁ that go with them. */
export interface Arithmetic {
  /**
   * Of a dot product of n terms, summed in the order of the kernel for Ψ = Φ Q: |fl(a·b) − a·b| ≤
   * dot(n) Σ|a||b|.
   */
  readonly dot: (n: number) => number;
  /** Of an entry of Ψ, relative to itself, beyond what `dot` says. */
  readonly entry: number;
  /** Of a Gram entry over m samples, relative to √(m_ii m_jj). */
  readonly gram: (samples: number) => number;
  /**
   * Of a diagonal entry in one round of rotations, relative to itself. Rounds of blocks count as
   * `ROUNDS_OF_BLOCKS`.
   */
  readonly diagonal: number;
  /**
   * Of an off-diagonal entry in one round, relative to those that it comes from; all scaled by the
   * diagonal.
   */
  readonly rotation: number;
  /** ‖Q Qᵀ − I‖ of the basis. */
  readonly orthonormality: (n: number) => number;
  /** Share of λ₁ from which on eigenvalues can be known relative to themselves: (n u)² / 10. */
  readonly head: (n: number) => number;
  /**
   * Share of λ₁ below which eigenvalues are the tail: rounding noise of Ψ, which Jacobi need not
   * diagonalise. Its variance is about n u² / 10 of that of Φ, spread over n columns. Measured on
   * tanh features, its largest eigenvalue is n u² / 300 of λ₁.
   */
  readonly tail: (n: number) => number;
  /** Absolute error of a product that underflows, for features of magnitude 1. */
  readonly underflow: number;
}

/** Single precision, u = 2⁻²⁴, with plain sums: `gemm.wgsl`, `gram.wgsl`, `jacobi.wgsl`. */
export const SINGLE: Arithmetic = {
  // nt adds dot products of 4 (tile.wgsl).
  dot: (n) => gamma(n / 4 + 5, U),
  gram: (samples) => gramBound(samples, "plain"),
  entry: 0,
  // a_pp − t a_pq rounds to an ulp; the errors of t and a_pq belong to `rotation`.
  diagonal: 2 * U,
  // Two combinations c x − s y of three roundings each, where c and s err by three as well.
  rotation: 16 * U,
  // After one Newton–Schulz step Q ← C Q, C = 3/2 − QQᵀ/2, from a basis that rotations left good to
  // about 10⁻⁵: entries of C, dot products of rows of norm 1, err by γ/2, so C by n γ/2; those of C
  // Q, of which one term is nearly all, by γ_n of themselves, so C Q by √n γ_n. Either counts twice
  // in QQᵀ.
  orthonormality: (n) => n * gamma(n / 4 + 5, U) + 2 * Math.sqrt(n) * gamma(n, U),
  head: (n) => (n * U) ** 2 / 10,
  tail: (n) => n * U ** 2 / 4,
  underflow: LEAST_NORMAL,
};

/**
 * Single precision with compensated sums (`gemm_compensated.wgsl`, `gram.wgsl`).
 *
 * An entry of Ψ = Φ Q errs by a share u of itself and by δ ‖Φ_k‖, with δ of {@linkcode
 * gemmCompensatedBound}. In the Newton–Schulz step Q ← C Q, C = 3/2 − QQᵀ/2 is the identity to
 * 10⁻⁵. An entry of C errs by u on the diagonal and by δ elsewhere, so C errs by u + n δ. An entry
 * of C Q errs by u of itself and by δ, so C Q errs by u √n + n δ. Both errors count twice in QQᵀ.
 * One more u covers the square of what the step corrects, up to 2·10⁻⁴.
 */
export const SINGLE_COMPENSATED: Arithmetic = {
  ...SINGLE,
  dot: gemmCompensatedBound,
  entry: U,
  gram: (samples) => gramBound(samples, "compensated"),
  orthonormality: (n) => (2 * Math.sqrt(n) + 3) * U + 4 * n * gemmCompensatedBound(n),
};

/** Four heads of a spectrum, each ten or a hundred times shorter than the one before. */
const HEADS = [1, 10, 1e3, 1e5] as const;

/**
 * Computes the shares of λ₁ from which on eigenvalues may be the head, whose errors are bounded
 * relative to themselves.
 *
 * Computed eigenfeatures are off orthogonal by about √n u σ₁ / σ_i. In the first head these angles
 * are small if the basis was fresh. Where features moved fast since the last probe, only a shorter
 * head is good.
 *
 * @param order Number of features n.
 * @param arithmetic Arithmetic of the solver. Default: single.
 * @returns (n u)² / 10 and 10, 10³, 10⁵ times that; none below the tail, whose off-diagonal is not
 * measured.
 */
export function headShares(order: number, arithmetic: Arithmetic = SINGLE): [number, number, number, number] {
  const least = Math.max(arithmetic.head(order), arithmetic.tail(order));
  return HEADS.map((factor) => factor * least) as [number, number, number, number];
}

/** What is known of a solved Gram matrix. */
export interface SolvedSpectrum {
  /** Eigenvalues λ̂, descending. */
  readonly eigenvalues: ArrayLike<number>;
  /** Number of samples m. */
  readonly samples: number;
  /** Off-diagonal norm of each head of A before the last solve, scaled: ‖A_head − I‖_F / √2. */
  readonly heads: readonly number[];
  /** Trace of what is not in each head, before the last solve. */
  readonly tails: readonly number[];
  /** Off-diagonal norm when the last solve ended, scaled likewise. */
  readonly off: number;
  /** Rounds of rotations that the last solve made. */
  readonly rounds: number;
  /**
   * Weighted Frobenius norm of what was left out of the features before they were solved. Default:
   * 0.
   */
  readonly leftOut?: number;
}

/**
 * Computes bounds δ_i ≥ |λ̂_i − λ_i| on the errors of eigenvalues of Φᵀ diag(w) Φ for the Φ given,
 * to first order in the unit roundoff u.
 *
 * Let Ψ = Φ Q be computed as Ψ̂ = Φ Q + E, and M″ = Ψ̂ᵀ W Ψ̂ = D A D with D² its diagonal. Then:
 *
 * - |E_kj| ≤ dot(n) ‖Φ_k‖ ‖q_j‖, so h columns of Ψ move σ by at most dot(n) √(h tr M). What was
 *   left out of Φ moves it by its weighted norm.
 * - Q is orthonormal to ‖QQᵀ − I‖ ≤ ω, which moves λ_i by as much relative to itself (Ostrowski).
 * - Rounding of the Gram sums is at most gram(m) √(m_ii m_jj) entrywise, so n times that on A.
 *   Entries of Ψ that round by a share of themselves add 2 √n times that share. The off-diagonal
 *   that is left adds itself. On the head, the columns from some share of λ₁ on, a perturbation G
 *   of A moves λ_i by ‖G‖ / λ_min(A) relative to itself, and λ_min(A) ≥ 1 − ‖A − I‖_F (Demmel and
 *   Veselić 1992, Thm 2.3).
 * - A round of rotations moves diagonal entries by a share `diagonal` of themselves. It moves
 *   off-diagonal ones by a share `rotation` of the entries that they come from. Within a head these
 *   stay below 2 g plus (√(τ / m_ii) + √(τ / m_jj)) / 2, with g = ‖A − I‖_F before the first
 *   rotation and τ as below: rotations of head columns with each other raise g² by a factor of at
 *   most 1 + c g² a round, and those with tail columns bring in entries of the size of √(m_ii τ).
 *   Roundings of the first part count here, as `rotation` 2 g; those of the second belong to κ.
 *   The sum of both parts is not proven. `rotation_growth_test.ts` follows rotations in float64:
 *   over thousands of matrices the second part needed a factor of 0.24 instead of 1/2.
 * - The other columns, the tail, raise eigenvalues by at most τ, the trace of their exact block:
 *   ΦΦᵀ is the sum of the parts of head and tail, both positive semidefinite (Weyl). The solver
 *   measures the trace T of that block of M″ before it rotates anything, and where it measures ‖A −
 *   I‖: by the same comparison of diagonal entries. T rounds by gram(m) and by n additions. √τ is
 *   at most √T plus dot(n) √(n tr M). The entries of A between head and tail are only known to be
 *   at most 1. So their roundings, of norm κ = n gram(m) + 2 √n `entry` + `rotation` n / 2 a round,
 *   move λ_i by κ (2 √(λ_i τ) + τ).
 * - h, the size of a head from a share s of the largest diagonal entry d on: with g = ‖A − I‖_F < ½
 *   on it, λ_h(M″) ≥ (1 − g) s d (Cauchy, Ostrowski), and λ₁(M″) ≤ (1 + g) d + T, the sum of the
 *   norms of both diagonal blocks. So λ_h ≥ s (λ₁ − T) / 3. Where T ≤ λ̂₁ / 10 and roundings are at
 *   most 1/20 of λ̂_i, besides κ (2 √(λ_i T) + T), all of the h computed values plus that exceed s
 *   λ̂₁ / 4. Elsewhere h ≤ n.
 *
 * Let η be the sum of the relative terms, and α of those on σ for the h columns of a head. Then δ_i
 * = η λ̂_i + 2 σ̂_i α + α² + τ + κ (2 σ̂_i √τ + τ). Of the heads with ‖A − I‖_F < ½ the one with
 * the least δ_i counts. Without such a head, δ_i = (η + 1) tr M + 2 σ̂_i α + α² with h = n.
 * Products that underflow raise α² by m n times their error.
 *
 * @param spectrum What the solver left.
 * @param arithmetic Arithmetic of the solver.
 * @returns δ, one for each eigenvalue; NaN where the features were not finite.
 */
export function eigenvalueBounds(spectrum: SolvedSpectrum, arithmetic: Arithmetic): Float64Array {
  const lambda = Float64Array.from(spectrum.eigenvalues, (value) => value < 0 ? 0 : value);
  const { heads, trace, moved, leftOut, orthonormality, mixing } = headCertificates(spectrum, arithmetic);
  const all = leftOut + moved;
  return lambda.map((value) => {
    const sigma = Math.sqrt(value);
    const known = heads.map(({ relative, absolute, tail }) =>
      relative * value + 2 * sigma * absolute + absolute ** 2 + tail
    );
    return known.length > 0
      ? Math.min(...known)
      : (mixing + orthonormality + 1) * trace + 2 * sigma * all + all ** 2;
  });
}

/** What a head of a spectrum with ‖A − I‖_F < ½ bounds, see {@linkcode eigenvalueBounds}. */
export interface HeadCertificate {
  /**
   * At most as many computed eigenvalues as the head has columns are above this: λ_(h+1)(M″) ≤ T,
   * and λ̂ is off by at most 1/20 of itself and κ (2 √(λ̂ T) + T).
   */
  readonly least: number;
  /** Largest number of its columns h. */
  readonly columns: number;
  /** η. */
  readonly relative: number;
  /** α. */
  readonly absolute: number;
  /** τ and what it is mixed by: (1 + κ) τ. */
  readonly tail: number;
}

/** What the heads of a spectrum bound, and what holds for all of it. */
export interface HeadCertificates {
  /** The heads, longest first. */
  readonly heads: readonly HeadCertificate[];
  /** tr M. */
  readonly trace: number;
  /** What all columns of Ψ move σ by. */
  readonly moved: number;
  /** Norm of what was left out of the features. */
  readonly leftOut: number;
  /** ω. */
  readonly orthonormality: number;
  /** κ. */
  readonly mixing: number;
}

/**
 * Computes the terms of {@linkcode eigenvalueBounds}.
 *
 * @param spectrum What the solver left.
 * @param arithmetic Arithmetic of the solver.
 * @returns The terms, in the notation there.
 */
export function headCertificates(spectrum: SolvedSpectrum, arithmetic: Arithmetic): HeadCertificates {
  const { eigenvalues, samples, heads, tails, off, rounds, leftOut = 0 } = spectrum;
  const lambda = Float64Array.from(eigenvalues, (value) => value < 0 ? 0 : value);
  const n = lambda.length;
  const trace = lambda.reduce((sum, value) => sum + value, 0);
  /** What h columns of Ψ move σ by. */
  const moved = (columns: number) =>
    Math.sqrt(arithmetic.dot(n) ** 2 * columns * trace + samples * n * arithmetic.underflow);
  const orthonormality = arithmetic.orthonormality(n);
  const sums = n * arithmetic.gram(samples) + 2 * Math.sqrt(n) * arithmetic.entry;
  const mixing = sums + rounds * arithmetic.rotation * n / 2;

  const certificates = headShares(n, arithmetic).flatMap((share, index) => {
    const departure = Math.SQRT2 * heads[index];
    if (!(departure < 0.5)) return [];
    const tail = tails[index] * (1 + 2 * (arithmetic.gram(samples) + n * U)) + n * arithmetic.underflow;
    const rounding = sums + rounds * (arithmetic.diagonal + 2 * arithmetic.rotation * departure) +
      Math.SQRT2 * off;
    const relative = rounding / (1 - departure);
    const spread = (value: number) => mixing * (2 * Math.sqrt(value * tail) + tail);
    const columns = relative < 1 / 20 && tail < lambda[0] / 10
      ? lambda.reduce((h, value) => value + spread(value) > share * lambda[0] / 4 ? h + 1 : h, 0)
      : n;
    const root = Math.sqrt(tail) + moved(n);
    return [{
      least: Math.max(4 * share * lambda[0], 2 * (1 + 4 * mixing) ** 2 * tail),
      columns,
      relative: relative + orthonormality,
      absolute: leftOut + moved(columns) + mixing / Math.sqrt(1 - departure) * root,
      tail: (1 + mixing) * root ** 2,
    }];
  });
  return { heads: certificates, trace, moved: moved(n), leftOut, orthonormality, mixing };
}

/**
 * Bounds the error of the root of a value ≥ 0: |√α − √β| = |α − β| / (√α + √β), and at most √|α −
 * β|.
 *
 * @param value Value α.
 * @param bound Bound on |α − β|.
 * @returns A bound on |√α − √β|, 0 for a bound of 0.
 */
export function rootBound(value: number, bound: number): number {
  return bound === 0 ? 0 : Math.min(Math.sqrt(bound), bound / Math.sqrt(value));
}
