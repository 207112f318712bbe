/**
 * The Euclidean norm, and angles.
 *
 * @module
 */

/**
 * Computes the Euclidean norm of any number of values, as `Math.hypot(...values)` does for fewer
 * than about 125,000: no square overflows, and the sum is compensated (Kahan).
 *
 * @param values The values.
 * @returns Their norm; Infinity if one is infinite, else NaN if one is NaN.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { norm } from "./norm.ts";
 *
 * assert.equal(norm([3 * 2 ** 600, -4 * 2 ** 600]), 5 * 2 ** 600);
 * ```
 */
export function norm(values: ArrayLike<number>): number {
  let most = 0, hasNaN = false;
  for (let i = 0; i < values.length; i++) {
    const size = Math.abs(values[i]);
    if (size > most) most = size;
    else if (Number.isNaN(size)) hasNaN = true;
  }
  if (most === Infinity) return Infinity;
  if (hasNaN) return NaN;
  if (most === 0) return 0;
  let sum = 0, lost = 0;
  for (let i = 0; i < values.length; i++) {
    const share = values[i] / most, term = share * share - lost, next = sum + term;
    lost = (next - sum) - term;
    sum = next;
  }
  return Math.sqrt(sum) * most;
}

/**
 * Computes the cosine of the angle between two lists of values.
 *
 * @param a Values.
 * @param b As many.
 * @returns The cosine; NaN where one is zero.
 */
export function cosine(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i] * b[i];
  return sum / (norm(a) * norm(b));
}
