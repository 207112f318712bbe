/**
 * The GPU device: opening, limits, failures, and the kernels compiled on it.
 *
 * @module
 */
import { checkName } from "../check.ts";
import { GpuUnavailableError, InputError, type StaircaseError } from "../errors.ts";
import { type AdapterInfo, adapterName, adapterPreferences, isSoftware, openDevice } from "./adapter.ts";
import type { GpuContext, WorkCounter } from "./context.ts";
import { DeviceFailure } from "./failure.ts";
import { implementationOf, ownImplementation } from "./implementation.ts";
import type { Kernel, KernelSource, OverrideConstants } from "./kernel.ts";
import { type Deferred, KernelCache } from "./kernel_cache.ts";
import { DeviceMemory, spareMemory } from "./memory.ts";
import { Profiler } from "./measure/profiler.ts";
import { checkOptions, type GpuFromOptions, type GpuOptions } from "./options.ts";
import { type GpuStruct, StructCache } from "./struct_cache.ts";
import { type Choice, Tuner } from "./tune/tuner.ts";

export type { AdapterPreference } from "./adapter.ts";

/**
 * An open GPU device. Disposing of it frees the device and everything on it, or, if the device is a
 * caller's own, only what this object allocated.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { Gpu } from "./device.ts";
 *
 * using gpu = await Gpu.open();
 * assert.notEqual(gpu.adapterName, "");
 * ```
 */
export class Gpu implements Disposable, GpuContext {
  /** WebGPU device. In this toolkit only the modules of `src/gpu` call it. */
  readonly device: GPUDevice;
  /** Name of the implementation of WebGPU: `wgpu` for Deno's own. */
  readonly implementation: string;
  /** Name of the adapter as its driver gives it. */
  readonly adapterName: string;
  /** Whether the adapter is a CPU in place of a GPU. */
  readonly software: boolean;
  /** Times of every dispatch; `null` unless {@linkcode GpuFromOptions.profile} is set. */
  readonly profiler: Profiler | null;
  /** Chooser of variants of kernels; `null` unless {@linkcode GpuFromOptions.autotune} is set. */
  readonly tuner: Tuner | null;
  /** Counter of submitted work; `null` unless {@linkcode measure} runs. */
  meter: WorkCounter | null = null;

  readonly #kernels: KernelCache;
  readonly #structs: StructCache;
  readonly #failure: DeviceFailure;
  readonly #memory: DeviceMemory;
  readonly #isOwn: boolean;

  private constructor(device: GPUDevice, info: AdapterInfo, options: GpuOptions, isOwn: boolean) {
    const { profile = false, autotune = false, implementation, memory } = options;
    this.device = device;
    this.implementation = implementation?.name ?? implementationOf(device);
    this.adapterName = adapterName(info);
    this.software = isSoftware(info);
    this.#isOwn = isOwn;
    if (profile && !device.features.has("timestamp-query")) {
      if (isOwn) device.destroy();
      throw new GpuUnavailableError(`${this.adapterName} takes no timestamps: do without a profile`);
    }
    this.#structs = new StructCache(device);
    this.#failure = new DeviceFailure(device, isOwn);
    this.#memory = new DeviceMemory(this.#failure, memory ?? (this.software ? spareMemory() : Infinity));
    this.#kernels = new KernelCache(this);
    this.profiler = profile ? new Profiler(this) : null;
    this.tuner = autotune ? new Tuner(this, info, autotune === true ? null : autotune) : null;
  }

  /**
   * Opens an adapter's device with all the limits that the adapter has.
   *
   * @param options Adapter to take, and whether to time its work: for a profile, or to choose
   * variants of kernels.
   * @returns The device.
   * @throws {GpuUnavailableError} If there is no such adapter; the message says how to install a
   * software one. Also if a profile is asked for that the adapter can not give.
   * @throws {InputError} If an option does not exist or has an unknown value.
   */
  static async open(options: GpuOptions = {}): Promise<Gpu> {
    checkOptions(options, ["adapter", "implementation"]);
    const preference = checkName("adapter", options.adapter ?? "high-performance", adapterPreferences);
    const { gpu } = options.implementation ?? ownImplementation();
    const [device, info] = await openDevice(preference, gpu);
    return new Gpu(device, info, options, true);
  }

  /**
   * Uses a device that the caller owns, with the limits and features that it was granted. Disposing
   * of the result frees its own structs and timestamps and leaves the device open. Arrays belong to
   * their makers, as on any device.
   *
   * An error on the device that no error scope catches makes {@linkcode Gpu.failure} reject, even
   * if your own calls caused it.
   *
   * @param device An open device. Its work can be profiled if it was granted `timestamp-query`.
   * @param options Whether to time the device's work: for a profile, or to choose variants of
   * kernels.
   * @returns The device, for use with everything in this toolkit.
   * @throws {GpuUnavailableError} If a profile is asked for and the device has no timestamps.
   * @throws {InputError} If an option does not exist or has an unknown value.
   *
   * @example
   * ```ts
   * import assert from "node:assert/strict";
   * import { svdvals } from "../linalg/svd/svdvals.ts";
   * import { Gpu } from "./device.ts";
   *
   * const adapter = await navigator.gpu.requestAdapter();
   * const device = await adapter!.requestDevice();
   * {
   *   using gpu = Gpu.from(device);
   *   const [[value]] = await svdvals(gpu, [{ rows: 2, columns: 1, data: Float32Array.of(3, 4) }]);
   *   assert.equal(Math.round(value), 5);
   * }
   * device.createBuffer({ size: 16, usage: GPUBufferUsage.STORAGE }); // The device is still open.
   * device.destroy();
   * ```
   */
  static from(device: GPUDevice, options: GpuFromOptions = {}): Gpu {
    checkOptions(options);
    if (typeof device?.createBuffer !== "function") {
      throw new InputError("device must be a GPUDevice: give the result of GPUAdapter.requestDevice()");
    }
    return new Gpu(device, device.adapterInfo ?? {}, options, false);
  }

