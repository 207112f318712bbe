/**
 * Rank correlation.
 *
 * @module
 */
import { ShapeError } from "../errors.ts";

/**
 * Computes Spearman's ρ, the correlation of the order of two series: Pearson's r of their ranks,
 * where ties share the mean of the ranks they span. Only order counts, so ρ between an ε-rank and
 * the loss is the same as with the log loss.
 *
 * Source: M. G. Kendall, "Rank correlation methods", 1948.
 *
 * @param x First series.
 * @param y Second series, as long as the first. Pairs with a NaN are left out; infinities are
 * ordered.
 * @returns ρ in [−1, 1]; NaN if fewer than two pairs are left or one of the series is
 * constant.
 * @throws {ShapeError} If the series differ in length.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { spearman } from "./spearman.ts";
 *
 * const rank = [2, 7, 7, 11];
 * const loss = [1.5, 0.8, 0.7, 0.5];
 * assert(Math.abs(spearman(rank, loss) + Math.sqrt(0.9)) < 1e-12);
 * ```
 */
export function spearman(x: ArrayLike<number>, y: ArrayLike<number>): number {
  if (x.length !== y.length) {
    throw new ShapeError(`the series have ${x.length} and ${y.length} values: give two of the same length`);
  }
  const kept = Array.from(x, (_, i) => i).filter((i) => !Number.isNaN(x[i]) && !Number.isNaN(y[i]));
  const u = averageRanks(kept.map((i) => x[i]));
  const v = averageRanks(kept.map((i) => y[i]));
  // Ranks and their mean are multiples of ½, so the three sums are exact, and so is ρ = ±1.
  const mean = (kept.length + 1) / 2;
  let uv = 0, uu = 0, vv = 0;
  for (let i = 0; i < kept.length; i++) {
    const du = u[i] - mean, dv = v[i] - mean;
    uv += du * dv;
    uu += du * du;
    vv += dv * dv;
  }
  if (uu === 0 || vv === 0) return NaN;
  return Math.max(-1, Math.min(1, uv / Math.sqrt(uu * vv)));
}

/** Ranks from 1; equal values share the mean of the places they take. */
function averageRanks(values: readonly number[]): Float64Array {
  // Not a subtraction: ∞ − ∞ is NaN, which is no order.
  const order = values.map((_, i) => i).sort((i, j) => values[i] < values[j] ? -1 : +(values[i] > values[j]));
  const ranks = new Float64Array(values.length);
  for (let first = 0, end = 0; first < order.length; first = end) {
    while (end < order.length && values[order[end]] === values[order[first]]) end++;
    for (let i = first; i < end; i++) ranks[order[i]] = (first + end + 1) / 2;
  }
  return ranks;
}
