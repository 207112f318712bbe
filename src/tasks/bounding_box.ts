/**
 * The box that holds the samples of a task.
 *
 * @module
 */
import type { Samples } from "./task.ts";

/** A box with sides along the axes: one centre and one half of a side for each coordinate. */
export interface Box {
  /** Middle of each side. */
  readonly center: readonly number[];
  /** Half of the length of each side, above 0. */
  readonly half: readonly number[];
}

/**
 * Finds the smallest box that holds the inputs of all samples.
 *
 * @param samples The samples.
 * @returns The box. A coordinate that all samples share gets a side of length 2 about it.
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { boundingBox } from "./bounding_box.ts";
 *
 * const x = Float32Array.of(0, 5, 4, 5);
 * assert.deepEqual(boundingBox({ count: 2, x }), { center: [2, 5], half: [2, 1] });
 * ```
 */
export function boundingBox({ count, x }: Pick<Samples, "count" | "x">): Box {
  const inputs = x.length / count;
  const sides = Array.from({ length: inputs }, (_, j) => {
    let low = Infinity, high = -Infinity;
    for (let e = j; e < x.length; e += inputs) {
      low = Math.min(low, x[e]);
      high = Math.max(high, x[e]);
    }
    return { center: (low + high) / 2, half: (high - low) / 2 || 1 };
  });
  return { center: sides.map(({ center }) => center), half: sides.map(({ half }) => half) };
}

/**
 * Maps a point of a box to the cube [−1, 1]^d.
 *
 * @param box The box.
 * @param x The point.
 * @returns (x_j − centre_j) / half_j.
 */
export function intoCube({ center, half }: Box, x: ArrayLike<number>): number[] {
  return center.map((middle, j) => (x[j] - middle) / half[j]);
}
