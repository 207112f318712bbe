/**
 * Activation patterns: which neurons are active on which samples.
 *
 * @module
 */
import { ShapeError } from "../../errors.ts";

/**
 * Compares two activation patterns.
 *
 * @param a Preactivations of neurons on samples; a neuron is active where they are above 0.
 * @param b Others, of the same neurons and samples.
 * @returns Share of the pairs of a neuron and a sample that are active in one alone, from 0 to 1.
 * @throws {ShapeError} If there are not as many in both.
 */
export function patternChange(a: ArrayLike<number>, b: ArrayLike<number>): number {
  if (a.length !== b.length) {
    throw new ShapeError(`patterns of ${a.length} and ${b.length} pairs: give two of the same shape`);
  }
  let changed = 0;
  for (let e = 0; e < a.length; e++) if (a[e] > 0 !== b[e] > 0) changed++;
  return changed / a.length;
}

/**
 * Counts the neurons whose kink lies among the samples.
 *
 * @param preactivations Preactivations, one row a sample.
 * @param width Number of neurons.
 * @returns Share of the neurons that are active on some samples, but not on all, from 0 to 1.
 */
export function activeShare(preactivations: ArrayLike<number>, width: number): number {
  const changing = new Uint8Array(width);
  for (let e = 0; e < preactivations.length; e++) {
    const j = e % width;
    if (preactivations[e] > 0 !== preactivations[j] > 0) changing[j] = 1;
  }
  return changing.reduce((sum, value) => sum + value, 0) / width;
}
