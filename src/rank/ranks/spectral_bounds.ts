/**
 * Bounds on the errors of the measures of a spectrum, from those of its eigenvalues.
 *
 * @module
 */
import { extent } from "../../stats/extent.ts";
import {
  effectiveRank,
  energyRank,
  nuclearNormRatio,
  participationRatio,
  RANK_ME_OFFSET,
  rankMe,
  stableRank,
} from "./spectral_ranks.ts";

/** Measures of a spectrum by name. */
export interface SpectralRanks {
  /** Exponential of the entropy of the singular values (Roy and Vetterli 2007). */
  readonly effectiveRank: number;
  /** The same, smoothed (Garrido et al. 2023). */
  readonly rankMe: number;
  /** Σλ / λ₁. */
  readonly stableRank: number;
  /** (Σλ)² / Σλ². */
  readonly participationRatio: number;
  /** Fewest eigenvalues that hold 90 % of Σλ. */
  readonly energyRank: number;
  /** Σσ / σ₁. */
  readonly nuclearNormRatio: number;
}

/** An interval in which a number lies. */
interface Interval {
  readonly low: number;
  readonly high: number;
}

/** Share of the energy of the energy rank. */
const FRACTION = 0.9;

/**
 * Measures a spectrum.
 *
 * @param eigenvalues Eigenvalues λ of the Gram matrix.
 * @returns Its measures.
 */
export function spectralRanks(eigenvalues: ArrayLike<number>): SpectralRanks {
  return {
    effectiveRank: effectiveRank(eigenvalues),
    rankMe: rankMe(eigenvalues),
    stableRank: stableRank(eigenvalues),
    participationRatio: participationRatio(eigenvalues),
    energyRank: energyRank(eigenvalues, FRACTION),
    nuclearNormRatio: nuclearNormRatio(eigenvalues),
  };
}

/**
 * Bounds the errors of the measures of a spectrum.
 *
 * With |λ̂_i − λ_i| ≤ δ_i, both descending, λ_i lies in [l_i, h_i] = [max(0, λ̂_i − δ_i), λ̂_i +
 * δ_i] and σ_i in [√l_i, √h_i]. Near 0 that is as wide as √δ_i, and σ may be off by much more than
 * λ. The measures lie in:
 *
 * - Stable rank 1 + Σ_{i>1} λ_i / λ₁: it falls with λ₁ and rises with the others, which are at most
 *   λ₁. So in [1 + Σ l_i / h₁, 1 + Σ min(1, h_i / l₁)]. The nuclear-norm ratio is the same of σ.
 * - Participation ratio (Σλ)² / Σλ²: in [(Σl)² / Σh², (Σh)² / Σl²].
 * - Effective rank and RankMe, exp Σ f(p_i + offset) with f(q) = −q log q: p_i = σ_i / Σσ rises
 *   with σ_i and falls with the others, so it lies in [√l_i / (√l_i + Σ_{j≠i} √h_j), √h_i / (√h_i +
 *   Σ_{j≠i} √l_j)]. f rises up to q = 1 / e and falls beyond. So its least is at an end, its most
 *   at an end or at 1 / e.
 * - Energy rank, the least k with (1 − c) Σ_{i≤k} λ_i ≥ c Σ_{i>k} λ_i, c = 0.9: from the least k
 *   with (1 − c) Σ_{i≤k} h_i ≥ c Σ_{i>k} l_i to that with l and h exchanged.
 *
 * All but RankMe lie in [1, n] where λ₁ > 0, which narrows the intervals. RankMe, whose q add up to
 * t = 1 + n · offset, is at most (n / t)^t.
 *
 * @param eigenvalues Eigenvalues λ̂ of the Gram matrix, descending.
 * @param bounds Bounds δ ≥ |λ̂ − λ|, one for each; NaN counts as unbounded.
 * @returns Bounds on |measure of λ̂ − measure of λ|, the rounding of float64 included; NaN where
 * eigenvalues are not finite.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { spectralBounds } from "./spectral_bounds.ts";
 *
 * const { stableRank, energyRank } = spectralBounds([4, 2, 1], [0.04, 0.02, 0]);
 * assert(stableRank > 0.01 && stableRank < 0.02); // 1.75, in [1 + 2.98 / 4.04, 1 + 3.02 / 3.96]
 * assert.equal(energyRank, 0);
 * ```
 */
