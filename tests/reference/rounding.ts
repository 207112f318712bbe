/** Unit roundoff of single precision. */
export const U = 2 ** -24;

/**
 * γ_k = k u / (1 − k u): bounds the relative error that k roundings to single precision make
 * together.
 */
export function gamma(k: number): number {
  return k * U / (1 - k * U);
}
