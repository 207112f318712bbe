/**
 * Arrays in GPU memory.
 *
 * @module
 */
import { InputError, LimitError, ShapeError, StaircaseError } from "../errors.ts";
import { formatBytes } from "../format.ts";
import type { GpuContext } from "./context.ts";

/**
 * Bytes of a write: 1 MiB. An implementation stages each write in memory of its own. On lavapipe 32
 * MiB at once take ten times as long as in such pieces, since fresh memory is mapped for them.
 */
const WRITE_BYTES = 2 ** 20;

/**
 * An array of 32-bit words in GPU memory, zero at first. Dispose of it to free the memory.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { GpuArray } from "./array.ts";
 * import { Gpu } from "./device.ts";
 *
 * using gpu = await Gpu.open();
 * using array = new GpuArray(gpu, "values", Float32Array.of(1, 2, 3));
 * assert.deepEqual(await array.read(), Float32Array.of(1, 2, 3));
 * ```
 */
export class GpuArray implements Disposable {
  /** Name for error messages. */
  readonly label: string;
  /** Number of 32-bit words. */
  readonly length: number;
  /** The WebGPU buffer. */
  readonly buffer: GPUBuffer;
  #gpu: GpuContext;
  #isDisposed = false;

  /**
   * Allocates an array.
   *
   * @param gpu Device to allocate on.
   * @param label Name for error messages.
   * @param length Number of 32-bit words, or the words themselves.
   * @param room Number of further words in the buffer, for windows that reach beyond the array's
   * end. Default: 0.
   * @throws {LimitError} If the adapter does not allow a buffer of that size.
   * @throws {OutOfMemoryError} If the machine is known to have no memory for it.
   * @throws {StaircaseError} If the device failed or was disposed.
   * @throws {InputError} If a number is not a whole number of at least 0.
   */
  constructor(gpu: GpuContext, label: string, length: number | Float32Array | Uint32Array, room = 0) {
    const words = typeof length === "number" ? length : length.length;
    for (const count of [words, room]) {
      if (Number.isInteger(count) && count >= 0) continue;
      throw new InputError(`${label}: number of words must be a whole number of at least 0, not ${count}`);
    }
    const bytes = Math.max(16, 4 * (words + room));
    const most = Math.min(gpu.limits.maxBufferSize, gpu.limits.maxStorageBufferBindingSize);
    if (bytes > most) {
      throw new LimitError(
        `${label} needs ${formatBytes(bytes)} in one buffer, the adapter allows ${formatBytes(most)}: ` +
          "use fewer samples, replicas or neurons",
      );
    }
    this.#gpu = gpu;
    this.label = label;
    this.length = words;
    this.buffer = gpu.allocate({
      label,
      size: bytes,
      usage: GPUBufferUsage.STORAGE | GPUBufferUsage.UNIFORM | GPUBufferUsage.COPY_SRC |
        GPUBufferUsage.COPY_DST,
    });
    if (typeof length !== "number") this.write(length);
  }

  /**
   * Refuses to use an array that was disposed.
   *
   * @throws {StaircaseError} If it was.
   */
  check(): void {
    if (!this.#isDisposed) return;
    throw new StaircaseError(`${this.label}: used after what it belongs to was disposed; create it again`);
  }

  /**
   * Writes words. The write takes effect before any work submitted later.
   *
   * @param words Words to write.
   * @param offset Index of the first word to overwrite. Default: 0.
   * @throws {ShapeError} If the words reach beyond the array.
   * @throws {StaircaseError} If the array was disposed, or the device failed or was disposed.
   */
  write(words: Float32Array | Uint32Array, offset = 0): void {
    this.check();
    if (!(offset >= 0 && 4 * (offset + words.length) <= this.buffer.size)) {
      throw new ShapeError(
        `${this.label} holds ${this.length} words: ${words.length} from ${offset} on do not fit`,
      );
    }
    const { buffer, byteOffset, byteLength } = words;
    this.#gpu.watch(
      `writing ${this.label}`,
      () => {
        for (let at = 0; at < byteLength; at += WRITE_BYTES) {
          const size = Math.min(WRITE_BYTES, byteLength - at);
          const source = buffer as ArrayBuffer;
          this.#gpu.device.queue.writeBuffer(this.buffer, 4 * offset + at, source, byteOffset + at, size);
        }
      },
      [this.buffer],
    );
  }

  /**
   * Reads the whole array. Waits for the GPU: use {@linkcode ReadbackRing} inside a training loop.
   *
   * @returns Its words as floats.
   * @throws {StaircaseError} If the array was disposed, or the device failed or was disposed.
   */
  async read(): Promise<Float32Array> {
    return new Float32Array(await this.#bytes());
  }

  /**
   * Reads the whole array. Waits for the GPU: use {@linkcode ReadbackRing} inside a training loop.
   *
   * @returns Its words as unsigned integers.
   * @throws {StaircaseError} If the array was disposed, or the device failed or was disposed.
   */
  async readUint32(): Promise<Uint32Array> {
    return new Uint32Array(await this.#bytes());
  }

  async #bytes(): Promise<ArrayBuffer> {
    const gpu = this.#gpu, { device } = gpu;
    this.check();
    const size = 4 * this.length;
    const staging = gpu.allocate({
      label: `${this.label} (staging)`,
      size: Math.max(16, size),
      usage: GPUBufferUsage.MAP_READ | GPUBufferUsage.COPY_DST,
    });
    try {
      gpu.watch(`reading ${this.label}`, () => {
        const encoder = device.createCommandEncoder();
        encoder.copyBufferToBuffer(this.buffer, 0, staging, 0, Math.max(16, size));
        device.queue.submit([encoder.finish()]);
      }, [this.buffer, staging]);
      return (await gpu.map(staging)).slice(0, size);
    } finally {
      gpu.release(staging);
    }
  }

  /** Frees the memory. */
  [Symbol.dispose](): void {
    this.#isDisposed = true;
    this.#gpu.release(this.buffer);
  }
}

/**
 * Allocates several arrays, or none: if one does not fit, those before it are freed.
 *
 * @param gpu Device to allocate on.
 * @param arrays Label and length, or words, of each.
 * @returns The arrays, in the same order.
 * @throws {LimitError} If the adapter does not allow a buffer of one of the sizes.
 * @throws {OutOfMemoryError} If the machine is known to have no memory for them.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { allocateArrays } from "./array.ts";
 * import { Gpu } from "./device.ts";
 *
 * using gpu = await Gpu.open();
 * const [values, results] = allocateArrays(gpu, ["values", Float32Array.of(1, 2)], ["results", 2]);
 * assert.deepEqual(await values.read(), Float32Array.of(1, 2));
 * results[Symbol.dispose](), values[Symbol.dispose]();
 * ```
 */
export function allocateArrays<
  const Arrays extends readonly (readonly [label: string, length: number | Float32Array | Uint32Array])[],
>(gpu: GpuContext, ...arrays: Arrays): { [Index in keyof Arrays]: GpuArray } {
  using stack = new DisposableStack();
  const allocated = arrays.map(([label, length]) => stack.use(new GpuArray(gpu, label, length)));
  stack.move();
  return allocated as { [Index in keyof Arrays]: GpuArray };
}
