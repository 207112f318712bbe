/**
 * GPU time per kernel, by timestamp queries.
 *
 * @module
 */
import type { DispatchTimer, GpuContext } from "../context.ts";

/** Accumulated GPU time of one kernel. */
export interface KernelTime {
  /** Name of the kernel. */
  readonly name: string;
  /** Number of dispatches that were timed. */
  readonly count: number;
  /** Sum of their times, in milliseconds. */
  readonly milliseconds: number;
}

/**
 * Number of dispatches timed per submission; further ones run untimed, since a query set holds at
 * most 4,096 timestamps.
 */
const DISPATCHES = 2048;

/**
 * Collects the time of every dispatch. Timed dispatches do not overlap: use the totals to compare
 * kernels, not as wall time.
 */
export class Profiler implements Disposable, DispatchTimer {
  #gpu: GpuContext;
  #queries: GPUQuerySet;
  #resolved: GPUBuffer;
  #names: string[] = [];
  #staging: GPUBuffer | null = null;
  #pending: Promise<void>[] = [];
  #times = new Map<string, { count: number; nanoseconds: number }>();

  /**
   * Allocates the timestamps.
   *
   * @param gpu Device with the feature `timestamp-query`.
   */
  constructor(gpu: GpuContext) {
    const { device } = this.#gpu = gpu;
    this.#queries = device.createQuerySet({ type: "timestamp", count: 2 * DISPATCHES });
    this.#resolved = device.createBuffer({
      label: "timestamps",
      size: 16 * DISPATCHES,
      usage: GPUBufferUsage.QUERY_RESOLVE | GPUBufferUsage.COPY_SRC,
    });
  }

  /**
   * Claims two timestamps for a pass with one dispatch.
   *
   * @param name Name of the kernel.
   * @returns Timestamps for `beginComputePass`; `undefined` if the submission has no more.
   */
  next(name: string): GPUComputePassTimestampWrites | undefined {
    if (this.#names.length === DISPATCHES) return undefined;
    const index = 2 * (this.#names.push(name) - 1);
    return { querySet: this.#queries, beginningOfPassWriteIndex: index, endOfPassWriteIndex: index + 1 };
  }

  /**
   * Ends a submission's timing: its timestamps go to a staging buffer.
   *
   * @param encoder Encoder of the submission, outside any pass.
   */
  resolve(encoder: GPUCommandEncoder): void {
    const count = this.#names.length;
    if (count === 0) return;
    this.#staging = this.#gpu.device.createBuffer({
      label: "timestamps (staging)",
      size: 16 * count,
      usage: GPUBufferUsage.MAP_READ | GPUBufferUsage.COPY_DST,
    });
    encoder.resolveQuerySet(this.#queries, 0, 2 * count, this.#resolved, 0);
    encoder.copyBufferToBuffer(this.#resolved, 0, this.#staging, 0, 16 * count);
  }

  /** Reads the staging buffer once the submission is done. Call it after submitting. */
  collect(): void {
    const staging = this.#staging, names = this.#names;
    if (!staging) return;
    this.#staging = null;
    this.#names = [];
    const read = this.#gpu.map(staging).then((bytes) => {
      const stamps = new BigUint64Array(bytes);
      names.forEach((name, i) => {
        const entry = this.#times.get(name) ?? { count: 0, nanoseconds: 0 };
        entry.count++;
        entry.nanoseconds += Number(stamps[2 * i + 1] - stamps[2 * i]);
        this.#times.set(name, entry);
      });
      staging.destroy();
    });
    read.catch(() => {}); // The report rejects with this error.
    this.#pending.push(read);
  }

  /**
   * Waits for outstanding timestamps.
   *
   * @returns Time per kernel, the longest first.
   * @throws {StaircaseError} If the device failed.
   */
  async report(): Promise<KernelTime[]> {
    await Promise.all(this.#pending.splice(0));
    return [...this.#times]
      .map(([name, { count, nanoseconds }]) => ({ name, count, milliseconds: nanoseconds / 1e6 }))
      .sort((a, b) => b.milliseconds - a.milliseconds);
  }

  /** Frees the timestamps. */
  [Symbol.dispose](): void {
    this.#queries.destroy();
    this.#resolved.destroy();
  }
}
