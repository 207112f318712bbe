/**
 * Which stairs have a significant jump.
 *
 * @module
 */
import type { Jump, Stair, Staircase } from "./find_stairs.ts";

/**
 * Tells of each stair whether a jump at one of its ends is significant.
 *
 * @param staircase Stairs, and the jumps between them: jump i is the one before stair i + 1.
 * @returns The stairs.
 */
export function significantStairs(
  { stairs, jumps }: Pick<Staircase, "stairs"> & { readonly jumps: readonly Pick<Jump, "isSignificant">[] },
): (Stair & { readonly isSignificant: boolean })[] {
  return stairs.map((stair, i) => ({
    ...stair,
    isSignificant: Boolean(jumps[i - 1]?.isSignificant || jumps[i]?.isSignificant),
  }));
}
