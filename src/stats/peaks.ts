/**
 * Peaks of a series, told from the ripples on its slopes.
 *
 * @module
 */

/** What counts as a peak. */
export interface PeakOptions {
  /** How many times as high a peak is as the lowest value before it and the next one behind it. */
  readonly factor: number;
  /** Values below this count as this. */
  readonly floor: number;
}

/**
 * Finds the peaks of a positive series. Before and behind a peak the series is lower by a factor,
 * so that a ripple is none; a series that only falls, or has not yet fallen, has no peak.
 *
 * @param values The series. Values that are not finite are left out.
 * @param options What counts as a peak.
 * @returns The indices of the peaks, ascending.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { findPeaks } from "./peaks.ts";
 *
 * const series = [8, 1, 4, 3, 9, 2, 7, 6];
 * assert.deepEqual(findPeaks(series, { factor: 3, floor: 0.1 }), [4]);
 * ```
 */
export function findPeaks(values: ArrayLike<number>, { factor, floor }: PeakOptions): number[] {
  const peaks: number[] = [];
  let lowest = Infinity, highest: { readonly at: number; readonly value: number } | null = null;
  for (let at = 0; at < values.length; at++) {
    if (!Number.isFinite(values[at])) continue;
    const value = Math.max(floor, values[at]);
    if (highest === null) {
      lowest = Math.min(lowest, value);
      if (value > factor * lowest) highest = { at, value };
    } else if (value > highest.value) {
      highest = { at, value };
    } else if (factor * value < highest.value) {
      peaks.push(highest.at);
      [lowest, highest] = [value, null];
    }
  }
  return peaks;
}
