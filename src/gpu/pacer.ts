/**
 * How many steps go into one submission.
 *
 * @module
 */

/** A submission shorter than this wastes time on hand-over; a longer one delays results and can trip a watchdog. */
const TARGET_MILLISECONDS = 75;

/**
 * Adapts the number of steps of a submission so that it takes about 75 ms. It starts with one step, at most doubles
 * (a first submission also compiles and allocates, so its time says little), and halves at once when it was too long.
 */
export class Pacer {
  /** Steps to put into the next submission. */
  steps = 1;
  readonly #most: number;

  /**
   * Starts with one step.
   *
   * @param most Most steps that one submission may have.
   */
  constructor(most: number) {
    this.#most = most;
  }

  /**
   * Takes note of a finished submission.
   *
   * @param steps Steps it had.
   * @param milliseconds Time it took.
   */
  observe(steps: number, milliseconds: number): void {
    const fitting = steps * TARGET_MILLISECONDS / Math.max(milliseconds, 0.1);
    const next = Math.min(Math.max(fitting, this.steps / 2), this.steps * 2);
    this.steps = Math.max(1, Math.min(this.#most, Math.round(next)));
  }
}
