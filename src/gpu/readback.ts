/**
 * Read-back of results while the GPU keeps working.
 *
 * @module
 */
import { checkNumber } from "../check.ts";
import { StaircaseError } from "../errors.ts";
import type { GpuArray } from "./array.ts";
import type { Commands } from "./commands.ts";
import type { GpuContext } from "./context.ts";

/**
 * A ring of staging buffers. Each turn copies the same arrays into the next buffer of the ring at
 * the end of a submission, and maps it once the GPU is done, while later submissions already run.
 * At most `depth` turns may be unread at a time: await the promise of the oldest first.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { GpuArray } from "./array.ts";
 * import { Commands } from "./commands.ts";
 * import { Gpu } from "./device.ts";
 * import { ReadbackRing } from "./readback.ts";
 *
 * using gpu = await Gpu.open();
 * using array = new GpuArray(gpu, "values", Float32Array.of(1, 2));
 * using ring = new ReadbackRing(gpu, [array], 2);
 * const [values] = await ring.submit(new Commands(gpu));
 * assert.deepEqual(values, Float32Array.of(1, 2));
 * ```
 */
export class ReadbackRing implements Disposable {
  #gpu: GpuContext;
  #sources: readonly GpuArray[];
  #staging: GPUBuffer[] = [];
  #turn = 0;
  #isDisposed = false;

  /**
   * Allocates the staging buffers.
   *
   * @param gpu Device.
   * @param sources Arrays to read at each turn.
   * @param depth Number of staging buffers, at least 1.
   * @throws {InputError} If the depth is out of range.
   */
  constructor(gpu: GpuContext, sources: readonly GpuArray[], depth: number) {
    checkNumber("depth", depth, { min: 1, integer: true });
    this.#gpu = gpu;
    this.#sources = sources;
    const words = sources.reduce((sum, source) => sum + source.length, 0);
    for (let i = 0; i < depth; i++) {
      this.#staging.push(gpu.allocate({
        label: "readback ring",
        size: 4 * words,
        usage: GPUBufferUsage.MAP_READ | GPUBufferUsage.COPY_DST,
      }));
    }
  }

  /**
   * Ends a list of commands with the copy, submits it, and maps the copy when the GPU is done.
   *
   * @param commands Commands to end and submit.
   * @returns The words of each source, in their order; the promise settles while later submissions
   * run.
   * @throws {StaircaseError} The promise rejects if the ring or an array was disposed, or if the
   * device failed or was disposed.
   */
  async submit(commands: Commands): Promise<Float32Array[]> {
    if (this.#isDisposed) {
      throw new StaircaseError("readback ring: used after what it belongs to was disposed; create it again");
    }
    const staging = this.#staging[this.#turn++ % this.#staging.length];
    commands.pack(this.#sources, staging);
    commands.submit();
    const words = new Float32Array((await this.#gpu.map(staging)).slice(0));
    staging.unmap();
    let offset = 0;
    return this.#sources.map(({ length }) => words.subarray(offset, offset += length));
  }

  /** Frees the staging buffers. */
  [Symbol.dispose](): void {
    this.#isDisposed = true;
    for (const buffer of this.#staging) this.#gpu.release(buffer);
  }
}
