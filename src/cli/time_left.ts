/**
 * The time that a job still takes, by its recent rate.
 *
 * @module
 */

/** State of a job at one time. */
interface Mark {
  readonly time: number;
  readonly done: number;
}

/** Share of the work over which the rate is measured. */
const WORK_WINDOW = 0.1;
/** Time over which the rate is measured, in milliseconds, if that is shorter. */
const TIME_WINDOW_MS = 30_000;
/**
 * Share of the work between two marks, and the time between them in milliseconds if that is
 * shorter.
 */
const WORK_STEP = 0.005, TIME_STEP_MS = 500;

/** Estimates the time that a job still takes. */
export interface TimeLeft {
  /**
   * Records the state of the job and estimates. Cheap: call it as often as you like.
   *
   * @param time Milliseconds from any start.
   * @param done Work done so far.
   * @returns Milliseconds left, or `null` as long as no rate is known.
   */
  at(time: number, done: number): number | null;
}

/**
 * Estimates the time left from the rate over the last tenth of the work, or the last 30 seconds if
 * that is shorter.
 *
 * The time before the first finished work compiles shaders and allocates memory. It says nothing
 * about the rest and never counts.
 *
 * @param total All the work.
 * @returns The estimator.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { timeLeft } from "./time_left.ts";
 *
 * const left = timeLeft(100);
 * // Five seconds pass before the first step, then a step takes a second.
 * assert.equal(left.at(6_000, 1), null);
 * for (let step = 2; step < 20; step++) left.at(5_000 + 1_000 * step, step);
 * assert.equal(left.at(25_000, 20), 80_000);
 * ```
 */
export function timeLeft(total: number): TimeLeft {
  const marks: Mark[] = [];
  return {
    at(time, done) {
      if (done <= 0) return null;
      const isBase = (mark: Mark | undefined) =>
        mark !== undefined &&
        (done - mark.done >= WORK_WINDOW * total || time - mark.time >= TIME_WINDOW_MS);
      // The newest mark outside of the window is the base; older ones are done with.
      while (isBase(marks[1])) marks.shift();
      const [base] = marks;
      const last = marks.at(-1);
      if (!last || done - last.done >= WORK_STEP * total || time - last.time >= TIME_STEP_MS) {
        marks.push({ time, done });
      }
      if (!isBase(base) || done <= base.done) return null;
      return Math.max(0, (total - done) * (time - base.time) / (done - base.done));
    },
  };
}

/**
 * Writes a duration: `4.2 s`, `90 s`, `12 min`, `3 h 20 min`.
 *
 * @param ms Milliseconds.
 * @returns The text.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { durationText } from "./time_left.ts";
 *
 * assert.deepEqual([4_200, 90_000].map(durationText), ["4.2 s", "90 s"]);
 * assert.deepEqual([720_000, 12_000_000].map(durationText), ["12 min", "3 h 20 min"]);
 * ```
 */
export function durationText(ms: number): string {
  if (ms < 10_000) return `${(ms / 1000).toFixed(1)} s`;
  if (ms < 600_000) return `${Math.round(ms / 1000)} s`;
  const minutes = Math.round(ms / 60_000);
  return minutes < 120 ? `${minutes} min` : `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}

/**
 * Writes an estimate of the time left. It is in whole seconds and never 0: a job that is not done
 * takes time.
 *
 * @param ms Milliseconds, or `null` for no estimate.
 * @returns `18 s left`; the empty text for no estimate.
 */
export function leftText(ms: number | null): string {
  if (ms === null) return "";
  return ms < 10_000 ? `${Math.max(1, Math.round(ms / 1000))} s left` : `${durationText(ms)} left`;
}