export function spectralBounds(
  eigenvalues: ArrayLike<number>,
  bounds: ArrayLike<number>,
): SpectralRanks {
  const n = eigenvalues.length;
  const values = spectralRanks(eigenvalues);
  if (n === 0) return values;
  const lambda = enclosed(eigenvalues, bounds);
  const sigma = lambda.map(({ low, high }) => ({ low: Math.sqrt(low), high: Math.sqrt(high) }));
  // Without a largest eigenvalue that is certain, all may be 0.
  const isCertain = lambda[0].low > 0;
  const within = (interval: Interval): Interval =>
    isCertain ? { low: Math.max(1, interval.low), high: Math.min(n, interval.high) } : { low: 0, high: n };
  const total = 1 + n * RANK_ME_OFFSET, mostRankMe = Math.max(1, (n / total) ** total);
  const smoothed = entropyInterval(sigma, RANK_ME_OFFSET);
  const bound = (value: number, { low, high }: Interval) =>
    Math.max(value - low, high - value, 0) + 8 * n * Number.EPSILON * value;
  return {
    effectiveRank: bound(values.effectiveRank, within(entropyInterval(sigma, 0))),
    rankMe: bound(values.rankMe, {
      low: isCertain ? smoothed.low : 0,
      high: isCertain ? Math.min(mostRankMe, smoothed.high) : mostRankMe,
    }),
    stableRank: bound(values.stableRank, within(ratioInterval(lambda))),
    participationRatio: bound(values.participationRatio, within(participationInterval(lambda))),
    energyRank: Math.floor(bound(values.energyRank, within(energyInterval(lambda)))),
    nuclearNormRatio: bound(values.nuclearNormRatio, within(ratioInterval(sigma))),
  };
}

/** Intervals of λ / λ̂₁. As λ descends, so do their ends. */
function enclosed(eigenvalues: ArrayLike<number>, bounds: ArrayLike<number>): Interval[] {
  const unit = Math.max(0, extent(Array.from(eigenvalues))[1]) || 1;
  const around = (sign: number) =>
    Array.from(eigenvalues, (value, i) => {
      const bound = Number.isNaN(bounds[i]) ? Infinity : bounds[i];
      return Math.max(0, (Math.max(0, value) + sign * bound) / unit);
    });
  const lows = around(-1), highs = around(1);
  for (let i = 1; i < highs.length; i++) highs[i] = Math.min(highs[i], highs[i - 1]);
  for (let i = lows.length - 2; i >= 0; i--) lows[i] = Math.max(lows[i], lows[i + 1]);
  return lows.map((low, i) => ({ low, high: highs[i] }));
}

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);

/** Σx / x₁ of descending x. */
function ratioInterval(x: readonly Interval[]): Interval {
  const [first, ...others] = x;
  return {
    low: 1 + sum(others.map(({ low }) => low / first.high)),
    high: 1 + sum(others.map(({ high }) => Math.min(1, high / first.low))),
  };
}

/** (Σx)² / Σx². */
function participationInterval(x: readonly Interval[]): Interval {
  const lows = x.map(({ low }) => low), highs = x.map(({ high }) => high);
  const squares = (values: readonly number[]) => sum(values.map((value) => value * value));
  return { low: sum(lows) ** 2 / squares(highs), high: sum(highs) ** 2 / squares(lows) };
}

/** exp Σ f(x / Σx + offset), f(q) = −q log q. */
function entropyInterval(x: readonly Interval[], offset: number): Interval {
  const f = (q: number) => q > 0 ? -q * Math.log(q) : 0;
  const lows = sum(x.map(({ low }) => low)), highs = sum(x.map(({ high }) => high));
  let least = 0, most = 0;
  for (const { low, high } of x) {
    const from = share(low, highs - high) + offset, to = share(high, lows - low) + offset;
    least += Math.min(f(from), f(to));
    most += from < 1 / Math.E && to > 1 / Math.E ? 1 / Math.E : Math.max(f(from), f(to));
  }
  return { low: Math.exp(least), high: Math.exp(most) };
}

/** x / (x + others). Rounding may make a sum of others negative. */
function share(x: number, others: number): number {
  return x === 0 ? 0 : Math.min(1, x / (x + Math.max(0, others)));
}

/** The least and the most k of the energy rank. */
function energyInterval(x: readonly Interval[]): Interval {
  const lows = x.map(({ low }) => low), highs = x.map(({ high }) => high);
  // Sums that reach the share but for their rounding reach it.
  const slack = 1 + 8 * x.length * Number.EPSILON;
  const least = (leading: readonly number[], rest: readonly number[], factor: number) => {
    let held = 0;
    const left = [0];
    for (const value of rest.toReversed()) left.unshift(left[0] + value);
    return 1 + leading.findIndex((value, k) => {
      held += value;
      return (1 - FRACTION) * held * factor >= FRACTION * left[k + 1];
    });
  };
  return { low: least(highs, lows, slack), high: least(lows, highs, 1 / slack) };
}
