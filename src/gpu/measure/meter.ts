/**
 * The GPU work of an action: its time, dispatches, submissions and waits.
 *
 * @module
 */
import { StaircaseError } from "../../errors.ts";
import type { GpuContext, WorkCounter } from "../context.ts";

/** Passes timed by one {@linkcode measure}: a query set holds at most 4,096 timestamps. */
const PASSES = 2048;

/** The GPU work of an action. */
export interface Measurement<T> {
  /** Result of the action. */
  readonly result: T;
  /** Time from its start to its end on the host, in milliseconds. */
  readonly milliseconds: number;
  /**
   * Time of its compute passes on the GPU, in milliseconds. `null` if the adapter takes no
   * timestamps, if a profiler uses them, or after more than 2,048 passes.
   */
  readonly gpuMilliseconds: number | null;
  /** Number of dispatches submitted. */
  readonly dispatches: number;
  /** Number of submissions with dispatches. */
  readonly submissions: number;
  /** Number of waits for results. */
  readonly waits: number;
}

/** Counts and times the work that is submitted while it is the `meter` of a {@linkcode Gpu}. */
export class Meter implements Disposable, WorkCounter {
  /** Number of dispatches so far. */
  dispatches = 0;
  /** Number of submissions with dispatches so far. */
  submissions = 0;
  /** Number of waits for results so far. */
  waits = 0;
  readonly #gpu: GpuContext;
  readonly #queries: GPUQuerySet | null;
  #passes = 0;

  /**
   * Starts at zero.
   *
   * @param gpu Device to measure on.
   */
  constructor(gpu: GpuContext) {
    const { device, profiler } = this.#gpu = gpu;
    gpu.check();
    const timed = !profiler && device.features.has("timestamp-query");
    this.#queries = timed ? device.createQuerySet({ type: "timestamp", count: 2 * PASSES }) : null;
  }

  /**
   * Claims two timestamps for a pass.
   *
   * @returns Timestamps for `beginComputePass`; `undefined` if there are no more.
   */
  nextPass(): GPUComputePassTimestampWrites | undefined {
    const index = 2 * this.#passes++;
    if (!this.#queries || index >= 2 * PASSES) return undefined;
    return {
      querySet: this.#queries,
      beginningOfPassWriteIndex: index,
      endOfPassWriteIndex: index + 1,
    };
  }

  /**
   * Waits for the timestamps.
   *
   * @returns Time of all passes in milliseconds, or `null`; see
   * {@linkcode Measurement.gpuMilliseconds}.
   */
  async read(): Promise<number | null> {
    const passes = this.#passes;
    if (!this.#queries || passes > PASSES) return null;
    if (passes === 0) return 0;
    const { device } = this.#gpu;
    const size = 16 * passes;
    const resolved = device.createBuffer({
      label: "timestamps",
      size,
      usage: GPUBufferUsage.QUERY_RESOLVE | GPUBufferUsage.COPY_SRC,
    });
    const staging = device.createBuffer({
      label: "timestamps (staging)",
      size,
      usage: GPUBufferUsage.MAP_READ | GPUBufferUsage.COPY_DST,
    });
    try {
      const encoder = device.createCommandEncoder();
      encoder.resolveQuerySet(this.#queries, 0, 2 * passes, resolved, 0);
      encoder.copyBufferToBuffer(resolved, 0, staging, 0, size);
      device.queue.submit([encoder.finish()]);
      const stamps = new BigUint64Array((await this.#gpu.map(staging)).slice(0));
      let nanoseconds = 0;
      for (let pass = 0; pass < passes; pass++) {
        nanoseconds += Number(stamps[2 * pass + 1] - stamps[2 * pass]);
      }
      return nanoseconds / 1e6;
    } finally {
      resolved.destroy();
      staging.destroy();
    }
  }

  /** Frees the timestamps. */
  [Symbol.dispose](): void {
    this.#queries?.destroy();
  }
}

/**
 * Runs an action and measures its GPU work. Each pass is timed as a whole, so that measuring costs
 * next to nothing. Measure one action at a time: other work that is submitted meanwhile counts as
 * well.
 *
 * @param gpu Device of the action.
 * @param action Action to measure; it should wait for its results.
 * @returns Its result and its work.
 * @throws {StaircaseError} If another action is being measured.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { svdvals } from "../../linalg/svd/svdvals.ts";
 * import { Gpu } from "../device.ts";
 *
 * using gpu = await Gpu.open();
 * const matrix = { rows: 2, columns: 1, data: Float32Array.of(3, 4) };
 * const { result, dispatches, waits } = await measure(gpu, () => svdvals(gpu, [matrix]));
 * assert.equal(Math.round(result[0][0]), 5);
 * assert(dispatches > 0 && waits > 0);
 * ```
 */
export async function measure<T>(gpu: GpuContext, action: () => Promise<T>): Promise<Measurement<T>> {
  if (gpu.meter) throw new StaircaseError("another action is being measured: await it first");
  using meter = new Meter(gpu);
  gpu.meter = meter;
  let result: T, milliseconds: number;
  try {
    const start = performance.now();
    result = await action();
    milliseconds = performance.now() - start;
  } finally {
    gpu.meter = null;
  }
  const { dispatches, submissions, waits } = meter;
  return {
    result,
    milliseconds,
    gpuMilliseconds: await meter.read(),
    dispatches,
    submissions,
    waits,
  };
}
