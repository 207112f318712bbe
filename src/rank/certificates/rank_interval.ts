/**
 * Counts the ε-rank of a feature matrix, with the interval that the bounds of its eigenvalues
 * certify.
 *
 * @module
 */

/** An ε-rank and the interval in which the exact one lies. It is certain where `low === high`. */
export interface RankInterval {
  /** Threshold ε, absolute or relative to λ₁. */
  readonly epsilon: number;
  /** #{ i : λ̂_i > ε }. */
  readonly rank: number;
  /** #{ i : λ̂_i − δ_i > ε }. */
  readonly low: number;
  /** #{ i : λ̂_i + δ_i > ε }. */
  readonly high: number;
}

/** How a threshold is meant: λ_i > ε, or λ_i > ε λ₁. */
export type Threshold = "absolute" | "relative";

/** Names of the ways in which a threshold is meant. */
export const thresholdNames: readonly Threshold[] = ["absolute", "relative"];

/**
 * Counts the eigenvalues above a threshold.
 *
 * A relative threshold ε λ₁ is itself uncertain, so `low` counts λ̂_i − δ_i > ε
 * (λ̂₁ + δ₁) and `high` counts λ̂_i + δ_i > ε (λ̂₁ − δ₁).
 *
 * @param eigenvalues Computed eigenvalues λ̂, descending.
 * @param bounds Bounds δ_i ≥ |λ̂_i − λ_i|, one per eigenvalue; NaN counts as unbounded.
 * @param epsilon Threshold ε > 0.
 * @param options Whether ε is absolute, the default, or relative to λ₁.
 * @returns The rank and its certified interval. Features that are not finite have eigenvalues NaN:
 * rank 0 in [0, n].
 */
export function rankInterval(
  eigenvalues: ArrayLike<number>,
  bounds: ArrayLike<number>,
  epsilon: number,
  { threshold = "absolute" }: { readonly threshold?: Threshold } = {},
): RankInterval {
  const n = eigenvalues.length;
  const relative = threshold === "relative";
  const largest = n > 0 ? eigenvalues[0] : 0;
  const slack = n > 0 ? bounds[0] : 0;
  const at = relative ? epsilon * largest : epsilon;
  const atMost = relative ? epsilon * (largest + slack) : epsilon;
  const atLeast = relative ? epsilon * Math.max(0, largest - slack) : epsilon;
  let rank = 0, low = 0, high = 0;
  for (let i = 0; i < n; i++) {
    if (eigenvalues[i] > at) rank++;
    if (eigenvalues[i] - bounds[i] > atMost) low++;
    if (!(eigenvalues[i] + bounds[i] <= atLeast)) high++;
  }
  return { epsilon, rank, low, high };
}
