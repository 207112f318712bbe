/**
 * Windows of a network's parameters that fit a uniform buffer.
 *
 * @module
 */
import type { ParameterLayout } from "../layout.ts";

/** Vectors of four that a window holds: 64 KiB, what every adapter grants a uniform buffer. */
export const WINDOW = 4096;
/** Vectors that the place of a window is a multiple of: 256 bytes, as every adapter allows. */
const ALIGNMENT = 16;

/** Replicas whose weights lie in one window, or one replica's in two. All places are in vectors. */
export interface WeightShare {
  /** First of the replicas. */
  readonly firstReplica: number;
  /** How many there are. */
  readonly replicas: number;
  /** Layer from which on weights lie in the second window; that of no layer where one is enough. */
  readonly secondFrom: number;
  /** Where the windows begin. */
  readonly windows: readonly [number, number];
  /**
   * Where the parameters of the first replica begin in either window; negative for those that begin
   * before it.
   */
  readonly bases: readonly [number, number];
}

/**
 * Shares out replicas so that each share's weights can be read through uniform buffers: as many
 * replicas as one window holds, or one replica in two windows.
 *
 * @param layout Places of the parameters of a replica.
 * @param replicas Number of replicas.
 * @returns The shares; `null` where a replica's weights do not fit two windows.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { parameterLayout } from "../layout.ts";
 *
 * const shares = weightShares(parameterLayout([1, 50, 50, 1]), 32)!;
 * assert.deepEqual(shares.map(({ replicas }) => replicas), [5, 5, 5, 5, 5, 5, 2]);
 * assert.equal(weightShares(parameterLayout([1, 100, 100, 100, 1]), 1)![0].secondFrom, 2);
 * assert.equal(weightShares(parameterLayout([784, 256, 10]), 1), null);
 * ```
 */
export function weightShares({ layers, size }: ParameterLayout, replicas: number): WeightShare[] | null {
  // Weights and biases of layers first … end − 1 of a replica, wherever it begins.
  const ends = [...layers.slice(1).map(({ weights }) => weights), size];
  const fits = (first: number, end: number) =>
    first === end || ends[end - 1] - layers[first].weights + ALIGNMENT - 1 <= WINDOW;
  let secondFrom = layers.length;
  while (!fits(0, secondFrom)) secondFrom--;
  if (!fits(secondFrom, layers.length)) return null;
  const together = secondFrom === layers.length ? Math.floor((WINDOW - ALIGNMENT + 1) / size) : 1;
  const shares: WeightShare[] = [];
  for (let firstReplica = 0; firstReplica < replicas; firstReplica += together) {
    const start = firstReplica * size;
    const second = start + (layers[secondFrom]?.weights ?? 0);
    const windows = [start, second].map((at) => at - at % ALIGNMENT) as [number, number];
    shares.push({
      firstReplica,
      replicas: Math.min(together, replicas - firstReplica),
      secondFrom,
      windows,
      bases: [start - windows[0], start - windows[1]],
    });
  }
  return shares;
}
