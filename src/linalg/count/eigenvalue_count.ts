/**
 * Numbers of eigenvalues of a symmetric matrix above a threshold, as far as they are proven.
 *
 * @module
 */

import { InputError, ShapeError } from "../../errors.ts";
import { addDown, addUp, ldexpDown, ldexpUp } from "../directed.ts";
import { checkMatrices, type Matrix } from "../matrix.ts";
import type { Scaling } from "../scaled_matrix.ts";

/** A count of eigenvalues above a threshold, and the interval in which the exact one lies. */
export interface EigenvalueCount {
  /** The count as computed, within [low, high]. */
  readonly count: number;
  /** Least that the exact count can be. */
  readonly low: number;
  /** Most that the exact count can be. */
  readonly high: number;
}

/**
 * A proof that a matrix M + E with ‖E‖₂ ≤ `bound` has exactly `count` eigenvalues above `shift`. By
 * Weyl's theorem λ_count(M) > shift − bound and λ_(count+1)(M) ≤ shift + bound.
 */
export interface ShiftedCount {
  /** Shift above which the eigenvalues of M + E were counted. */
  readonly shift: number;
  /** Bound on ‖E‖₂; NaN or infinite where there is none. */
  readonly bound: number;
  /** Number of eigenvalues of M + E above the shift. */
  readonly count: number;
}

/**
 * Finds the tightest interval that counts at any shifts prove for the number of eigenvalues above a
 * threshold.
 *
 * @param counts Proven counts of the matrix.
 * @param order Order n of the matrix.
 * @param epsilon Threshold ε.
 * @returns low, the largest count whose shift − bound is at least ε, or 0; high, the smallest count
 * whose shift + bound is at most ε, or n.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { countInterval } from "./eigenvalue_count.ts";
 *
 * const counts = [{ shift: 1.1, bound: 0.1, count: 2 }, { shift: 0.8, bound: 0.1, count: 3 }];
 * assert.deepEqual(countInterval(counts, 9, 1), [2, 3]);
 * assert.deepEqual(countInterval(counts, 9, 2), [0, 2]);
 * ```
 */
export function countInterval(
  counts: readonly ShiftedCount[],
  order: number,
  epsilon: number,
): [low: number, high: number] {
  let low = 0, high = order;
  for (const { shift, bound, count } of counts) {
    if (addDown(shift, -bound) >= epsilon) low = Math.max(low, count);
    if (addUp(shift, bound) <= epsilon) high = Math.min(high, count);
  }
  return [low, high];
}

/** Order n of a matrix whose eigenvalues were counted, and how it was scaled before. */
export interface CountedMatrix extends Scaling {
  /** Number of rows n. */
  readonly rows: number;
}

/**
 * Counts at several thresholds, each in the tightest interval that all proven counts of the matrix
 * allow.
 *
 * @param known Proven counts: as many for each threshold, the first of them at the threshold
 * itself.
 * @param matrix Order n of the matrix, and how it was scaled before it was counted.
 * @param epsilons Thresholds for the matrix as the caller gave it; those on the GPU may be rounded.
 * @returns A count for each threshold.
 */
export function countsIn(
  known: readonly ShiftedCount[],
  { rows, exponent = 0, rounding = 0 }: CountedMatrix,
  epsilons: readonly number[],
): EigenvalueCount[] {
  const proven = known.map((each) => ({ ...each, bound: addUp(each.bound, rounding) }));
  return epsilons.map((epsilon, k) => {
    const [low] = countInterval(proven, rows, ldexpUp(epsilon, exponent));
    const [, high] = countInterval(proven, rows, ldexpDown(epsilon, exponent));
    const { count } = known[k * known.length / epsilons.length];
    return { count: Math.min(high, Math.max(low, count)), low, high };
  });
}

/**
 * Checks that each matrix has as many thresholds as the others.
 *
 * @param matrices Matrices.
 * @param epsilons Thresholds of each.
 * @returns The number of thresholds per matrix.
 * @throws {InputError} Where the matrices are no list of matrices, or the thresholds no lists.
 * @throws {ShapeError} Where a matrix has more or fewer thresholds than another.
 */
export function thresholdsOf(
  matrices: readonly Matrix[],
  epsilons: readonly (readonly number[])[],
): number {
  checkMatrices(matrices);
  if (!Array.isArray(epsilons) || !epsilons.every((list) => Array.isArray(list))) {
    throw new InputError("thresholds must be a list of numbers for each matrix: give [[0.1]], even for one");
  }
  const thresholds = epsilons[0]?.length;
  if (
    thresholds === undefined || epsilons.length !== matrices.length ||
    epsilons.some(({ length }) => length !== thresholds)
  ) {
    throw new ShapeError(`${matrices.length} matrices need as many lists of thresholds, all of one length`);
  }
  return thresholds;
}
