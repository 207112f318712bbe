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

/**
 * Computes the probability that Student's t exceeds a value.
 *
 * For whole degrees of freedom it is a finite sum in θ = arctan(t/√ν) (M. Abramowitz, I. Stegun,
 * "Handbook of mathematical functions", 26.7.3 and 26.7.4), of positive terms that are taken from
 * 1: a tail below 10⁻¹⁵ comes out as 2⁻⁵³, never as 0.
 *
 * @param t The value.
 * @param freedom Degrees of freedom, a whole number from 1.
 * @returns The probability.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { studentTail } from "./confidence.ts";
 *
 * assert(Math.abs(studentTail(2.776445, 4) - 0.025) < 1e-6);
 * ```
 */
export function studentTail(t: number, freedom: number): number {
  const theta = Math.atan(Math.abs(t) / Math.sqrt(freedom)), square = Math.cos(theta) ** 2;
  const isOdd = freedom % 2 === 1;
  let term = isOdd ? Math.cos(theta) : 1, sum = 0;
  for (let k = isOdd ? 1 : 0; k < freedom - 1; k += 2) {
    sum += term;
    term *= square * (k + 1) / (k + 2);
  }
  const within = isOdd ? 2 / Math.PI * (theta + Math.sin(theta) * sum) : Math.sin(theta) * sum;
  const tail = Math.max((1 - within) / 2, 2 ** -53);
  return t < 0 ? 1 - tail : tail;
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

/**
 * Tests independent values against a mean at a bound, on one side, by Student's t, which assumes
 * normal values: p < 0.025 where the whole {@linkcode meanInterval} lies on that side.
 *
 * @param values Values, one per replica.
 * @param bound The mean under the null.
 * @param side Where the mean should lie.
 * @returns The p-value; NaN of fewer than two values, or if one is not a number. Equal values have
 * no spread to compare with: theirs is that of the sign test, 2⁻ⁿ on the side that they should be
 * on, else 1.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { meanPValue } from "./confidence.ts";
 *
 * assert.equal(meanPValue([1, 2, 3], 2, "above"), 0.5);
 * assert.equal(meanPValue([1, 1, 1], 0, "above"), 1 / 8);
 * ```
 */
export function meanPValue(values: readonly number[], bound: number, side: "above" | "below"): number {
  const { mean, error, isConstant } = meanAndError(values);
  return tTest(values.length, isConstant, side === "above" ? mean - bound : bound - mean, error);
}

/**
 * Tests independent correlations against a mean at a bound, like {@linkcode meanPValue}, on the
 * scale of Fisher's z, as {@linkcode correlationInterval} has it.
 *
 * @param values Correlations in [−1, 1], one per replica.
 * @param bound The mean under the null.
 * @param side Where the mean should lie.
 * @returns The p-value; NaN of fewer than two values, or if one is not a number.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { correlationPValue } from "./confidence.ts";
 *
 * assert(correlationPValue([-0.9, -0.95, -1], 0, "below") < 0.025);
 * ```
 */
export function correlationPValue(
  values: readonly number[],
  bound: number,
  side: "above" | "below",
): number {
  const { mean, error, isConstant } = meanAndError(values);
  const excess = Math.atanh(mean) - Math.atanh(bound);
  return tTest(
    values.length,
    isConstant || Math.abs(mean) >= 1,
    side === "above" ? excess : -excess,
    error / (1 - mean ** 2),
  );
}

/** p-value of an excess over the null's mean, in which `error` is its standard error. */
function tTest(count: number, isConstant: boolean, excess: number, error: number): number {
  if (count < 2 || Number.isNaN(excess)) return NaN;
  if (isConstant) return excess > 0 ? 2 ** -count : 1;
  return studentTail(excess / error, count - 1);
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
