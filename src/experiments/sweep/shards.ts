/**
 * Parts of a sweep for several machines.
 *
 * @module
 */
import { InputError } from "../../errors.ts";
import type { Batch } from "./batch.ts";

/** A part of a sweep. */
export interface Shard {
  /** Its number, from 1. */
  readonly index: number;
  /** Number of parts. */
  readonly count: number;
}

/**
 * Reads a shard.
 *
 * @param text The shard: `1/4` is the first of four.
 * @returns The shard.
 * @throws {InputError} If it is none.
 */
export function parseShard(text: string): Shard {
  const found = /^(\d+)\/(\d+)$/.exec(text);
  const [index, count] = [Number(found?.[1]), Number(found?.[2])];
  if (found && index >= 1 && index <= count && Number.isSafeInteger(count)) return { index, count };
  throw new InputError(`shard "${text}": give its number and how many there are, from 1/4 to 4/4`);
}

/**
 * Takes the batches of one shard. Batches go to the shard with the least work so far, the longest
 * first, so that the shards of a sweep take about as long. Every machine finds the same parts.
 *
 * @param batches All batches.
 * @param shard The shard.
 * @returns Its batches, in their order. A shard has none where there are more shards than batches.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { shardOf } from "./shards.ts";
 *
 * const batches = [3, 1, 2].map((cost, i) => ({ id: `${i}`, trials: [], cost, bytes: 0 }));
 * const costOf = (index: number) => shardOf(batches, { index, count: 2 }).map(({ cost }) => cost);
 * assert.deepEqual([costOf(1), costOf(2)], [[3], [1, 2]]);
 * ```
 */
export function shardOf(batches: readonly Batch[], { index, count }: Shard): Batch[] {
  const loads = new Float64Array(Math.min(count, batches.length));
  const mine = new Set<Batch>();
  // The order of equal costs is that of the batches: sorting is stable.
  for (const batch of batches.toSorted((a, b) => b.cost - a.cost)) {
    const least = loads.indexOf(loads.reduce((low, load) => Math.min(low, load), Infinity));
    loads[least] += batch.cost;
    if (least === index - 1) mine.add(batch);
  }
  return batches.filter((batch) => mine.has(batch));
}
