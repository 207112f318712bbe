/**
 * Selection of a part of a labelled set in which every class has its share.
 *
 * @module
 */

/**
 * Chooses a stratified part: each class gets its share of `count`, rounded by largest remainders
 * (ties to the lower class), and fills it with its first members.
 *
 * @param labels Class of each member, in the order of preference.
 * @param count Size of the part, 0 … `labels.length`.
 * @returns For each member, whether it is in the part.
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { stratify } from "./stratify.ts";
 *
 * assert.deepEqual(stratify([0, 0, 0, 0, 1, 1], 3), [true, true, false, false, true, false]);
 * ```
 */
export function stratify(labels: ArrayLike<number>, count: number): boolean[] {
  const total = labels.length;
  const sizes: number[] = [];
  for (let i = 0; i < total; i++) sizes[labels[i]] = (sizes[labels[i]] ?? 0) + 1;
  // Whole numbers throughout, so that no rounding decides a tie.
  const shares = Array.from(sizes, (size = 0) => Math.floor(size * count / total));
  const remainders = Array.from(sizes, (size = 0) => (size * count) % total);
  const left = count - shares.reduce((sum, share) => sum + share, 0);
  const byRemainder = remainders.map((_, label) => label).sort((p, q) =>
    remainders[q] - remainders[p] || p - q
  );
  for (const label of byRemainder.slice(0, left)) shares[label]++;
  return Array.from(labels, (label) => shares[label]-- > 0);
}
