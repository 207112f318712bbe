/**
 * Lines fitted by least squares.
 *
 * @module
 */
import { mean } from "./mean.ts";

/** A line y = slope · x + intercept. */
export interface LineFit {
  /** Slope. */
  readonly slope: number;
  /** Value at x = 0. */
  readonly intercept: number;
  /** Share R² of the variance of y that it explains. */
  readonly share: number;
}

/**
 * Fits a line by least squares.
 *
 * @param x Values of x.
 * @param y Values of y, as many.
 * @returns The line; all NaN if all x are equal, and the share NaN if all y are.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { fitLine } from "./line_fit.ts";
 *
 * assert.deepEqual(fitLine([0, 1, 2], [1, 3, 5]), { slope: 2, intercept: 1, share: 1 });
 * ```
 */
export function fitLine(x: readonly number[], y: readonly number[]): LineFit {
  const [middle, height] = [mean(x), mean(y)];
  let xx = 0, xy = 0, yy = 0;
  for (let i = 0; i < x.length; i++) {
    const [dx, dy] = [x[i] - middle, y[i] - height];
    xx += dx * dx;
    xy += dx * dy;
    yy += dy * dy;
  }
  const slope = xy / xx;
  return { slope, intercept: height - slope * middle, share: xy ** 2 / (xx * yy) };
}
