/**
 * Lists of commands: many dispatches in one submission.
 *
 * @module
 */
import type { GpuArray } from "./array.ts";
import type { GpuContext } from "./context.ts";
import type { Dispatch } from "./kernel.ts";
import { copyToTexture, operandTexture } from "./operand_texture.ts";

/**
 * A list of commands being recorded. Consecutive dispatches share one compute pass, in which each
 * sees the writes of those before it. With a profiler every dispatch gets a pass of its own, timed
 * at both ends.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { GpuArray } from "./array.ts";
 * import { Commands } from "./commands.ts";
 * import { Gpu } from "./device.ts";
 *
 * using gpu = await Gpu.open();
 * using source = new GpuArray(gpu, "source", Float32Array.of(1, 2, 3));
 * using target = new GpuArray(gpu, "target", 2);
 * const commands = new Commands(gpu);
 * commands.copy(source, 1, target, 0, 2);
 * commands.submit();
 * assert.deepEqual(await target.read(), Float32Array.of(2, 3));
 * ```
 */
export class Commands {
  /** Number of dispatches recorded. */
  dispatches = 0;
  #gpu: GpuContext;
  #encoder: GPUCommandEncoder;
  #pass: GPUComputePassEncoder | null = null;
  #pipeline: GPUComputePipeline | null = null;
  /** Dispatches that were recorded, each once: a training repeats the same ones. */
  readonly #recorded = new Set<Dispatch>();
  readonly #copied = new Set<GpuArray>();

  /**
   * Starts an empty list.
   *
   * @param gpu Device of the commands.
   * @throws {StaircaseError} If the device failed or was disposed.
   */
  constructor(gpu: GpuContext) {
    gpu.check();
    this.#gpu = gpu;
    this.#encoder = gpu.device.createCommandEncoder();
  }

  /**
   * Records dispatches, in order.
   *
   * @param dispatches Bound kernels, and lists of them.
   */
  run(...dispatches: readonly (Dispatch | readonly Dispatch[])[]): void {
    for (const dispatch of dispatches.flat() as Dispatch[]) {
      const { profiler, meter } = this.#gpu;
      if (profiler || dispatch.textured.length > 0) this.#endPass();
      for (const window of dispatch.textured) {
        copyToTexture(this.#encoder, window, operandTexture(this.#gpu));
      }
      if (!this.#pass) {
        const timestampWrites = profiler ? profiler.next(dispatch.name) : meter?.nextPass();
        this.#pass = this.#encoder.beginComputePass(timestampWrites ? { timestampWrites } : {});
      }
      if (this.#pipeline !== dispatch.pipeline) this.#pass.setPipeline(this.#pipeline = dispatch.pipeline);
      this.#pass.setBindGroup(0, dispatch.bindGroup);
      this.#pass.dispatchWorkgroups(...dispatch.workgroups);
      this.#recorded.add(dispatch);
      this.dispatches++;
    }
  }

  /**
   * Records a copy of whole arrays, packed one behind the other.
   *
   * @param sources Arrays to copy.
   * @param target Buffer to copy into, from its start.
   */
  pack(sources: readonly GpuArray[], target: GPUBuffer): void {
    this.#endPass();
    let offset = 0;
    for (const source of sources) {
      const { buffer, length } = source;
      this.#copied.add(source);
      this.#encoder.copyBufferToBuffer(buffer, 0, target, offset, 4 * length);
      offset += 4 * length;
    }
  }

  /**
   * Records a copy from one array to another.
   *
   * @param source Array to copy from.
   * @param first Index of the first word to copy.
   * @param target Array to copy to.
   * @param at Index of the first word to write.
   * @param length Number of words.
   */
  copy(source: GpuArray, first: number, target: GpuArray, at: number, length: number): void {
    this.#endPass();
    this.#copied.add(source).add(target);
    this.#encoder.copyBufferToBuffer(source.buffer, 4 * first, target.buffer, 4 * at, 4 * length);
  }

  /**
   * Records a copy from a buffer that another program owns, such as that of a tensor.
   *
   * @param source Buffer to copy from, with `GPUBufferUsage.COPY_SRC`.
   * @param first Index of the first 32-bit word to copy.
   * @param target Array to copy to.
   * @param at Index of the first word to write.
   * @param length Number of words.
   */
  copyFrom(source: GPUBuffer, first: number, target: GpuArray, at: number, length: number): void {
    this.#endPass();
    this.#copied.add(target);
    this.#encoder.copyBufferToBuffer(source, 4 * first, target.buffer, 4 * at, 4 * length);
  }

  /**
   * Submits the list. It can not be used again.
   *
   * @throws {StaircaseError} If an array of it was disposed, or the device failed or was disposed.
   * Nothing is submitted then, and the device is as good as before.
   */
  submit(): void {
    this.#endPass();
    this.#gpu.check();
    for (const array of this.#copied) array.check();
    for (const { arrays } of this.#recorded) {
      for (const array of arrays) array.check();
    }
    const { meter } = this.#gpu;
    if (meter && this.dispatches > 0) {
      meter.dispatches += this.dispatches;
      meter.submissions++;
    }
    this.#gpu.profiler?.resolve(this.#encoder);
    this.#gpu.device.queue.submit([this.#encoder.finish()]);
    this.#gpu.profiler?.collect();
  }

  #endPass(): void {
    this.#pass?.end();
    this.#pass = null;
    this.#pipeline = null;
  }
}
