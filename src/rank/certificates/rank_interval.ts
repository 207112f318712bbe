/**
 * Counts the ε-rank of a feature matrix, with the interval that the bounds of its eigenvalues
 * certify.
 *
 * @module
 */
import { addDown, addUp, multiplyDown, multiplyUp } from "../../linalg/directed.ts";

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
 * Counts the eigenvalues of a Gram matrix above a threshold.
 *
 * A relative threshold ε λ₁ is itself uncertain, so `low` counts λ̂_i − δ_i > ε
 * (λ̂₁ + δ₁) and `high` counts λ̂_i + δ_i > ε (λ̂₁ − δ₁). No eigenvalue is above λ₁ itself, so the
 * rank is 0 for ε ≥ 1; and λ₁ > 0 is above any smaller share of itself. All sums and products are
 * rounded to the safe side, so the interval holds at the ends of the range of float64.
 *
 * @param eigenvalues Computed eigenvalues λ̂ ≥ 0, descending.
 * @param bounds Bounds δ_i ≥ |λ̂_i − λ_i|, one per eigenvalue; NaN counts as unbounded.
 * @param epsilon Threshold ε > 0, the exact float64.
 * @param options Whether ε is absolute, the default, or relative to λ₁.
 * @returns The rank and its certified interval. Features that are not finite have eigenvalues NaN:
 * rank 0 in [0, n].
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { rankInterval } from "./rank_interval.ts";
 *
 * const { rank, low, high } = rankInterval([4, 1, 1e-9], [0.1, 0.1, 0.1], 1e-3);
 * assert.deepEqual([rank, low, high], [2, 2, 3]);
 * ```
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
  const least = addDown(largest, -slack);
  if (relative && epsilon >= 1 && !Number.isNaN(largest)) return { epsilon, rank: 0, low: 0, high: 0 };
  const at = relative ? epsilon * largest : epsilon;
  const atMost = relative ? multiplyUp(epsilon, addUp(largest, slack)) : epsilon;
  const atLeast = relative ? multiplyDown(epsilon, Math.max(0, least)) : epsilon;
  let rank = 0, low = 0, high = 0;
  for (let i = 0; i < n; i++) {
    if (eigenvalues[i] > at) rank++;
    if (addDown(eigenvalues[i], -bounds[i]) > atMost) low++;
    if (!(addUp(eigenvalues[i], bounds[i]) <= atLeast)) high++;
  }
  if (relative && least > 0) low = Math.max(low, 1);
  return { epsilon, rank: Math.min(high, Math.max(low, rank)), low, high };
}
