/**
 * Constants of rounding that error bounds are made of.
 *
 * @module
 */

/** Unit roundoff u of single precision: a rounded operation is off by at most u of its result. */
export const U = 2 ** -24;

/** Unit u² of errors in double-single arithmetic; `double_single.wgsl` counts its errors in it. */
export const U2 = 2 ** -48;

/** Least positive normal number of single precision. Adapters may take smaller ones for 0. */
export const LEAST_NORMAL = 2 ** -126;

/**
 * Bounds the relative error of roundings that follow each other.
 *
 * @param k Number of roundings.
 * @param u Unit roundoff. Default: that of single precision.
 * @returns γ_k = k u / (1 − k u).
 */
export function gamma(k: number, u: number = U): number {
  return k * u / (1 - k * u);
}
