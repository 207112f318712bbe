/**
 * Long work in submissions of a fitting length, one of which runs while the results of the one before are read.
 *
 * @module
 */
import { Pacer } from "../gpu/pacer.ts";

/** Submissions on their way at once: one runs, one waits, so that the GPU never does. */
export const DEPTH = 2;

/** Steps to submit. */
export interface ChunkedWork<T> {
  /** Number of steps. */
  readonly steps: number;
  /** Most of them in one submission. */
  readonly most: number;
  /** Ends the work early: what was submitted by then still arrives. */
  readonly signal: AbortSignal | undefined;
  /**
   * Submits some steps.
   *
   * @param first First of them.
   * @param count How many.
   * @returns Their results, once they are there.
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

/** A submission on its way. */
interface Submitted<T> {
  readonly first: number;
  readonly count: number;
  readonly submitted: number;
  readonly arrived: Promise<{ readonly result: T; readonly arrival: number }>;
}

/**
 * Submits steps in chunks that take some 75 ms each, at most {@linkcode DEPTH} at once, and yields them as their results arrive,
 * in order. Ends when all that was submitted has arrived, also where its caller leaves early or a submission fails.
 *
 * @param work Steps, and how to submit them.
 * @returns The chunks.
 */
export async function* inChunks<T>(work: ChunkedWork<T>): AsyncGenerator<Chunk<T>, void, void> {
  const { steps, most, signal } = work;
  const pacer = new Pacer(most);
  const chunks: Submitted<T>[] = [];
  const start = performance.now();
  let encoded = 0, lastArrival = start;
  try {
    while (true) {
      if (encoded < steps && chunks.length < DEPTH && !signal?.aborted) {
        const count = Math.min(pacer.steps, steps - encoded), submitted = performance.now();
        const arrived = work.submit(encoded, count).then((result) => ({
          result,
          arrival: performance.now(),
        }));
        // Whoever awaits a chunk gets its error; one that nobody gets to awaits none.
        arrived.catch(() => {});
        chunks.push({ first: encoded, count, submitted, arrived });
        encoded += count;
        continue;
      }
      const chunk = chunks.shift();
      if (!chunk) return;
      const { first, count, submitted, arrived } = chunk;
      const { result, arrival } = await arrived;
      // What the caller does between two chunks is no time of the GPU's.
      pacer.observe(count, arrival - Math.max(lastArrival, submitted));
      lastArrival = arrival;
      yield { first, count, result, milliseconds: arrival - start };
    }
  } finally {
    // Nothing may be on its way to buffers that the caller is about to free.
    await Promise.allSettled(chunks.map(({ arrived }) => arrived));
  }
}
