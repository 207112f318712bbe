/**
 * Confidence intervals over replicas.
 *
 * @module
 */
import { mean } from "./mean.ts";

/** 97.5 % quantiles of Student's t for 1, 2, … degrees of freedom. */
const STUDENT = [12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262, 2.228];

/**
 * Computes the 97.5 % quantile of Student's t, half the width of a 95 % interval in standard
 * errors.
 *
 * @param freedom Degrees of freedom; below 1 the quantile is infinite.
 * @returns The quantile, within about 1 %.
 */
export function studentQuantile(freedom: number): number {
  if (freedom < 1) return Infinity;
  return STUDENT[freedom - 1] ?? 1.96 + 2.5 / freedom;
}

/** A mean and its 95 % confidence interval. */
export interface MeanInterval {
  /** Mean of the values. */
  readonly mean: number;
  /** Lower end of the interval. */
  readonly low: number;
  /** Upper end of the interval. */
  readonly high: number;
  /**
   * Whether all values are equal. The interval then has width 0, which says that the replicas
   * agree and not that the mean is known exactly.
   */
  readonly isConstant: boolean;
}

/**
 * Computes the mean of independent values and its 95 % confidence interval by Student's t, which
 * assumes normal values.
 *
 * @param values Values, one per replica. A value that is not a number makes mean and ends NaN.
 * @returns Mean and interval. Equal values, a single one among them, give an interval of width 0.
 * Without values all is NaN.
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
  const { mean, error, isConstant } = meanAndError(values);
  const half = isConstant ? 0 : studentQuantile(values.length - 1) * error;
  return { mean, low: mean - half, high: mean + half, isConstant };
}

/**
 * Computes the mean of independent correlations and its 95 % confidence interval, which stays
 * within [−1, 1].
 *
 * Fisher's z = artanh ρ maps (−1, 1) to the real line, where an interval has no end to reach
 * beyond. The mean m of n correlations has the standard error s/√n. With dz/dρ = 1/(1 − ρ²), the
 * standard error of artanh m is about s/(√n (1 − m²)) (delta method), and the interval is
 * tanh(artanh m ± t s/(√n (1 − m²))) with the quantile t of Student's t for n − 1 degrees of
 * freedom. It is an interval for the mean itself: the mean of artanh ρ_i, which Fisher's z is often
 * used for, belongs to another number, and is infinite as soon as one |ρ_i| = 1. Here m = ±1 only
 * if all correlations are ±1. For small s/√n the interval is Student's. Where m is near ±1, it is
 * shorter on the side of ±1 and longer on the other, as the skew of correlations there asks for.
 *
 * Source: R. A. Fisher, "On the 'probable error' of a coefficient of correlation deduced from a
 * small sample", Metron 1 (1921).
 *
 * @param values Correlations in [−1, 1], one per replica. One that is not a number makes mean and
 * ends NaN.
 * @returns Mean and interval. A single correlation gives [−1, 1], since it says nothing of the
 * spread. Two or more equal ones give an interval of width 0. Without values all is NaN.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { correlationInterval } from "./confidence.ts";
 *
 * const { mean, low, high } = correlationInterval([-0.9, -0.95, -1]);
 * assert(Math.abs(mean + 0.95) < 1e-12);
 * assert(-1 < low && low < -0.97 && -0.86 < high && high < -0.5);
 * ```
 */
export function correlationInterval(values: readonly number[]): MeanInterval {
  const { mean, error, isConstant } = meanAndError(values);
  if (values.length === 1 && !Number.isNaN(mean)) return { mean, low: -1, high: 1, isConstant: false };
  // A mean that rounds to ±1 leaves no spread that float64 could tell.
  if (isConstant || Math.abs(mean) >= 1) return { mean, low: mean, high: mean, isConstant };
  const z = Math.atanh(mean), half = studentQuantile(values.length - 1) * error / (1 - mean ** 2);
  return { mean, low: Math.tanh(z - half), high: Math.tanh(z + half), isConstant };
}

/** The mean, its standard error, and whether all values are equal. */
function meanAndError(values: readonly number[]): { mean: number; error: number; isConstant: boolean } {
  const count = values.length;
  const middle = mean(values);
  const square = values.reduce((sum, value) => sum + (value - middle) ** 2, 0);
  // By the values: rounding of the mean can leave a spread where there is none.
  const isConstant = count > 0 && values.every((value) => value === values[0]);
  return { mean: middle, error: Math.sqrt(square / (count - 1) / count), isConstant };
}
