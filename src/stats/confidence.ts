/**
 * Confidence intervals over seeds.
 *
 * @module
 */

/** 97.5 % quantiles of Student's t for 1, 2, … degrees of freedom. */
const STUDENT = [12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262, 2.228];

/**
 * The 97.5 % quantile of Student's t, half the width of a 95 % interval in standard errors.
 *
 * @param freedom Degrees of freedom; below 1 the quantile is infinite.
 * @returns The quantile, to one per cent.
 */
export function studentQuantile(freedom: number): number {
  if (freedom < 1) return Infinity;
  return STUDENT[freedom - 1] ?? 1.96 + 2.5 / freedom;
}

/** A mean and what it may be off. */
export interface MeanInterval {
  /** Mean of the values. */
  readonly mean: number;
  /** Lower end of the 95 % confidence interval of the mean; −∞ for a single value. */
  readonly low: number;
  /** Upper end of it. */
  readonly high: number;
}

/**
 * Mean of independent values and its 95 % confidence interval, which takes them for normal.
 *
 * @param values Values, one a seed. One that is not a number makes all three NaN.
 * @returns Mean and interval; NaN without values.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { meanInterval } from "./confidence.ts";
 *
 * const { mean, low, high } = meanInterval([1, 2, 3]);
 * assert.equal(mean, 2);
 * assert(Math.abs(high - low - 2 * 4.303 / Math.sqrt(3)) < 1e-12);
 * ```
 */
export function meanInterval(values: readonly number[]): MeanInterval {
  const count = values.length;
  const mean = values.reduce((sum, value) => sum + value, 0) / count;
  const square = values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  // Values that agree leave nothing open, however few they are.
  const half = square === 0 ? 0 : studentQuantile(count - 1) * Math.sqrt(square / (count - 1) / count);
  return { mean, low: mean - half, high: mean + half };
}
