/**
 * Long dispatches cut into pieces, so that the host can stop between them.
 *
 * @module
 */
import type { Gpu } from "../gpu/device.ts";

/**
 * Most operations of a piece. Products and Gram matrices reach 5 to 30 GFLOP/s on lavapipe, a
 * thousand times that on a large GPU: a piece takes 20 to 100 ms.
 */
const MOST_OPERATIONS = { software: 2 ** 29, hardware: 2 ** 38 } as const;

/**
 * Tells the most operations that one dispatch should make.
 *
 * @param gpu Device that makes them.
 * @returns The number.
 */
export function mostOperations(gpu: Gpu): number {
  return MOST_OPERATIONS[gpu.software ? "software" : "hardware"];
}

/** A piece of a range. */
export interface Piece {
  /** Where it starts. */
  readonly first: number;
  /** Its length. */
  readonly length: number;
}

/**
 * Cuts a range into even pieces of a bounded number of operations.
 *
 * @param gpu Device that works on them.
 * @param length Length of the range.
 * @param operations Operations of the whole.
 * @param unit Pieces are multiples of it, except for the last. Default: 1.
 * @returns The pieces, in order; the whole if it is small.
 */
export function piecesOf(gpu: Gpu, length: number, operations: number, unit = 1): Piece[] {
  const count = Math.max(1, Math.min(Math.ceil(operations / mostOperations(gpu)), Math.ceil(length / unit)));
  const step = unit * Math.ceil(length / unit / count);
  const pieces: Piece[] = [];
  for (let first = 0; first < length; first += step) {
    pieces.push({ first, length: Math.min(step, length - first) });
  }
  return pieces;
}

/**
 * Works on items in groups of a bounded number of operations, one group after the other. Each item
 * has to be worked on independently of the others, so that groups do not change the results.
 *
 * @param gpu Device that works on them.
 * @param items Items.
 * @param operations Operations of the longest dispatch, for each item.
 * @param work Works on a group.
 * @returns A result for each item, in their order.
 */
export async function inGroups<Item, Result>(
  gpu: Gpu,
  items: readonly Item[],
  operations: number,
  work: (group: readonly Item[]) => Promise<readonly Result[]>,
): Promise<Result[]> {
  const results: Result[] = [];
  for (const { first, length } of piecesOf(gpu, items.length, operations * items.length)) {
    for (const result of await work(items.slice(first, first + length))) results.push(result);
  }
  return results;
}
