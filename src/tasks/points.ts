/**
 * Sets of sample points.
 *
 * @module
 */

import { uniform } from "../stats/random.ts";

/**
 * Makes equidistant points of an interval, both ends included. A single point is the midpoint.
 *
 * @param count Number of points, at least 1.
 * @param low Lower end.
 * @param high Upper end.
 * @returns The points, ascending.
 */
export function equidistant(count: number, low: number, high: number): Float32Array {
  if (count === 1) return Float32Array.of((low + high) / 2);
  const last = count - 1;
  // Weighing both ends keeps them exact, and the points of a symmetric interval symmetric.
  return Float32Array.from({ length: count }, (_, i) => (low * (last - i) + high * i) / last);
}

/**
 * Makes the midpoints of the cells of a regular grid in a box, with the same number of cells along
 * each coordinate.
 *
 * @param each Number of cells along a coordinate, at least 1.
 * @param domain Ends of each of the d coordinates.
 * @returns The points, `each^d × d`; the last coordinate changes first.
 */
export function midpoints(
  each: number,
  domain: readonly (readonly [low: number, high: number])[],
): Float32Array {
  const dimension = domain.length;
  const points = new Float32Array(each ** dimension * dimension);
  for (let at = 0; at < points.length; at++) {
    const i = at % dimension, k = Math.floor(at / dimension);
    const cell = Math.floor(k / each ** (dimension - 1 - i)) % each;
    const [low, high] = domain[i];
    points[at] = low + (high - low) * (cell + 0.5) / each;
  }
  return points;
}

/** The cube of low-discrepancy points, and their seed. */
export interface CubeOptions {
  /** Lower end of every coordinate. */
  readonly low: number;
  /** Upper end of every coordinate. */
  readonly high: number;
  /** Seed of the shift, a whole number from 0 to 2⁵³ − 1. */
  readonly seed: number;
}

/**
 * Makes low-discrepancy points of a cube: the additive recurrence x_k = s + kα mod 1 with α_j =
 * φ^(−j), where φ > 1 is the root of φ^(d+1) = φ + 1 (the *R-sequence* of M. Roberts, "The
 * unreasonable effectiveness of quasirandom sequences", 2018). The shift s is random (Cranley and
 * Patterson, 1976), so that seeds give different sets of the same quality; any first part of the
 * sequence is spread as evenly as the whole.
 *
 * @param count Number of points, at least 1.
 * @param dimension Dimension d of the cube, at least 1.
 * @param cube Ends of the cube, and seed.
 * @returns The points, `count × dimension`.
 */
export function quasirandom(
  count: number,
  dimension: number,
  { low, high, seed }: CubeOptions,
): Float32Array {
  let phi = 2;
  // A contraction by at least a factor of 3 (d = 1): 40 rounds reach the last bit.
  for (let round = 0; round < 40; round++) phi = (1 + phi) ** (1 / (dimension + 1));
  const random = uniform(seed);
  const shift = Array.from({ length: dimension }, random);
  const points = new Float32Array(count * dimension);
  for (let j = 0; j < dimension; j++) {
    const alpha = phi ** -(j + 1);
    for (let k = 0; k < count; k++) {
      points[k * dimension + j] = low + (high - low) * ((shift[j] + k * alpha) % 1);
    }
  }
  return points;
}
