/**
 * Whether two series move together by more than their trends: tests against circular shifts.
 *
 * @module
 */
import { InputError, ShapeError } from "../errors.ts";
import { lowerMedian } from "./median.ts";
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

/**
 * Tests whether one series rises where another one falls, apart from their trends.
 *
 * - Statistic: −ρ, Spearman's ρ of the changes of both series from block to block, each less the
 *   change before it. The series are cut into 50 blocks of as many values (into single values if
 *   there are fewer than 100), and a block counts by its mean. The second difference has no level
 *   and no constant speed, which any two trends share.
 * - Null: the times of one series say nothing about those of the other. It is shifted in a circle,
 *   by all shifts but 0, ±1 and ±2, which keeps the order within each series.
 * - Tail: one-sided. ρ is more negative than with shifts.
 * - Assumes that shifted series are as likely as the observed one: the second differences are about
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
  const a = secondDifferences(blockMeans(x)), b = secondDifferences(blockMeans(y)), count = a.length;
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

function secondDifferences(values: readonly number[]): number[] {
  return values.slice(2).map((value, i) => value - 2 * values[i + 1] + values[i]);
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
 * Computes how much higher a response is at events than about them, for all shifts of the events.
 *
 * Each value of the response counts by its rank among all, from 0 to 1, after the median of its
 * neighbours within 4 × reach is taken off: neither a trend nor single large values count. It is
 * then averaged over the reach.
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
  { reach }: Pick<ResponseOptions, "reach">,
): Float64Array {
  const length = response.length, at = (i: number) => ((i % length) + length) % length;
  const level = Array.from(response, (value, i) => value - localMedian(response, i, 4 * reach));
  const order = level.map((_, i) => i).sort((i, j) => level[i] - level[j]);
  const ranks = new Float64Array(length);
  for (let first = 0, end = 0; first < length; first = end) {
    while (end < length && level[order[end]] === level[order[first]]) end++;
    for (let i = first; i < end; i++) ranks[order[i]] = (first + end - 1) / 2 / (length - 1);
  }
  const mean = new Float64Array(length);
  for (let i = 0; i < length; i++) {
    for (let k = -reach; k <= reach; k++) mean[i] += ranks[at(i + k)] / (2 * reach + 1);
  }
  const all = events.reduce((sum, { weight }) => sum + Math.abs(weight), 0);
  return Float64Array.from(
    response,
    (_, k) => events.reduce((sum, event) => sum + event.weight * mean[at(event.at + k)], 0) / all,
  );
}

/** Median of the values around an index, those beyond the ends left out. */
function localMedian(values: ArrayLike<number>, i: number, reach: number): number {
  const near: number[] = [];
  for (let k = Math.max(0, i - reach); k <= Math.min(values.length - 1, i + reach); k++) near.push(values[k]);
  return lowerMedian(near);
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
 * - Assumes that the response, its local median taken off, is about stationary.
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
  const highest = (k: number) => Math.max(...lags.map((lag) => at(k + lag)));
  const shifts = Array.from({ length: length - 2 * mostLag - 1 }, (_, i) => mostLag + 1 + i);
  return {
    pValue: monteCarloPValue(at(0), shifts.map(at)),
    lagPValue: monteCarloPValue(highest(0), shifts.map(highest)),
    lag: lags.reduce((best, lag) => at(lag) > at(best) ? lag : best, 0),
  };
}

/** Checks that two series have the same length. */
function checkLengths(x: ArrayLike<number>, y: ArrayLike<number>): void {
  if (x.length !== y.length) {
    throw new ShapeError(`the series have ${x.length} and ${y.length} values: give two of the same length`);
  }
}
