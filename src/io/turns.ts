/**
 * Turns of the event loop during long work, so that signals are heard and timers run.
 *
 * @module
 */

/** Milliseconds of work between two turns. */
const WORK = 50;

/**
 * Makes a function for long work to await now and then.
 *
 * @returns The function. It gives other work a turn once 50 ms have passed since the last one;
 * otherwise it returns `null`, which costs nothing to await.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { givesTurns } from "./turns.ts";
 *
 * let isHeard = false;
 * setTimeout(() => isHeard = true, 60);
 * const turn = givesTurns();
 * while (!isHeard) await turn();
 * assert(isHeard);
 * ```
 */
export function givesTurns(): () => Promise<void> | null {
  let last = performance.now();
  return () => {
    if (performance.now() - last < WORK) return null;
    return new Promise((resolve) =>
      setTimeout(() => {
        last = performance.now();
        resolve();
      })
    );
  };
}
