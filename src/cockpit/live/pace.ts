/**
 * The pace of a run: which of its steps are shown, and how far it may train ahead of them.
 *
 * @module
 */

/** Seconds of shown steps that training may be ahead. */
const AHEAD = 0.5;

/** Shows steps at a chosen speed, one probe at a time, or not at all. */
export class Pace {
  /** Steps that are shown: those up to this one. */
  shown = -1;
  /** Whether steps are shown as time goes on. */
  isRunning = false;
  /** Steps a second; `null` for as many as there are. */
  speed: number | null = null;
  /** A step up to which to go though time stands still. */
  #goal = -1;
  #arrived = -1;
  #wake: (() => void) | null = null;

  /**
   * Takes in that steps have arrived.
   *
   * @param arrived The last of them.
   */
  arrive(arrived: number): void {
    this.#arrived = arrived;
    if (this.isRunning && this.speed === null) this.shown = arrived;
    this.shown = Math.max(this.shown, Math.min(this.#goal, arrived));
  }

  /**
   * Lets time go by.
   *
   * @param seconds How much.
   */
  tick(seconds: number): void {
    if (this.isRunning) {
      const next = this.speed === null ? Infinity : this.shown + this.speed * seconds;
      this.shown = Math.max(this.shown, Math.min(next, this.#arrived));
    }
    if (this.#mayTrain()) this.wake();
  }

  /**
   * Goes on to a step, and no further.
   *
   * @param step The step.
   */
  goTo(step: number): void {
    this.#goal = step;
    this.arrive(this.#arrived);
    this.wake();
  }

  /** Lets training see that something has changed. */
  wake(): void {
    this.#wake?.();
    this.#wake = null;
  }

  /**
   * Waits until training may go on.
   *
   * @param signal Ends the wait, once it is aborted and {@linkcode Pace.wake} is called.
   */
  async mayTrain(signal: AbortSignal): Promise<void> {
    while (!signal.aborted && !this.#mayTrain()) {
      await new Promise<void>((resolve) => this.#wake = resolve);
    }
  }

  #mayTrain(): boolean {
    const ahead = this.speed === null ? Infinity : this.speed * AHEAD;
    return this.#arrived < this.#goal || this.isRunning && this.#arrived <= this.shown + ahead;
  }
}
