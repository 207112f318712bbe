/**
 * Structs in GPU memory that kernels read their sizes and settings from, one buffer for each
 * content.
 *
 * @module
 */

/** A struct in GPU memory. Its {@linkcode Gpu} owns it and frees it; kernels only read it. */
export interface GpuStruct {
  /** Name for error messages. */
  readonly label: string;
  /** WebGPU buffer. */
  readonly buffer: GPUBuffer;
}

/**
 * Number of structs that are kept. A training run was measured to have 44 of them (two hidden
 * layers of the default widths) to 192 (two of 300), 4 to 13 KB in all, so that a sweep over 20 to
 * 90 different networks keeps all of its structs.
 */
const MOST = 4096;

/**
 * Structs by content. Equal structs share one buffer, so that training the same network again
 * allocates no new ones. The cache drops the struct that was asked for least recently when it holds
 * more than 4,096. It does not destroy that one, since commands may still hold it: the garbage
 * collector frees it after them.
 */
export class StructCache implements Disposable {
  readonly #device: GPUDevice;
  readonly #structs = new Map<string, GpuStruct>();

  /**
   * Starts empty.
   *
   * @param device Device to allocate on.
   */
  constructor(device: GPUDevice) {
    this.#device = device;
  }

  /**
   * Finds the struct with these words, or allocates it.
   *
   * @param label Name for error messages; structs with different labels share no buffer.
   * @param words Words of the struct, as `packStruct` lays them out.
   * @returns The struct.
   */
  get(label: string, words: Uint32Array<ArrayBuffer>): GpuStruct {
    const key = `${label}:${words}`;
    const struct = this.#structs.get(key) ?? this.#allocate(label, words);
    // A map iterates in the order of insertion: the least recently used struct comes first.
    this.#structs.delete(key);
    this.#structs.set(key, struct);
    if (this.#structs.size > MOST) this.#structs.delete(this.#structs.keys().next().value!);
    return struct;
  }

  #allocate(label: string, words: Uint32Array<ArrayBuffer>): GpuStruct {
    const buffer = this.#device.createBuffer({
      label,
      size: Math.max(16, words.byteLength),
      usage: GPUBufferUsage.STORAGE | GPUBufferUsage.UNIFORM | GPUBufferUsage.COPY_DST,
    });
    this.#device.queue.writeBuffer(buffer, 0, words);
    return { label, buffer };
  }

  /** Frees every struct that the cache holds. */
  [Symbol.dispose](): void {
    for (const { buffer } of this.#structs.values()) buffer.destroy();
    this.#structs.clear();
  }
}
