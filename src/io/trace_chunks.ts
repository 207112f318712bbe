/**
 * A trace in chunks.
 *
 * @module
 */
import type { TraceChunk } from "../train/state.ts";
import type { Trace } from "../train/trace.ts";

/** Steps of a chunk that a trace is cut into. */
const STEPS = 4096;

/**
 * Cuts a trace into chunks, as a training yields them.
 *
 * @param trace The trace.
 * @returns The chunks. Where a replica diverged it is named, and its losses are NaN.
 */
export function* chunksOf({ losses, lossQuantiles, probes }: Trace): Generator<TraceChunk, void, void> {
  const steps = (lossQuantiles ?? losses).reduce((most, { length }) => Math.max(most, length), 0);
  let next = 0, first = 0;
  do {
    const end = Math.min(steps, first + STEPS), from = next;
    while (next < probes.length && (probes[next].step < end || end === steps)) next++;
    yield {
      first,
      count: end - first,
      losses: losses.map((some) => {
        if (some.length >= end) return some.subarray(first, end);
        const padded = new Float32Array(end - first).fill(NaN);
        padded.set(some.subarray(first, end));
        return padded;
      }),
      ...lossQuantiles && { lossQuantiles: lossQuantiles.map((some) => some.subarray(first, end)) },
      probes: probes.slice(from, next),
      diverged: [...losses.entries()].filter(([, { length }]) =>
        length < steps && length >= first && length < end
      )
        .map(([replica, { length }]) => ({ replica, step: length, layer: null })),
      state: null,
    };
    first = end;
  } while (first < steps);
}
