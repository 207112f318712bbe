/**
 * Power laws fitted to measurements.
 *
 * @module
 */
import { studentQuantile } from "./confidence.ts";
import { mean } from "./mean.ts";

/** A fit t = c xᵖ. */
export interface PowerLaw {
  /** Exponent p. */
  readonly exponent: number;
  /** Lower end of its 95 % confidence interval; −∞ for fewer than three points. */
  readonly low: number;
  /** Upper end of the interval. */
  readonly high: number;
  /** Factor c. */
  readonly factor: number;
}

/**
 * Fits a power law by least squares of the logarithms.
 *
 * @param x Sizes, positive, at least two of them different.
 * @param y Measurements, positive.
 * @returns The fit; the interval assumes independent normal errors of the logarithms.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { fitPowerLaw } from "./power_law.ts";
 *
 * const { exponent, low, high } = fitPowerLaw([1, 10, 100], [2, 2000, 2e6]);
 * assert([exponent, low, high].every((p) => Math.abs(p - 3) < 1e-6));
 * ```
 */
export function fitPowerLaw(x: readonly number[], y: readonly number[]): PowerLaw {
  const count = x.length;
  const u = x.map(Math.log), v = y.map(Math.log);
  const uMean = mean(u), vMean = mean(v);
  const spread = u.reduce((sum, value) => sum + (value - uMean) ** 2, 0);
  const exponent = u.reduce((sum, value, i) => sum + (value - uMean) * (v[i] - vMean), 0) / spread;
  const offset = vMean - exponent * uMean;
  const residual = v.reduce((sum, value, i) => sum + (value - offset - exponent * u[i]) ** 2, 0);
  const freedom = count - 2;
  const half = freedom < 1 ? Infinity : studentQuantile(freedom) * Math.sqrt(residual / freedom / spread);
  return { exponent, low: exponent - half, high: exponent + half, factor: Math.exp(offset) };
}
