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

/** Eigenvalues and the ends of the intervals in which the exact ones lie. */
export interface EigenvalueIntervals {
  /** Computed eigenvalues λ̂, descending. */
  readonly eigenvalues: ArrayLike<number>;
  /** λ̂_i − δ_i, rounded down. */
  readonly least: ArrayLike<number>;
  /** λ̂_i + δ_i, rounded up. */
  readonly most: ArrayLike<number>;
}

/**
 * Computes the intervals in which exact eigenvalues lie, for {@linkcode countIntervals}.
 *
 * @param eigenvalues Computed eigenvalues λ̂ ≥ 0, descending.
 * @param bounds Bounds δ_i ≥ |λ̂_i − λ_i|, one per eigenvalue.
 * @returns The eigenvalues, and the ends of their intervals.
 */
export function eigenvalueIntervals(
  eigenvalues: ArrayLike<number>,
  bounds: ArrayLike<number>,
): EigenvalueIntervals {
  const n = eigenvalues.length, least = new Float64Array(n), most = new Float64Array(n);
  for (let i = 0; i < n; i++) {
    least[i] = addDown(eigenvalues[i], -bounds[i]);
    most[i] = addUp(eigenvalues[i], bounds[i]);
  }
  return { eigenvalues, least, most };
}

/**
 * Counts the eigenvalues of a Gram matrix above a threshold, see {@linkcode rankInterval}. It suits
 * many thresholds for one spectrum.
 *
 * @param intervals The eigenvalues and their intervals.
 * @param epsilon Threshold ε > 0, the exact float64.
 * @param threshold Whether ε is absolute or relative to λ₁.
 * @returns The rank and its certified interval.
 */
export function countIntervals(
  { eigenvalues, least, most }: EigenvalueIntervals,
  epsilon: number,
  threshold: Threshold,
): RankInterval {
  const n = eigenvalues.length;
  const relative = threshold === "relative";
  const [largest, lowest, highest] = n > 0 ? [eigenvalues[0], least[0], most[0]] : [0, 0, 0];
  if (relative && epsilon >= 1 && !Number.isNaN(largest)) return { epsilon, rank: 0, low: 0, high: 0 };
  const at = relative ? epsilon * largest : epsilon;
  const atMost = relative ? multiplyUp(epsilon, highest) : epsilon;
  const atLeast = relative ? multiplyDown(epsilon, Math.max(0, lowest)) : epsilon;
  let rank = 0, low = 0, high = 0;
  for (let i = 0; i < n; i++) {
    if (eigenvalues[i] > at) rank++;
    if (least[i] > atMost) low++;
    if (!(most[i] <= atLeast)) high++;
  }
  if (relative && lowest > 0) low = Math.max(low, 1);
  return { epsilon, rank: Math.min(high, Math.max(low, rank)), low, high };
}

/**
 * Counts the eigenvalues of one spectrum above several thresholds, see {@linkcode rankInterval}.
 *
 * @param spectrum Computed eigenvalues λ̂ ≥ 0, descending, and their bounds.
 * @param epsilons Thresholds ε > 0.
 * @param threshold Whether they are absolute or relative to λ₁.
 * @returns The rank at each with its certified interval.
 */
export function rankIntervals(
  { eigenvalues, bounds }: { readonly eigenvalues: ArrayLike<number>; readonly bounds: ArrayLike<number> },
  epsilons: readonly number[],
  threshold: Threshold,
): RankInterval[] {
  const intervals = eigenvalueIntervals(eigenvalues, bounds);
  return epsilons.map((epsilon) => countIntervals(intervals, epsilon, threshold));
}

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
  return countIntervals(eigenvalueIntervals(eigenvalues, bounds), epsilon, threshold);
}
