/**
 * A trace put together from chunks.
 *
 * @module
 */
import type { TraceChunk } from "../train/state.ts";
import type { Probe, Trace } from "../train/trace.ts";
import type { TraceShape } from "./chunk_bytes.ts";

const NONE = new Float32Array(0);

/** Puts a trace together from its chunks, in order. */
export class TraceBuilder {
  /** Networks that diverged, with the step at which their loss was first not finite. */
  readonly diverged: Map<number, number> = new Map();
  readonly #shape: TraceShape;
  readonly #losses: Float32Array[];
  readonly #probes: Probe[] = [];
  #steps = 0;

  /**
   * Begins with an empty trace.
   *
   * @param shape Replicas and thresholds of the run.
   */
  constructor({ replicas, epsilons }: TraceShape) {
    this.#shape = { replicas, epsilons };
    this.#losses = new Array<Float32Array>(replicas).fill(NONE);
  }

  /** Number of steps so far. */
  get steps(): number {
    return this.#steps;
  }

  /**
   * Adds the next chunk.
   *
   * @param chunk The chunk.
   */
  add({ first, count, losses, probes, diverged }: TraceChunk): void {
    this.#steps = first + count;
    for (const [replica, some] of losses.entries()) {
      const needed = first + some.length;
      if (this.#losses[replica].length < needed) {
        const larger = new Float32Array(Math.max(needed, 2 * this.#losses[replica].length));
        larger.set(this.#losses[replica]);
        this.#losses[replica] = larger;
      }
      this.#losses[replica].set(some, first);
    }
    for (const probe of probes) this.#probes.push(probe);
    for (const { replica, step } of diverged) this.diverged.set(replica, step);
  }

  /** The trace so far. Losses of a replica end where it diverged. */
  get trace(): Trace {
    return {
      ...this.#shape,
      losses: this.#losses.map((losses, replica) =>
        losses.subarray(0, Math.min(this.#steps, this.diverged.get(replica) ?? Infinity))
      ),
      probes: this.#probes,
    };
  }
}
