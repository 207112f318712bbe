/**
 * Results on their way back to the host while the GPU works on.
 *
 * @module
 */
import type { GpuArray } from "./array.ts";
import type { Commands } from "./commands.ts";
import type { GpuContext } from "./context.ts";

/**
 * A ring of staging buffers. Each turn copies the same arrays into the next buffer of the ring at the end of a
 * submission, and maps it once the GPU is done, while later submissions already run. With `depth` buffers, at most
 * `depth` turns may be on their way.
 */
export class ReadbackRing implements Disposable {
  #gpu: GpuContext;
  #sources: readonly GpuArray[];
  #staging: GPUBuffer[] = [];
  #turn = 0;

  /**
   * Allocates the staging buffers.
   *
   * @param gpu Device.
   * @param sources Arrays to read at each turn.
   * @param depth Number of staging buffers.
   */
  constructor(gpu: GpuContext, sources: readonly GpuArray[], depth: number) {
    this.#gpu = gpu;
    this.#sources = sources;
    const words = sources.reduce((sum, source) => sum + source.length, 0);
    for (let i = 0; i < depth; i++) {
      this.#staging.push(gpu.device.createBuffer({
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
   * @returns The words of each source, in their order; the promise settles while later submissions run.
   * @throws {StaircaseError} The promise rejects where the device failed.
   */
  submit(commands: Commands): Promise<Float32Array[]> {
    const staging = this.#staging[this.#turn++ % this.#staging.length];
    commands.pack(this.#sources, staging);
    commands.submit();
    return this.#read(staging);
  }

  async #read(staging: GPUBuffer): Promise<Float32Array[]> {
    const words = new Float32Array((await this.#gpu.map(staging)).slice(0));
    staging.unmap();
    let offset = 0;
    return this.#sources.map(({ length }) => words.subarray(offset, offset += length));
  }

  /** Frees the staging buffers. */
  [Symbol.dispose](): void {
    for (const buffer of this.#staging) buffer.destroy();
  }
}
