/**
 * Places for labels that would overlap.
 *
 * @module
 */

/**
 * Moves places apart until neighbours have a gap between them. The sum of the squared moves is the
 * least for the given order, by pooling adjacent violators.
 *
 * @param places The places wanted. Equal ones keep their order.
 * @param gap Distance to keep between neighbours; less where they would not fit.
 * @param low Lowest place allowed.
 * @param high Highest place allowed.
 * @returns The places, in the order of the input.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { spread } from "./spread.ts";
 *
 * assert.deepEqual(spread([50, 10, 50], 10, 0, 100), [45, 10, 55]);
 * ```
 */
export function spread(places: readonly number[], gap: number, low: number, high: number): number[] {
  const order = places.map((_, i) => i).sort((i, j) => places[i] - places[j]);
  const step = Math.min(gap, (high - low) / Math.max(1, places.length - 1));
  // With the gaps taken out, "at least a gap apart" becomes "ascending", and the answer is an
  // isotonic regression.
  const pools: { sum: number; count: number }[] = [];
  for (const [at, i] of order.entries()) {
    let pool = { sum: places[i] - at * step, count: 1 };
    for (
      let last = pools.at(-1);
      last && last.sum / last.count > pool.sum / pool.count;
      last = pools.at(-1)
    ) {
      pools.pop();
      pool = { sum: last.sum + pool.sum, count: last.count + pool.count };
    }
    pools.push(pool);
  }
  const means = pools.flatMap(({ sum, count }) => new Array<number>(count).fill(sum / count));
  const moved = new Array<number>(places.length);
  const ceiling = high - step * (places.length - 1);
  for (const [at, i] of order.entries()) moved[i] = Math.max(low, Math.min(ceiling, means[at])) + at * step;
  return moved;
}
