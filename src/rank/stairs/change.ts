/**
 * Where a jump lies between two stairs, and whether a trend could have made it.
 *
 * @module
 */
import { costOf, countFlicker, type Flicker, LEAST_SHARE, type RankBounds, type Segment } from "./flicker.ts";

/** Range of probes in which a level changes. */
export interface Change {
  /** Index of the last probe that is certainly of the earlier stair. */
  readonly before: number;
  /** Index of the first probe that is certainly of the later stair. */
  readonly after: number;
}

/** A description that is this much less likely than the best one, in logarithms, is left out. */
const MOST_BEHIND = Math.log(20);

/**
 * Finds the range in which a level changes: all places that describe the probes of both stairs
 * nearly as well as the best one, with at least 1/20 of its likelihood.
 *
 * @param probes The series.
 * @param a The earlier stair.
 * @param b The later stair, next to it.
 * @param costs Costs of the probes.
 * @returns The range; two neighbouring probes where the place is clear.
 */
export function findChange(probes: readonly RankBounds[], a: Segment, b: Segment, costs: Flicker): Change {
  const sums = [0];
  for (let i = a.first; i < b.end - 1; i++) {
    sums.push(sums[sums.length - 1] + costOf(costs, probes[i], a.level) - costOf(costs, probes[i], b.level));
  }
  // sums[k]: cost of the first k probes on level a, relative to b. The later stair begins at k.
  const least = sums.slice(1).reduce((best, sum) => Math.min(best, sum), Infinity);
  const isNear = (sum: number, k: number) => k > 0 && sum <= least + MOST_BEHIND;
  const first = sums.findIndex(isNear),
    last = sums.length - 1 - sums.toReversed().findIndex((sum, k) => isNear(sum, sums.length - 1 - k));
  return { before: a.first + first - 1, after: a.first + last };
}

/** Rises of lines over both stairs, and shifts of their middle, in sizes of the jump. */
const RISES = [1, 1.25, 1.5, 1.75, 2, 2.5, 3], SHIFTS = [-0.5, -0.25, 0, 0.25, 0.5];

/**
 * Finds the widest ramp between two levels that describes the probes nearly as well as the best
 * one. A ramp stays on the earlier level up to one probe, passes through the levels between, and is
 * on the later one from another probe on; a jump is the ramp between neighbours. Lines over both
 * stairs that begin and end beyond their levels are tried as well.
 *
 * @param probes The series.
 * @param a The earlier stair.
 * @param b The later stair, next to it.
 * @param options Costs of the probes, and the range in which the level changes.
 * @returns Probes from the last one on the earlier level to the first one on the later, from 1.
 */
export function widestRamp(
  probes: readonly RankBounds[],
  a: Segment,
  b: Segment,
  { costs, before, after }: Change & { readonly costs: Flicker },
): number {
  const onA = [0], onB = [0];
  for (let i = a.first; i < b.end; i++) {
    onA.push(onA[onA.length - 1] + costOf(costs, probes[i], a.level));
    onB.push(onB[onB.length - 1] + costOf(costs, probes[i], b.level));
  }
  const all = onB[onB.length - 1], size = b.level - a.level, last = b.end - 1;
  const ramps: { readonly cost: number; readonly width: number }[] = [];
  let least = Infinity;
  /** Adds the probes between two to a cost, as long as it can still count. */
  const add = (start: number, from: number, to: number, levelOf: (i: number) => number) => {
    let cost = start;
    for (let i = from + 1; i < to && cost <= least + MOST_BEHIND; i++) {
      cost += costOf(costs, probes[i], Math.round(levelOf(i)));
    }
    least = Math.min(least, cost);
    ramps.push({ cost, width: Math.min(to, last) - Math.max(from, a.first) });
  };
  for (const at of new Set([before, Math.floor((before + after) / 2), after - 1])) {
    for (const left of extents(at - a.first)) {
      for (const right of extents(last - 1 - at)) {
        const from = at - left,
          to = at + 1 + right,
          outside = onA[from + 1 - a.first] + all - onB[to - a.first];
        add(outside, from, to, (i) => a.level + size * (i - from) / (to - from));
      }
    }
  }
  for (const rise of RISES) {
    for (const shift of SHIFTS) {
      const slope = rise / (last - a.first), middle = (a.level + b.level) / 2 + size * (shift - rise / 2);
      add(0, a.first - 1, b.end, (i) => middle + size * slope * (i - a.first));
    }
  }
  return ramps.reduce(
    (widest, { cost, width }) => cost <= least + MOST_BEHIND ? Math.max(widest, width) : widest,
    1,
  );
}

/** The numbers 0, 1, 2, 3, 5, 8, … up to a number, and that number. */
function extents(most: number): Set<number> {
  const found = new Set<number>([0]);
  for (let value = 1; value < most; value *= 1.5) found.add(Math.ceil(value));
  return found.add(most);
}

/**
 * Bounds the probability that a trend makes such a jump. The null: the rank is a continuous path,
 * rounded, with any constant drift κ and any volatility σ over both stairs.
 *
 * To be seen on one level for n probes, the path stays within a band of width 1, which has
 * probability of about e^(−π²σ²n/2 − κ²n/(2σ²)) (the least eigenvalue of the diffusion between two
 * absorbing walls). To come from one level to another, s levels away, within w probes it moves by
 * at least s − 1, which has probability of at most e^(−(s − 1 − κw)²/(2σ²w)). The product is
 * largest for κ = (s − 1)/(n + w) and σ² = (s − 1)/(π √(w (n + w))), where it is
 *
 *   exp(−π (s − 1) n / √(w (n + w))),
 *
 * times the number of probes at which a jump can lie. For a jump by one, s = 1, this says nothing:
 * every slow trend makes such jumps when it is rounded.
 *
 * @param size Jump s, of either sign.
 * @param given Probes n of both stairs outside the ramp, width w of the ramp, probes of the series.
 * @returns The bound, at most 1.
 */
export function trendPValue(
  size: number,
  { stay, width, count }: { readonly stay: number; readonly width: number; readonly count: number },
): number {
  const moved = Math.max(0, Math.abs(size) - 1);
  return Math.min(1, count * Math.exp(-Math.PI * moved * stay / Math.sqrt(width * (stay + width))));
}

/**
 * Tells whether a stair flickers no more than all: a path that passes by several levels is off each
 * of them more often.
 *
 * @param probes The series.
 * @param stair The stair.
 * @param flicker Share of all probes that are off their level.
 * @returns Whether its flicker is within the one-sided 99 % range of the binomial distribution, in
 * the normal approximation.
 */
export function isSteady(probes: readonly RankBounds[], stair: Segment, flicker: number): boolean {
  const length = stair.end - stair.first, off = length - countFlicker(probes, [stair]).on;
  const variance = Math.max(flicker, LEAST_SHARE) * (1 - flicker) * length;
  return off <= flicker * length + 2.33 * Math.sqrt(variance);
}
