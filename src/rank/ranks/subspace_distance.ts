/**
 * Sums up principal angles in one number.
 *
 * @module
 */

/**
 * Computes the subspace similarity: the mean squared cosine of the principal angles, ‖U_aᵀU_b‖²_F /
 * min(r_a, r_b).
 *
 * @param angles Principal angles θ in radians.
 * @returns 1 where the smaller subspace lies in the larger, 0 where they are orthogonal; NaN for no
 * angles.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { subspaceSimilarity } from "./subspace_distance.ts";
 *
 * assert.equal(subspaceSimilarity([0, Math.PI / 2]).toFixed(12), "0.500000000000");
 * ```
 */
export function subspaceSimilarity(angles: ArrayLike<number>): number {
  let sum = 0;
  for (let k = 0; k < angles.length; k++) sum += Math.cos(angles[k]) ** 2;
  return sum / angles.length;
}

/**
 * Computes the chordal distance (projection F-norm): √Σ sin² θ_k, for subspaces of one dimension
 * ‖P_a − P_b‖_F / √2.
 *
 * Source: A. Edelman, T. A. Arias, S. T. Smith, "The geometry of algorithms with orthogonality
 * constraints", SIAM J. Matrix Anal. Appl. 20(2), 1998, §4.3.
 *
 * @param angles Principal angles θ in radians.
 * @returns Between 0 and the root of the number of angles; exact to the last digits where angles
 * are small.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { chordalDistance } from "./subspace_distance.ts";
 *
 * assert.equal(chordalDistance([3e-9, 4e-9]).toExponential(6), "5.000000e-9");
 * ```
 */
export function chordalDistance(angles: ArrayLike<number>): number {
  let sum = 0;
  for (let k = 0; k < angles.length; k++) sum += Math.sin(angles[k]) ** 2;
  return Math.sqrt(sum);
}
