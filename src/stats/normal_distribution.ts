/**
 * The normal distribution.
 *
 * @module
 */

/**
 * Computes the distribution function of the standard normal distribution, by its power series near
 * 0 and its continued fraction beyond.
 *
 * @param x A number.
 * @returns Φ(x), to within about 10⁻¹³ of itself for x above −38; below it is 0.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { normalDistribution } from "./normal_distribution.ts";
 *
 * assert(Math.abs(normalDistribution(1.959963984540054) - 0.975) < 1e-14);
 * ```
 */
export function normalDistribution(x: number): number {
  if (x > 0) return 1 - normalDistribution(-x);
  const z = -x, density = Math.exp(-z * z / 2) / Math.sqrt(2 * Math.PI);
  if (z < 2.5) {
    // Φ(z) − ½ = φ(z) Σ z^(2k+1) / (2k+1)!!: all terms are positive.
    let term = z, sum = z;
    for (let k = 3; term > 1e-18 * sum; k += 2) sum += term *= z * z / k;
    return 0.5 - density * sum;
  }
  // Φ(−z) = φ(z) / (z + 1/(z + 2/(z + 3/(z + …)))), from its tail.
  let tail = z;
  for (let k = 120; k > 0; k--) tail = z + k / tail;
  return density / tail;
}
