/**
 * Series over the same steps.
 *
 * @module
 */

/** Series over the same steps. */
export interface AlignedSeries {
  /** All steps, ascending. */
  readonly at: readonly number[];
  /** Values, `[series][step]`; NaN where a series lacks the step. */
  readonly values: readonly (readonly number[])[];
}

/**
 * Aligns series on the union of their steps.
 *
 * @param series Series of points that have a step each.
 * @param value Gives the value at a point.
 * @returns The steps, and the values at these.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { alignSteps } from "./align_steps.ts";
 *
 * const series = [[{ step: 0, loss: 1 }, { step: 2, loss: 0.5 }], [{ step: 1, loss: 2 }]];
 * assert.deepEqual(alignSteps(series, ({ loss }) => loss), {
 *   at: [0, 1, 2],
 *   values: [[1, NaN, 0.5], [NaN, 2, NaN]],
 * });
 * ```
 */
export function alignSteps<Point extends { readonly step: number }>(
  series: readonly (readonly Point[])[],
  value: (point: Point) => number,
): AlignedSeries {
  const at = [...new Set(series.flat().map(({ step }) => step))].sort((a, b) => a - b);
  const values = series.map((points) => {
    const found = new Map(points.map((point) => [point.step, value(point)]));
    return at.map((step) => found.get(step) ?? NaN);
  });
  return { at, values };
}
