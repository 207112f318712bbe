/**
 * Long work in submissions of a fitting length. One runs while the results of the one before are
 * read.
 *
 * @module
 */
import { Pacer } from "../gpu/pacer.ts";

/** Submissions in flight at once: one runs and one waits, so that the GPU never waits. */
export const DEPTH = 2;

/** Steps to submit. */
export interface ChunkedWork<T> {
  /** First step. Default: 0. */
  readonly first?: number;
  /** Number of the step to end before. */
  readonly steps: number;
  /** A step at which a submission begins, however long the one before is. Default: none. */
  readonly border?: number;
  /** Largest number of steps in one submission. */
  readonly most: number;
  /** Signal that ends the work early. Results of steps submitted by then still arrive. */
  readonly signal: AbortSignal | undefined;
  /**
   * Gets ready for some steps, while others are in flight.
   *
   * @param first First step.
   * @param count Number of steps.
   * @returns What to wait for before they are submitted; `null` for nothing.
   */
  prepare?(first: number, count: number): Promise<void> | null;
  /**
   * Submits some steps.
   *
   * @param first First step.
   * @param count Number of steps.
   * @returns Their results, once they have arrived.
   */
  submit(first: number, count: number): Promise<T>;
}

/** Steps whose results have arrived. */
export interface Chunk<T> {
  /** First step. */
  readonly first: number;
  /** Number of steps. */
  readonly count: number;
  /** Their results. */
  readonly result: T;
  /** Time from the first submission to their arrival, in milliseconds. */
  readonly milliseconds: number;
}

/** A submission in flight. */
interface Submitted<T> {
  readonly first: number;
  readonly count: number;
  readonly submitted: number;
  readonly arrived: Promise<{ readonly result: T; readonly arrival: number }>;
}

/**
 * Submits steps in chunks that take about 75 ms each, at most {@linkcode DEPTH} at once, and yields
 * them as their results arrive, in order. Ends when the results of all submissions have arrived,
 * even if its caller leaves early or a submission fails.
 *
 * @param work Steps, and a function that submits them.
 * @returns The chunks.
 */
export async function* inChunks<T>(work: ChunkedWork<T>): AsyncGenerator<Chunk<T>, void, void> {
  const { first: start = 0, steps, border = steps, most, signal } = work;
  const pacer = new Pacer(most);
  const chunks: Submitted<T>[] = [];
  const begun = performance.now();
  let encoded = start, lastArrival = begun;
  try {
    while (true) {
      if (encoded < steps && chunks.length < DEPTH && !signal?.aborted) {
        const end = encoded < border ? border : steps;
        const count = Math.min(pacer.steps, end - encoded);
        const ready = work.prepare?.(encoded, count);
        if (ready) await ready;
        const submitted = performance.now();
        const arrived = work.submit(encoded, count).then((result) => ({
          result,
          arrival: performance.now(),
        }));
        // The error reaches the caller that awaits this chunk. A chunk that is never awaited must
        // not end the program.
        arrived.catch(() => {});
        chunks.push({ first: encoded, count, submitted, arrived });
        encoded += count;
        continue;
      }
      const chunk = chunks.shift();
      if (!chunk) return;
      const { first, count, submitted, arrived } = chunk;
      const { result, arrival } = await arrived;
      // Time that the caller spends between two chunks is no time of the GPU.
      pacer.observe(count, arrival - Math.max(lastArrival, submitted));
      lastArrival = arrival;
      yield { first, count, result, milliseconds: arrival - begun };
    }
  } finally {
    // No result may be in flight to buffers that the caller is about to free.
    await Promise.allSettled(chunks.map(({ arrived }) => arrived));
  }
}
