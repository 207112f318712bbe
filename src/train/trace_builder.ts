/**
 * The trace of a run, put together from the records of its submissions.
 *
 * @module
 */
import { InputError } from "../errors.ts";
import type { DivergedReplica, SavedTraining, TraceChunk } from "./state.ts";
import type { Probe, Trace } from "./trace.ts";
import { viewTrace } from "./trace_view.ts";

const NONE = new Float32Array(0);

/**
 * Puts chunks together to a trace.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 *
 * const builder = new TraceBuilder({ replicas: 1, epsilons: [1e-6] });
 * const chunk = { count: 2, probes: [], diverged: [], state: null };
 * builder.add({ ...chunk, first: 0, losses: [Float32Array.of(4, 3)] });
 * builder.add({ ...chunk, first: 2, losses: [Float32Array.of(2, 1)] });
 * assert.deepEqual(builder.trace.losses[0], Float32Array.of(4, 3, 2, 1));
 * ```
 */
export class TraceBuilder {
  /** Replicas that have diverged, with the step at which they did: their trace ends before it. */
  readonly diverged = new Map<number, number>();
  /** The same with their layers, in the order in which they diverged. */
  readonly divergedReplicas: DivergedReplica[] = [];

  readonly #epsilons: readonly number[];
  readonly #isKept: boolean;
  #losses: Float32Array[];
  /** Whether the rows of losses are quantiles, not replicas. */
  #isReduced = false;
  readonly #replicas: number;
  readonly #probes: Probe[] = [];
  #steps = 0;

  /**
   * Starts a trace.
   *
   * @param shape Number of replicas, thresholds, and whether chunks are kept at all; without them,
   * only divergence is. Default: kept.
   */
  constructor(
    { replicas, epsilons, retain = true }: Pick<Trace, "replicas" | "epsilons"> & {
      readonly retain?: boolean;
    },
  ) {
    this.#epsilons = epsilons;
    this.#isKept = retain;
    // Room is made when there is something to hold: the shape may be that of a damaged file.
    this.#losses = new Array<Float32Array>(replicas).fill(NONE);
    this.#replicas = replicas;
  }

  /** The trace so far. */
  get trace(): Trace {
    const rows = this.#losses.map((losses, row) => losses.subarray(0, this.#end(row, this.#steps)));
    return viewTrace({
      replicas: this.#replicas,
      epsilons: this.#epsilons,
      ...this.#isReduced ? { losses: [], lossQuantiles: rows } : { losses: rows },
      probes: this.#probes,
    });
  }

  /**
   * Takes in what an earlier training recorded before its state. Comes before any chunk.
   *
   * @param saved The training.
   * @throws {InputError} If its trace is of another run, ends too early, or is missing.
   */
  start({ state: { step, diverged }, trace }: SavedTraining): void {
    this.#diverge(diverged);
    if (!this.#isKept) return;
    if (trace === null) {
      if (step === 0) return;
      throw new InputError(
        `a trace is kept that begins at step ${step}: give the trace up to there, or retain: false`,
      );
    }
    const rows = this.#rowsOf(trace);
    const reachesState = (losses: Float32Array, row: number) => losses.length >= this.#end(row, step);
    if (
      trace.replicas !== this.#replicas || rows.length !== this.#losses.length || !rows.every(reachesState)
    ) {
      throw new InputError(
        `the trace does not reach step ${step} of ${this.#replicas} replicas: give that of the same run`,
      );
    }
    this.#makeRoom(step);
    for (const [row, losses] of rows.entries()) this.#losses[row].set(losses.subarray(0, step));
    for (const probe of trace.probes) if (probe.step < step) this.#probes.push(probe);
    this.#steps = step;
  }

  /**
   * Adds the next chunk.
   *
   * @param chunk The chunk.
   */
  add(chunk: TraceChunk): void {
    const { first, count, probes, diverged } = chunk;
    this.#diverge(diverged);
    if (!this.#isKept) return;
    const rows = this.#rowsOf(chunk);
    this.#steps = first + count;
    this.#makeRoom(this.#steps);
    for (const [row, each] of rows.entries()) this.#losses[row].set(each, first);
    for (const probe of probes) this.#probes.push(probe);
  }

  /** Losses of replicas, or quantiles: the first ones tell which there are. */
  #rowsOf({ losses, lossQuantiles }: Pick<Trace, "losses" | "lossQuantiles">): readonly Float32Array[] {
    if (lossQuantiles && this.#steps === 0 && !this.#isReduced) {
      this.#isReduced = true;
      this.#losses = lossQuantiles.map(() => NONE);
    }
    return lossQuantiles ?? losses;
  }

  /** Step before which a row ends. */
  #end(row: number, steps: number): number {
    return this.#isReduced ? steps : Math.min(steps, this.diverged.get(row) ?? Infinity);
  }

  #diverge(diverged: readonly DivergedReplica[]): void {
    for (const each of diverged) {
      this.diverged.set(each.replica, each.step);
      this.divergedReplicas.push(each);
    }
  }

  /**
   * Makes room that grows with the run: a run that goes on until it is stopped may ask for billions
   * of steps.
   */
  #makeRoom(steps: number): void {
    for (const [row, losses] of this.#losses.entries()) {
      if (losses.length >= steps) continue;
      this.#losses[row] = new Float32Array(Math.max(steps, 2 * losses.length));
      this.#losses[row].set(losses);
    }
  }
}
