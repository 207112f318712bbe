/**
 * The number of steps in one submission.
 *
 * @module
 */

/**
 * A submission shorter than this wastes time on hand-over; a longer one delays results and can trip
 * a watchdog.
 */
const TARGET_MILLISECONDS = 75;

/**
 * Adapts the number of steps of a submission so that it takes about 75 ms. The number starts at
 * one, at most doubles each time (the first submission also compiles and allocates, so its time
 * says little), and is halved at once if a submission took too long.
 */
export class Pacer {
  /** Number of steps for the next submission. */
  steps = 1;
  readonly #most: number;

  /**
   * Starts with one step.
   *
   * @param most Largest number of steps of one submission.
   */
  constructor(most: number) {
    this.#most = most;
  }

  /**
   * Adapts to a finished submission.
   *
   * @param steps Number of steps of the submission.
   * @param milliseconds Time of the submission.
   */
  observe(steps: number, milliseconds: number): void {
    const fitting = steps * TARGET_MILLISECONDS / Math.max(milliseconds, 0.1);
    const next = Math.min(Math.max(fitting, this.steps / 2), this.steps * 2);
    this.steps = Math.max(1, Math.min(this.#most, Math.round(next)));
  }
}
