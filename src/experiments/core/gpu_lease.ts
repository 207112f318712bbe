/**
 * A device that is replaced when it is lost.
 *
 * @module
 */
import { DeviceLostError } from "../../errors.ts";
import type { Gpu } from "../../gpu/device.ts";

/**
 * The current device of a long piece of work, and a way to another one when it is lost: a driver
 * was reset, an adapter was unplugged.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { Gpu } from "../../gpu/device.ts";
 * import { GpuLease } from "./gpu_lease.ts";
 *
 * using lease = await GpuLease.open(() => Gpu.open());
 * const lost = lease.gpu;
 * lost.device.destroy();
 * await lost.device.lost;
 * assert(lease.isLoss(new Error("any error of a lost device")));
 * assert.notEqual(await lease.reopen(), lost);
 * ```
 */
export class GpuLease implements Disposable {
  #gpu: Gpu;
  readonly #open: () => Promise<Gpu>;

  private constructor(gpu: Gpu, open: () => Promise<Gpu>) {
    this.#gpu = gpu;
    this.#open = open;
  }

  /**
   * Opens a device.
   *
   * @param open Opens one, now and each time it is lost.
   * @returns The lease, which owns the device.
   * @throws {GpuUnavailableError} If there is no adapter.
   */
  static async open(open: () => Promise<Gpu>): Promise<GpuLease> {
    return new GpuLease(await open(), open);
  }

  /** The current device. */
  get gpu(): Gpu {
    return this.#gpu;
  }

  /**
   * Tells whether an error came from the loss of the device. Work on a lost device may fail with
   * any error.
   *
   * @param error The error.
   * @returns Whether it did.
   */
  isLoss(error: unknown): boolean {
    return error instanceof DeviceLostError || this.#gpu.error instanceof DeviceLostError;
  }

  /**
   * Replaces a device that was lost.
   *
   * @returns The new one.
   * @throws {GpuUnavailableError} If there is no adapter any more.
   */
  async reopen(): Promise<Gpu> {
    this.#gpu[Symbol.dispose]();
    return this.#gpu = await this.#open();
  }

  /** Frees the device. */
  [Symbol.dispose](): void {
    this.#gpu[Symbol.dispose]();
  }
}
