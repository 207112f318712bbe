/**
 * Spectra of random matrices: the Marchenko–Pastur distribution, and singular values held against
 * it.
 *
 * @module
 */

/** Fewest singular values that a distribution is fitted to. */
const FEWEST = 10;
/** 99 % quantile of the Tracy–Widom distribution of real matrices, β = 1. */
const TRACY_WIDOM_99 = 2.0234;

/** Singular values beside those of a random matrix of the same shape and bulk. */
export interface MarchenkoPasturFit {
  /** Standard deviation s of the entries, by the middle half of the singular values. */
  readonly deviation: number;
  /** Lower edge of the bulk, as a singular value: s (√N − √n). */
  readonly low: number;
  /** Upper edge of the bulk: s (√N + √n). */
  readonly high: number;
  /** What the largest singular value of a random matrix exceeds once in a hundred times. */
  readonly margin: number;
  /** Number of singular values above the margin. */
  readonly above: number;
  /** Share of the squared Frobenius norm that they hold. */
  readonly energy: number;
  /** Kolmogorov–Smirnov distance of the squared singular values to the distribution. */
  readonly distance: number;
}

/**
 * Computes the Marchenko–Pastur distribution function: the limit of the eigenvalues of XᵀX / N, X
 * an N × n matrix of independent entries of variance 1.
 *
 * Source: V. A. Marchenko, L. A. Pastur, "Distribution of eigenvalues for some sets of random
 * matrices", Mathematics of the USSR-Sbornik 1(4), 1967.
 *
 * @param x Eigenvalue.
 * @param ratio Ratio q = n / N, above 0 and at most 1.
 * @returns The share of eigenvalues of at most x.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { marchenkoPastur } from "./marchenko_pastur.ts";
 *
 * assert.equal(marchenkoPastur(0.25, 0.25), 0);
 * assert.equal(marchenkoPastur(2.25, 0.25), 1);
 * ```
 */
export function marchenkoPastur(x: number, ratio: number): number {
  const q = ratio, low = (1 - Math.sqrt(q)) ** 2, high = (1 + Math.sqrt(q)) ** 2;
  if (x <= low) return 0;
  if (x >= high) return 1;
  const r = Math.sqrt((high - x) / (x - low));
  const skew = q < 1 ? (1 - q) * Math.atan((low * r * r - high) / (2 * (1 - q) * r)) : 0;
  const root = Math.sqrt((high - x) * (x - low));
  const value = (Math.PI * q + root - (1 + q) * Math.atan((r * r - 1) / (2 * r)) + skew) / (2 * Math.PI * q);
  return Math.min(1, Math.max(0, value));
}

/**
 * Finds where {@linkcode marchenkoPastur} reaches a share, by bisection.
 *
 * @param share Share of the eigenvalues, from 0 to 1.
 * @param ratio Ratio q = n / N, above 0 and at most 1.
 * @returns The eigenvalue.
 */
export function marchenkoPasturQuantile(share: number, ratio: number): number {
  let low = (1 - Math.sqrt(ratio)) ** 2, high = (1 + Math.sqrt(ratio)) ** 2;
  for (let i = 0; i < 50; i++) {
    const middle = (low + high) / 2;
    if (marchenkoPastur(middle, ratio) < share) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
}

/**
 * Estimates the standard deviation of the entries by the middle half of the singular values: their
 * sum over that of the same quantiles of the distribution. A quarter of the values may be anything.
 */
function deviationOf(values: ArrayLike<number>, n: number, long: number): number {
  let found = 0, expected = 0;
  for (let i = Math.floor(n / 4); i < n - Math.floor(n / 4); i++) {
    found += values[i];
    expected += Math.sqrt(marchenkoPasturQuantile((n - i - 0.5) / n, n / long));
  }
  return found / expected / Math.sqrt(long);
}

/**
 * Holds the singular values of a matrix against those of a random one.
 *
 * The standard deviation s of the entries comes from the middle half of the singular values, which
 * large and small ones do not move. The margin is the edge for matrices of finite size: for N × n
 * entries of variance s² the largest squared singular value is about s² (μ + τ X), μ = (√(N−1) +
 * √n)², τ = (√(N−1) + √n) (1 / √(N−1) + 1 / √n)^(1/3), with X of Tracy and Widom's distribution.
 *
 * Source: I. M. Johnstone, "On the distribution of the largest eigenvalue in principal components
 * analysis", Annals of Statistics 29(2), 2001.
 *
 * @param values Singular values, descending, one for each of the shorter side.
 * @param rows Rows of the matrix.
 * @param columns Columns.
 * @returns The fit; `null` for fewer than ten values, or where the middle half is 0 or not finite.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { fitMarchenkoPastur } from "./marchenko_pastur.ts";
 *
 * assert.equal(fitMarchenkoPastur([3, 2, 1], 3, 3), null);
 * ```
 */
export function fitMarchenkoPastur(
  values: ArrayLike<number>,
  rows: number,
  columns: number,
): MarchenkoPasturFit | null {
  const n = Math.min(rows, columns), long = Math.max(rows, columns), q = n / long;
  const deviation = n < FEWEST ? NaN : deviationOf(values, n, long), variance = deviation ** 2;
  if (!(variance > 0 && variance < Infinity)) return null;
  const sides = Math.sqrt(long - 1) + Math.sqrt(n);
  const width = sides * Math.cbrt(1 / Math.sqrt(long - 1) + 1 / Math.sqrt(n));
  const margin = deviation * Math.sqrt(sides ** 2 + TRACY_WIDOM_99 * width);
  let above = 0, held = 0, energy = 0, distance = 0;
  for (let i = 0; i < n; i++) {
    const square = values[i] ** 2;
    energy += square;
    if (values[i] > margin) {
      above++;
      held += square;
    }
    // The i-th largest: a share of (n − i) / n is at most as large.
    const expected = marchenkoPastur(square / long / variance, q);
    distance = Math.max(distance, Math.abs(expected - (n - i) / n), Math.abs(expected - (n - i - 1) / n));
  }
  return {
    deviation,
    low: deviation * (Math.sqrt(long) - Math.sqrt(n)),
    high: deviation * (Math.sqrt(long) + Math.sqrt(n)),
    margin,
    above,
    energy: held / energy,
    distance,
  };
}
