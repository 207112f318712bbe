/**
 * Whether two series move together by more than their trends: tests against circular shifts.
 *
 * @module
 */
import { InputError, ShapeError } from "../errors.ts";
import { mean } from "./mean.ts";
import { monteCarloPValue } from "./p_values.ts";
import { spearman } from "./spearman.ts";

/** Blocks that a series is cut into. */
const BLOCKS = 50;

/** A correlation and its p-value. */
export interface Correlation {
  /** The correlation, from −1 to 1; NaN where one series has no changes. */
  readonly value: number;
  /** One-sided p-value; NaN where there is no correlation, or there are too few values. */
  readonly pValue: number;
}

/** Blocks to either side among which a change is ranked. */
const NEIGHBORS = 3;

/**
 * Tests whether one series rises where another one falls, apart from their trends.
 *
 * - Data: the changes of both series from block to block. The series are cut into 50 blocks of as
 *   many values (into single values if there are fewer than 100), and a block counts by its mean.
 *   A change counts by its quantile among those of the three blocks before and behind it
 *   ({@linkcode localQuantiles}): a series whose speed rises or falls steadily has quantiles of ½,
 *   so that no trend is left.
 * - Statistic: −ρ, Spearman's ρ of the quantiles.
 * - Null: the times of one series say nothing about those of the other. It is shifted in a circle,
 *   by all shifts but 0, ±1 and ±2, which keeps the order within each series.
 * - Tail: one-sided. ρ is more negative than with shifts.
 * - Assumes that shifted series are as likely as the observed one: the quantiles are about
 *   stationary.
 *
 * @param x First series.
 * @param y Second series, as long.
 * @returns ρ of the changes, and its p-value.
 * @throws {ShapeError} If the series differ in length.
 *
 * @example Two trends that do not know each other.
 * ```ts
 * import assert from "node:assert/strict";
 * import { oppositeChanges } from "./shifts.ts";
 * import { spearman } from "./spearman.ts";
 *
 * const rising = Array.from({ length: 200 }, (_, i) => i + 3 * Math.sin(i));
 * const falling = Array.from({ length: 200 }, (_, i) => -i + 3 * Math.sin(1.7 * i + 1));
 * assert(spearman(rising, falling) < -0.99);
 * assert(oppositeChanges(rising, falling).pValue > 0.05);
 * ```
 */
export function oppositeChanges(x: ArrayLike<number>, y: ArrayLike<number>): Correlation {
  checkLengths(x, y);
  const a = localChanges(x), b = localChanges(y), count = a.length;
  if (count < 6) return { value: NaN, pValue: NaN };
  const shifted = (k: number) => spearman(a, b.map((_, i) => b[(i + k) % count]));
  const value = shifted(0);
  const draws = Array.from({ length: count - 5 }, (_, i) => -shifted(i + 3));
  return { value, pValue: monteCarloPValue(-value, draws) };
}

function blockMeans(values: ArrayLike<number>): number[] {
  const blocks = values.length < 2 * BLOCKS ? values.length : BLOCKS;
  return Array.from({ length: blocks }, (_, k) => {
    const from = Math.floor(k * values.length / blocks), to = Math.floor((k + 1) * values.length / blocks);
    let sum = 0;
    for (let i = from; i < to; i++) sum += values[i];
    return sum / (to - from);
  });
}

/** Quantiles of the changes from block to block among their neighbours. */
function localChanges(values: ArrayLike<number>): Float64Array {
  const means = blockMeans(values);
  return localQuantiles(means.slice(1).map((mean, i) => mean - means[i]), NEIGHBORS);
}

/**
 * Computes the quantile of each value among its neighbours. In a stretch that rises or falls
 * steadily each value is the median of its neighbours, so that quantiles have no trend.
 *
 * @param values The values.
 * @param reach Neighbours to either side, fewer where an end is nearer: as many before as behind.
 * @returns Shares of the neighbours that are smaller, with half of those that are equal, from 0 to
 * 1; ½ at both ends.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { localQuantiles } from "./shifts.ts";
 *
 * assert.deepEqual([...localQuantiles([1, 4, 9, 16, 25], 2)], [0.5, 0.5, 0.5, 0.5, 0.5]);
 * assert.deepEqual([...localQuantiles([1, 9, 4], 1)], [0.5, 1, 0.5]);
 * ```
 */
export function localQuantiles(values: ArrayLike<number>, reach: number): Float64Array {
  return Float64Array.from(values, (value, i) => {
    const near = Math.min(reach, i, values.length - 1 - i);
    if (near === 0) return 0.5;
    let below = 0;
    for (let k = 1; k <= near; k++) {
      const before = values[i - k], behind = values[i + k];
      below += before < value ? 1 : before === value ? 0.5 : 0;
      below += behind < value ? 1 : behind === value ? 0.5 : 0;
    }
    return below / (2 * near);
  });
}

/** An event of a series. */
export interface ShiftEvent {
  /** Index at which it happens. */
  readonly at: number;
  /** Its weight, of either sign. */
  readonly weight: number;
}

/** How events and a response are compared, in indices. */
export interface ResponseOptions {
  /** Reach of a response about an event: it is averaged over 2 × reach + 1 values. */
  readonly reach: number;
  /** Most lag of the response, before and after the event. */
  readonly mostLag: number;
}

/**
 * Averages a response over the reach. A mean counts by its quantile among those within 4 × reach
 * ({@linkcode localQuantiles}): neither a trend nor single large values count.
 *
 * @param response The response, a number at each index.
 * @param options Reach.
 * @returns The quantile at each index.
 */
