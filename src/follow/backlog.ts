/**
 * Steps that wait to be solved. Where they come faster than they are solved, some are left out
 * evenly.
 *
 * @module
 */
import { batchSize } from "./batches.ts";

/** A step that waits. */
interface Waiting {
  /** Bytes that it holds. */
  readonly bytes: number;
}

/** How much may wait. */
export interface BacklogOptions<Step> {
  /** Most steps that wait. */
  readonly mostSteps: number;
  /** Most bytes that wait. Default: any number. */
  readonly mostBytes?: number;
  /** Called with each step that is left out. */
  readonly onDrop: (step: Step) => void;
  /** Called when only every s-th step is taken from now on, with s. */
  readonly onStride: (stride: number) => void;
}

/**
 * A queue of steps. When more wait than may, every second is left out, and of those that follow as
 * well; then every second of these, and so on. When the queue has been empty for long, the last of
 * this is taken back.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { Backlog } from "./backlog.ts";
 *
 * const strides: number[] = [];
 * const backlog = new Backlog<{ step: number; bytes: number }>({
 *   mostSteps: 4, onDrop: () => {}, onStride: (stride) => void strides.push(stride),
 * });
 * for (let step = 0; step < 10; step++) backlog.push({ step, bytes: 1 });
 * assert.deepEqual(backlog.take().map(({ step }) => step), [0, 4, 8]);
 * assert.deepEqual(strides, [2, 4]);
 * ```
 */
export class Backlog<Step extends Waiting> {
  /** Whether nothing is left out any more, because no more steps come. */
  isLast = false;
  readonly #options: BacklogOptions<Step>;
  #waiting: { readonly step: Step; readonly number: number }[] = [];
  #bytes = 0;
  #count = 0;
  #stride = 1;
  #idle = 0;

  /**
   * Makes an empty queue.
   *
   * @param options How much may wait.
   */
  constructor(options: BacklogOptions<Step>) {
    this.#options = options;
  }

  /** Number of steps that wait. */
  get size(): number {
    return this.#waiting.length;
  }

  /**
   * Adds a step.
   *
   * @param step The step, behind all others.
   */
  push(step: Step): void {
    const number = this.#count++, { mostSteps, mostBytes = Infinity, onDrop, onStride } = this.#options;
    if (!this.isLast && number % this.#stride !== 0) return onDrop(step);
    this.#waiting.push({ step, number });
    this.#bytes += step.bytes;
    if (this.isLast) return;
    while (this.size > 1 && (this.size > mostSteps || this.#bytes > mostBytes)) {
      this.#stride *= 2;
      onStride(this.#stride);
      const kept = Map.groupBy(this.#waiting, (each) => each.number % this.#stride === 0);
      this.#waiting = kept.get(true) ?? [];
      for (const { step } of kept.get(false) ?? []) {
        this.#bytes -= step.bytes;
        onDrop(step);
      }
    }
  }

  /**
   * Takes the next steps that are solved together.
   *
   * @returns The steps, in order; none if none wait.
   */
  take(): Step[] {
    const size = batchSize(this.#waiting.map(({ step }) => step));
    const taken = this.#waiting.splice(0, size).map(({ step }) => step);
    for (const { bytes } of taken) this.#bytes -= bytes;
    this.#idle = size <= 1 && this.size === 0 ? this.#idle + 1 : 0;
    if (this.#idle > this.#options.mostSteps && this.#stride > 1) {
      this.#stride /= 2;
      this.#idle = 0;
      this.#options.onStride(this.#stride);
    }
    return taken;
  }
}
