/**
 * Whether two ranks rise at the same times, and which of them leads.
 *
 * @module
 */
import { ShapeError } from "../../errors.ts";
import { mean } from "../../stats/mean.ts";
import { type ResponseTest, testResponse } from "../../stats/shifts.ts";
import { responseOptions } from "./coupling.ts";

/** How a rank rises beside another. */
export interface RisesTogether extends ResponseTest {
  /**
   * By how much of its whole rise the first rank is ahead of the second, the mean over the probes,
   * in [−1, 1] for ranks that only rise; NaN where one ends as it began.
   */
  readonly lead: number;
}

/**
 * Compares the rises of two ranks at the same probes.
 *
 * - Lag: rises of the second about those of the first, by `testResponse`, with the reach and lags
 *   of `responseOptions`. Rises count by their size, and falls negatively. A positive lag says that
 *   the second rank follows. The null shifts the rises of the first in a circle.
 * - Lead: each rank as the share of its way from the first probe to the last. It compares trends,
 *   and needs no jumps. Its null is that of a mean over replicas.
 *
 * @param first Ranks, one a probe.
 * @param second The other ranks.
 * @returns p-values, lag in probes, and lead; NaN where there is nothing to compare.
 * @throws {ShapeError} If the series differ in length.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { compareRises } from "./compare_rises.ts";
 *
 * const early = Array.from({ length: 90 }, (_, i) => Math.floor((i + 2) / 20));
 * const { lag, lead } = compareRises(early, early.map((_, i) => Math.floor(i / 20)));
 * assert(lag >= 1 && lag <= 3 && lead > 0);
 * ```
 */
export function compareRises(first: readonly number[], second: readonly number[]): RisesTogether {
  if (first.length !== second.length) {
    throw new ShapeError(`${first.length} ranks beside ${second.length}: give one of each for a probe`);
  }
  const rises = (ranks: readonly number[]) => ranks.slice(1).map((rank, i) => rank - ranks[i]);
  const events = rises(first).map((weight, at) => ({ at, weight })).filter(({ weight }) => weight !== 0);
  const response = rises(second), shares = [first, second].map(shareOf);
  return {
    ...testResponse(events, response, responseOptions(response.length)),
    lead: mean(shares[0].map((share, i) => share - shares[1][i])),
  };
}

/** Ranks as shares of the way from the first to the last; NaN where these agree. */
function shareOf(ranks: readonly number[]): number[] {
  const start = ranks[0], rise = ranks[ranks.length - 1] - start;
  return ranks.map((rank) => rise === 0 ? NaN : (rank - start) / rise);
}
