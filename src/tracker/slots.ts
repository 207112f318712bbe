/**
 * Memory for the features of tracked steps, used again and again.
 *
 * @module
 */
import { GpuArray } from "../gpu/array.ts";
import type { Gpu } from "../gpu/device.ts";

/** Slots: arrays that each hold the features of one step. */
export class Slots implements Disposable {
  readonly #gpu: Gpu;
  readonly #all = new Set<GpuArray>();
  #free: GpuArray[] = [];

  /**
   * Starts without any.
   *
   * @param gpu Device.
   */
  constructor(gpu: Gpu) {
    this.#gpu = gpu;
  }

  /**
   * Finds a free slot, or allocates one; free ones of other sizes make way for it.
   *
   * @param words Words of the slot.
   * @returns The slot.
   * @throws {LimitError} If the adapter has no room for it.
   */
  take(words: number): GpuArray {
    const index = this.#free.findIndex(({ length }) => length === words);
    if (index >= 0) return this.#free.splice(index, 1)[0];
    for (const slot of this.#free.splice(0)) {
      this.#all.delete(slot);
      slot[Symbol.dispose]();
    }
    const slot = new GpuArray(this.#gpu, "features of a tracked step", words);
    this.#all.add(slot);
    return slot;
  }

  /**
   * Takes a slot back.
   *
   * @param slot The slot.
   */
  release(slot: GpuArray): void {
    if (this.#all.has(slot)) this.#free.push(slot);
  }

  /** Frees the memory of all slots. */
  [Symbol.dispose](): void {
    for (const slot of this.#all) slot[Symbol.dispose]();
    this.#all.clear();
    this.#free = [];
  }
}
