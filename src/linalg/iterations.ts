/**
 * The limit that lavapipe sets on loops, and dispatches cut so that they stay below it.
 *
 * lavapipe, the software driver, ends an invocation without a word after 65,535 iterations of all
 * its loops together. It counts one iteration more than a loop's body runs, to leave the loop, and
 * counts the iterations of eight neighbouring invocations together where their loops differ in
 * length.
 *
 * @module
 */

/**
 * Iterations that the loops of one invocation may take, as the host counts them: 65,535 less a
 * margin of 8 % for loops that a count leaves out because they are short.
 */
export const MOST_ITERATIONS = 60_000;

/** Iterations of a kernel that takes the rows of a matrix away, one step after the other. */
export interface StepIterations {
  /** Iterations that the first dispatch takes before its first step. */
  readonly load: number;
  /** Iterations of the step that starts with `left` rows. */
  readonly step: (left: number) => number;
  /** Iterations that a dispatch takes to end after the step that starts with `left` rows. */
  readonly end: (left: number) => number;
}

/**
 * Cuts the steps of a kernel into dispatches of at most {@linkcode MOST_ITERATIONS}. A dispatch
 * takes at least one step.
 *
 * @param order Order n of the largest matrix: steps start with n, n − 1, …, 1 rows.
 * @param iterations Iterations of the steps, and of what a dispatch does besides.
 * @returns Number of steps of each dispatch; their sum is n.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { stepsPerDispatch } from "./iterations.ts";
 *
 * const iterations = { load: 10_000, step: () => 20_000, end: () => 5_000 };
 * assert.deepEqual(stepsPerDispatch(6, iterations), [2, 2, 2]);
 * ```
 */
export function stepsPerDispatch(order: number, { load, step, end }: StepIterations): number[] {
  const dispatches = [0];
  let budget = MOST_ITERATIONS - load;
  for (let left = order; left > 0; left--) {
    if (dispatches[dispatches.length - 1] > 0 && budget < step(left) + end(left)) {
      dispatches.push(0);
      budget = MOST_ITERATIONS;
    }
    budget -= step(left);
    dispatches[dispatches.length - 1]++;
  }
  return dispatches;
}