export function responseQuantiles(
  response: ArrayLike<number>,
  { reach }: Pick<ResponseOptions, "reach">,
): Float64Array {
  const length = response.length;
  const means = Float64Array.from(response, (_, i) => {
    const first = Math.max(0, i - reach), end = Math.min(length, i + reach + 1);
    let sum = 0;
    for (let k = first; k < end; k++) sum += response[k];
    return sum / (end - first);
  });
  return localQuantiles(means, 4 * reach);
}

/**
 * Computes how high a response is at events that are shifted in a circle.
 *
 * @param events The events.
 * @param quantiles The response, as {@linkcode responseQuantiles} gives it.
 * @param shift Indices by which the events are shifted.
 * @returns Weighted mean of the quantiles at the events. NaN without events of any weight.
 */
export function shiftedMean(events: readonly ShiftEvent[], quantiles: Float64Array, shift: number): number {
  const length = quantiles.length;
  let sum = 0, all = 0;
  for (const { at, weight } of events) {
    sum += weight * quantiles[(((at + shift) % length) + length) % length];
    all += Math.abs(weight);
  }
  return sum / all;
}

/**
 * Computes how much higher a response is at events than about them, for all shifts of the events:
 * see {@linkcode responseQuantiles} and {@linkcode shiftedMean}.
 *
 * @param events The events.
 * @param response The response, a number at each index.
 * @param options Reach.
 * @returns Weighted mean of the response at the events shifted by k in a circle, for each k from 0
 * to the length less 1. NaN without events of any weight.
 */
export function shiftedResponse(
  events: readonly ShiftEvent[],
  response: ArrayLike<number>,
  options: Pick<ResponseOptions, "reach">,
): Float64Array {
  const quantiles = responseQuantiles(response, options);
  return quantiles.map((_, k) => shiftedMean(events, quantiles, k));
}

/** Whether a response is higher at events. */
export interface ResponseTest {
  /** p-value at lag 0. */
  readonly pValue: number;
  /** p-value of the highest response at any lag. */
  readonly lagPValue: number;
  /** Lag of the highest response, in indices; negative where it comes before the event. */
  readonly lag: number;
}

/**
 * Tests whether a response is higher at events than elsewhere.
 *
 * - Statistic: the response at the events ({@linkcode shiftedResponse}), at lag 0; and the highest
 *   at any lag up to the most.
 * - Null: the events happen at times that have nothing to do with the response. They are shifted
 *   together in a circle, by all shifts beyond the most lag, and the null takes the same highest
 *   response over the lags.
 * - Tail: one-sided, higher.
 * - Assumes that the quantiles of the response are about stationary.
 *
 * @param events The events.
 * @param response The response, a number at each index.
 * @param options Reach and most lag.
 * @returns Both p-values and the lag; NaN without events, or with too few values to shift them.
 * @throws {InputError} If reach or most lag is not a whole number from 0.
 */
export function testResponse(
  events: readonly ShiftEvent[],
  response: ArrayLike<number>,
  options: ResponseOptions,
): ResponseTest {
  const { reach, mostLag } = options, length = response.length;
  for (const [name, value] of Object.entries({ reach, mostLag })) {
    if (!Number.isInteger(value) || value < 0) {
      throw new InputError(`${name} is ${value}: give a whole number from 0`);
    }
  }
  const nothing = { pValue: NaN, lagPValue: NaN, lag: NaN };
  if (events.length === 0 || length < 4 * (mostLag + 1)) return nothing;
  const shifted = shiftedResponse(events, response, options);
  const lags = Array.from({ length: 2 * mostLag + 1 }, (_, i) => i - mostLag);
  const at = (k: number) => shifted[((k % length) + length) % length];
  const highest = (k: number) => lags.reduce((most, lag) => Math.max(most, at(k + lag)), -Infinity);
  const shifts = Array.from({ length: length - 2 * mostLag - 1 }, (_, i) => mostLag + 1 + i);
  return {
    pValue: monteCarloPValue(at(0), shifts.map(at)),
    lagPValue: monteCarloPValue(highest(0), shifts.map(highest)),
    lag: lags.reduce((best, lag) => at(lag) > at(best) ? lag : best, 0),
  };
}

/** A difference of means, and its p-value. */
export interface Contrast {
  /** Mean of the values at some times, less that at others; NaN without either. */
  readonly value: number;
  /** One-sided p-value: with shifts the difference is seldom as low. */
  readonly pValue: number;
}

/**
 * Compares the values of a series at some times with those at others.
 *
 * - Statistic: the difference of the means.
 * - Null: the times have nothing to do with the values. All are shifted together in a circle, by
 *   every whole number of indices.
 * - Tail: one-sided, lower.
 *
 * @param values The series.
 * @param low Indices at which it is said to be lower.
 * @param high Indices at which it is said to be higher.
 * @returns The difference and its p-value.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { testContrast } from "./shifts.ts";
 *
 * assert.deepEqual(testContrast([0, 0, 0, 5], [0, 1], [3]), { value: -5, pValue: 0.25 });
 * ```
 */
export function testContrast(
  values: ArrayLike<number>,
  low: readonly number[],
  high: readonly number[],
): Contrast {
  const meanOf = (at: readonly number[], k: number) => mean(at.map((i) => values[(i + k) % values.length]));
  const difference = (k: number) => meanOf(high, k) - meanOf(low, k);
  const draws = Array.from({ length: Math.max(0, values.length - 1) }, (_, k) => difference(k + 1));
  return { value: -difference(0), pValue: monteCarloPValue(difference(0), draws) };
}

/** Checks that two series have the same length. */
function checkLengths(x: ArrayLike<number>, y: ArrayLike<number>): void {
  if (x.length !== y.length) {
    throw new ShapeError(`the series have ${x.length} and ${y.length} values: give two of the same length`);
  }
}
