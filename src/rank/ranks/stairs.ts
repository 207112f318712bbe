/**
 * Finds the staircase in a series of ranks.
 *
 * @module
 */
import { checkKeys } from "../../check.ts";
import { InputError, ShapeError } from "../../errors.ts";
import { lowerMedian } from "../../stats/median.ts";

/** A run of probes over which the rank stays. */
export interface Stair {
  /** Step of its first probe. */
  readonly from: number;
  /** Step of its last probe. */
  readonly to: number;
  /** Lower median of the ranks of its probes. */
  readonly rank: number;
}

/** The step between two stairs. */
export interface Jump {
  /** Step of the first probe of the upper (later) stair. */
  readonly step: number;
  /** Its rank less the rank of the stair before; negative where the rank falls, never 0. */
  readonly size: number;
}

/** What {@linkcode findStairs} finds. */
export interface Staircase {
  /** The stairs, first to last. */
  readonly stairs: readonly Stair[];
  /** The jumps between them: one fewer than there are stairs. */
  readonly jumps: readonly Jump[];
}

/** Options of {@linkcode findStairs}: what is a stair and what a flicker. */
export interface StairOptions {
  /**
   * Consecutive probes for which the rank must stay away from a stair's level to leave it: an
   * integer from 1. Default: one in 200 of all probes, but at least 3, as a shorter stair is not
   * seen in a picture of the run.
   */
  readonly hysteresis?: number;
}

/**
 * Finds the stairs in a series of ranks, with hysteresis h so that a flickering rank is not a
 * staircase.
 *
 * - The level of a stair is the lower median of its first h probes.
 * - After these it ends where h consecutive probes are all off its level, whether or not they agree
 *   with each other. The next stair begins at the first of these h. A rank that leaves for fewer
 *   than h probes has not left.
 * - Probes with rank NaN are left out: they are neither off a level nor on it.
 * - The rank of a stair is the lower median over all its probes. Neighbours with the same rank are
 *   one stair.
 *
 * With h = 1 the stairs are the maximal runs of constant rank. Every stair holds at least h probes,
 * unless the whole series is shorter, and the stairs together hold every probe that has a rank.
 *
 * @param steps Step of each probe, ascending.
 * @param ranks Rank at each probe.
 * @param options The hysteresis.
 * @returns The stairs and the jumps between them; none for a series without ranks.
 * @throws {ShapeError} If there are not as many steps as ranks.
 * @throws {InputError} If the hysteresis is not an integer from 1.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { findStairs } from "./stairs.ts";
 *
 * const steps = [0, 10, 20, 30, 40, 50, 60, 70];
 * const ranks = [2, 2, 3, 2, 5, 5, 6, 5];
 * assert.deepEqual(findStairs(steps, ranks, { hysteresis: 2 }), {
 *   stairs: [{ from: 0, to: 30, rank: 2 }, { from: 40, to: 70, rank: 5 }],
 *   jumps: [{ step: 40, size: 3 }],
 * });
 * ```
 */
export function findStairs(
  steps: ArrayLike<number>,
  ranks: ArrayLike<number>,
  options: StairOptions = {},
): Staircase {
  checkKeys("options of findStairs", options, ["hysteresis"]);
  const { hysteresis = Math.max(3, Math.round(steps.length / 200)) } = options;
  if (!Number.isInteger(hysteresis) || hysteresis < 1) {
    throw new InputError(`hysteresis is ${hysteresis}: give the number of probes, an integer from 1`);
  }
  if (steps.length !== ranks.length) {
    throw new ShapeError(`${steps.length} steps but ${ranks.length} ranks: give one rank for each step`);
  }
  const known = Array.from(ranks, (_, i) => i).filter((i) => !Number.isNaN(ranks[i]));
  const values = known.map((i) => ranks[i]);
  const stairs: Stair[] = [];
  for (const [first, end] of runs(values, hysteresis)) {
    const stair = {
      from: steps[known[first]],
      to: steps[known[end - 1]],
      rank: lowerMedian(values.slice(first, end)),
    };
    const last = stairs.at(-1);
    // The lower median of two runs that share theirs is the same again, so one pass joins all equal
    // neighbours.
    if (last?.rank === stair.rank) stairs[stairs.length - 1] = { ...last, to: stair.to };
    else stairs.push(stair);
  }
  const jumps = stairs.slice(1).map(({ from, rank }, i) => ({ step: from, size: rank - stairs[i].rank }));
  return { stairs, jumps };
}

/** Half-open index ranges of the stairs, before equal neighbours are joined. */
function runs(values: readonly number[], hysteresis: number): [first: number, end: number][] {
  const found: [number, number][] = [];
  let first = 0, away = 0;
  let level = lowerMedian(values.slice(0, hysteresis));
  for (let i = 0; i < values.length; i++) {
    away = values[i] === level ? 0 : away + 1;
    // A stair that has just begun cannot end before its own h probes are over.
    if (away < hysteresis || i + 1 - hysteresis < first + hysteresis) continue;
    found.push([first, i + 1 - hysteresis]);
    first = i + 1 - hysteresis;
    level = lowerMedian(values.slice(first, i + 1));
    away = trailingOff(values, first, i + 1, level);
  }
  if (values.length > 0) found.push([first, values.length]);
  return found;
}

/** How many of the last values of a range are off a level. */
function trailingOff(values: readonly number[], first: number, end: number, level: number): number {
  let count = 0;
  for (let i = end - 1; i >= first && values[i] !== level; i--) count++;
  return count;
}
