/**
 * Power laws fitted to the tail of a sample, with a test of the fit.
 *
 * @module
 */
import { monteCarloPValue } from "./p_values.ts";
import { uniform } from "./random.ts";

/** Fewest values of a tail: with fewer any law fits. */
const FEWEST = 10;
/** Most places at which a tail may begin: the work is theirs times the length of the sample. */
const MOST_STARTS = 64;

/** A density c x^−α for x of at least some value. */
export interface PowerLawTail {
  /** Exponent α. */
  readonly exponent: number;
  /** Its standard error, (α − 1) / √count. */
  readonly standardError: number;
  /** Least value x of the tail. */
  readonly least: number;
  /** Number of values in the tail. */
  readonly count: number;
  /** Kolmogorov–Smirnov distance of the tail to the law. */
  readonly distance: number;
  /** p-value of the law: the share of samples of it that are as far from their own fits. */
  readonly p: number;
}

/** Options of {@linkcode fitPowerLawTail}. */
export interface PowerLawTailOptions {
  /** Number of samples that are drawn for the p-value. Default: 200. */
  readonly draws?: number;
  /** Seed of these. Default: 1. */
  readonly seed?: number;
}

/** A fit to the logarithms of a sample. */
interface Fit {
  /** Index of the first value of the tail. */
  readonly start: number;
  readonly exponent: number;
  readonly distance: number;
}

/**
 * Fits a power law to the tail of a sample: the exponent by maximum likelihood, and the beginning
 * of the tail where the Kolmogorov–Smirnov distance is least. The p-value is that of a
 * semiparametric bootstrap: samples are drawn from the law above the beginning and from the data
 * below it, and fitted likewise. A law with p below 0.1 is implausible.
 *
 * Source: A. Clauset, C. R. Shalizi, M. E. J. Newman, "Power-law distributions in empirical data",
 * SIAM Review 51(4), 2009, for continuous data. The tail begins at one of at most 64 values, evenly
 * spread over the sorted sample, for the data as well as for the drawn samples, so that the work is
 * bounded.
 *
 * @param values The sample; values that are not above 0 are left out.
 * @param options Samples to draw, and their seed.
 * @returns The fit; `null` for fewer than ten values, or where all of a tail are equal.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { fitPowerLawTail } from "./power_law_tail.ts";
 *
 * // Quantiles of a density 2 x⁻³ for x ≥ 1.
 * const values = Array.from({ length: 500 }, (_, i) => (1 - (i + 0.5) / 500) ** -0.5);
 * const { exponent, p } = fitPowerLawTail(values, { draws: 50 })!;
 * assert(Math.abs(exponent - 3) < 0.1 && p > 0.5);
 * ```
 */
export function fitPowerLawTail(
  values: ArrayLike<number>,
  { draws = 200, seed = 1 }: PowerLawTailOptions = {},
): PowerLawTail | null {
  const logs = Float64Array.from(values).filter((value) => value > 0 && value < Infinity).map(Math.log)
    .sort();
  const fit = fitLogs(logs);
  if (fit === null) return null;
  const { start, exponent, distance } = fit, count = logs.length - start, random = uniform(seed);
  const drawn = new Float64Array(logs.length);
  const distances = Array.from({ length: draws }, () => {
    for (let i = 0; i < drawn.length; i++) {
      drawn[i] = random() * logs.length < count
        ? logs[start] - Math.log(1 - random()) / (exponent - 1)
        : logs[Math.floor(random() * start)];
    }
    return fitLogs(drawn.sort())?.distance ?? NaN;
  });
  return {
    exponent,
    standardError: (exponent - 1) / Math.sqrt(count),
    least: Math.exp(logs[start]),
    count,
    distance,
    p: monteCarloPValue(distance, distances),
  };
}

/** Fits the tail of ascending logarithms. */
function fitLogs(logs: Float64Array): Fit | null {
  const n = logs.length, last = n - FEWEST;
  if (last < 0) return null;
  const starts = Math.min(MOST_STARTS, last + 1);
  let best: Fit | null = null;
  for (let s = 0; s < starts; s++) {
    const start = starts === 1 ? 0 : Math.round(s * last / (starts - 1)), count = n - start;
    let sum = 0;
    for (let i = start; i < n; i++) sum += logs[i] - logs[start];
    if (!(sum > 0)) continue;
    const slope = count / sum, most = best?.distance ?? Infinity;
    let distance = 0;
    // A fit that is already farther off than another need not be followed to its end.
    for (let i = start; i < n && distance < most; i++) {
      const expected = 1 - Math.exp(-slope * (logs[i] - logs[start]));
      const below = (i - start) / count;
      distance = Math.max(distance, expected - below, below + 1 / count - expected);
    }
    if (distance < most) best = { start, exponent: 1 + slope, distance };
  }
  return best;
}