  /** Rejects if the device is lost, or at an error that no scope catches; never resolves. */
  get failure(): Promise<never> {
    return this.#failure.promise;
  }

  /**
   * Why this device can not be used any more: its first failure, or its disposal; `null` while it
   * can.
   */
  get error(): StaircaseError | null {
    return this.#failure.error;
  }

  /**
   * Refuses to use a device that failed or was disposed. Everything that uses the device calls this
   * first.
   *
   * @throws {DeviceLostError} If the device was lost: open another one.
   * @throws {StaircaseError} If it failed otherwise, or was disposed.
   */
  check(): void {
    this.#failure.check();
  }

  /**
   * Variants of kernels chosen by timing so far; empty without {@linkcode GpuFromOptions.autotune}.
   */
  get choices(): readonly Choice[] {
    return this.tuner?.choices ?? [];
  }

  /** Limits that the device grants. */
  get limits(): GPUSupportedLimits {
    return this.device.limits;
  }

  /**
   * Compiles a kernel, once for each set of constants.
   *
   * @param source Files and entry point of the kernel.
   * @param constants Values of its `override` constants.
   * @returns The kernel.
   * @throws {KernelError} If the device rejects it; the message names the kernel.
   * @throws {StaircaseError} If the device was lost or disposed.
   * @throws {InputError} If the source has an unknown key, or another kernel has its name.
   */
  async kernel(source: KernelSource, constants: OverrideConstants = {}): Promise<Kernel> {
    this.check();
    return await this.#kernels.get(source, constants);
  }

  /**
   * Does something whose kernels may never run, or not soon: those that it asks for are compiled
   * when they first do, unless they are before. One that is rejected then fails the device.
   *
   * @param action Binds kernels.
   * @returns The action's result, and a function that compiles its kernels.
   */
  async deferring<T>(action: () => Promise<T>): Promise<Deferred<T>> {
    return await this.#kernels.deferring(action);
  }

  /**
   * Runs an action and waits for the device's verdict on it.
   *
   * @param name Name of the action for error messages.
   * @param action Synchronous calls to the device.
   * @returns The action's result.
   * @throws {KernelError} If the device rejects a call; the message has the name and the device's
   * first lines.
   */
  scope<T>(name: string, action: () => T): Promise<T> {
    return this.#failure.scope(name, action);
  }

  /**
   * Runs an action at once. If the device rejects a call later, {@linkcode Gpu.failure} names the
   * action, unless the cause is memory that was refused to one of the buffers.
   *
   * @param name Name of the action for error messages.
   * @param action Synchronous calls to the device.
   * @param buffers Buffers that the calls use. Default: none.
   * @returns The action's result.
   */
  watch<T>(name: string, action: () => T, buffers: readonly GPUBuffer[] = []): T {
    return this.#failure.watch(name, action, buffers);
  }

  /** Bytes that buffers may still take; `Infinity` where nothing is known. */
  get memoryLeft(): number {
    return this.#memory.left;
  }

  /**
   * Allocates a buffer. If the device refuses the memory for it, {@linkcode Gpu.failure} rejects
   * when commands that use the buffer are submitted, and {@linkcode Gpu.accept} rejects before.
   *
   * @param descriptor Label, size and usage.
   * @returns The buffer.
   * @throws {OutOfMemoryError} If the machine is known to have no memory for it.
   */
  allocate(descriptor: GPUBufferDescriptor): GPUBuffer {
    return this.#memory.allocate(descriptor);
  }

  /**
   * Frees a buffer.
   *
   * @param buffer The buffer.
   */
  release(buffer: GPUBuffer): void {
    this.#memory.release(buffer);
  }

  /**
   * Waits for the device's verdict on buffers and bind groups.
   *
   * @param made What was allocated or bound. Default: all buffers in use.
   * @throws {OutOfMemoryError} If the device has no memory for one of them.
   * @throws {KernelError} If it refuses one for another reason.
   */
  async accept(made?: readonly (GPUBuffer | GPUBindGroup)[]): Promise<void> {
    if (made) return await this.#failure.accept(made);
    await this.#memory.accept();
    this.check();
  }

  /**
   * Maps a staging buffer for reading, once the GPU is done with it.
   *
   * @param staging Buffer to map.
   * @returns Its bytes, until it is unmapped.
   * @throws {StaircaseError} If the device failed or was disposed.
   */
  map(staging: GPUBuffer): Promise<ArrayBuffer> {
    if (this.meter) this.meter.waits++;
    return this.#failure.map(staging);
  }

  /**
   * Finds the struct with these words in GPU memory, or allocates it; see {@linkcode gpuStruct}.
   *
   * @param label Name for error messages.
   * @param words Words of the struct.
   * @returns The struct, which this object owns.
   * @throws {StaircaseError} If the device was disposed.
   */
  struct(label: string, words: Uint32Array<ArrayBuffer>): GpuStruct {
    this.check();
    return this.#structs.get(label, words);
  }

  /**
   * Frees the device and everything on it; on a caller's own device, only what this object
   * allocated.
   */
  [Symbol.dispose](): void {
    this.#failure[Symbol.dispose]();
    this.profiler?.[Symbol.dispose]();
    this.#structs[Symbol.dispose]();
    if (this.#isOwn) this.device.destroy();
  }
}
