/**
 * The GPU device: adapter selection, limits, failures, and the kernels compiled on it.
 *
 * @module
 */
import { DeviceLostError, GpuUnavailableError, KernelError, StaircaseError } from "../errors.ts";
import { quietDriver } from "./environment.ts";
import { installHint } from "./install_hint.ts";
import { Kernel, type KernelSource, type OverrideConstants } from "./kernel.ts";
import type { Meter } from "./measure/meter.ts";
import { Profiler } from "./measure/profiler.ts";
import { type Choice, Tuner } from "./tune/tuner.ts";

/** Which adapter to take: a discrete GPU where there is one, a frugal one, or a CPU that poses as a GPU. */
export type AdapterPreference = "high-performance" | "low-power" | "software";

/** Options of {@linkcode Gpu.open}. */
export interface GpuOptions {
  /** Adapter to take. Default: `high-performance`. */
  readonly adapter?: AdapterPreference;
  /** Whether every dispatch is timed by timestamp queries; see {@linkcode Gpu.profiler}. Default: false. */
  readonly profile?: boolean;
  /**
   * Whether the fastest variant of a kernel is found by timing, the first time that it is wanted for a shape, and remembered
   * in the user's cache folder; see `src/gpu/tune/autotune.ts`. Variants agree to the bit, so that results do not depend on it;
   * but it takes seconds where kernels have to be compiled for it, and writes files, which a library does not unasked. The
   * programs ask for it. Without, variants are taken by shape and kind of adapter. Default: false.
   */
  readonly autotune?: boolean;
}

/** The limits that kernels are fitted to: whatever the adapter has, not WebGPU's portable defaults. */
const LIMITS = [
  "maxBufferSize",
  "maxStorageBufferBindingSize",
  "maxStorageBuffersPerShaderStage",
  "maxComputeInvocationsPerWorkgroup",
  "maxComputeWorkgroupSizeX",
  "maxComputeWorkgroupStorageSize",
  "maxComputeWorkgroupsPerDimension",
] as const;

/**
 * An open GPU device. Frees everything on it when disposed.
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
export class Gpu implements Disposable {
  /** The WebGPU device. Only this room touches it. */
  readonly device: GPUDevice;
  /** Name of the adapter as its driver gives it. */
  readonly adapterName: string;
  /** Whether the adapter is a CPU that poses as a GPU. */
  readonly software: boolean;
  /** Times of every dispatch, where asked for. */
  readonly profiler: Profiler | null;
  /** Chooses variants of kernels, where asked for. */
  readonly tuner: Tuner | null;
  /** What counts the work that is submitted, while `measure` runs. */
  meter: Meter | null = null;
  /** Rejects when the device is lost or an error reaches it that no scope caught; never resolves. */
  readonly failure: Promise<never>;

  #kernels = new Map<string, Promise<Kernel>>();
  #modules = new Map<string, GPUShaderModule>();
  #closed = false;
  #failed: StaircaseError | null = null;
  /** Rejects {@linkcode Gpu.failure} and whatever is being waited for. */
  #rejections = new Set<(error: StaircaseError) => void>();

  private constructor(device: GPUDevice, info: GPUAdapterInfo, profile: boolean, autotune: boolean) {
    this.device = device;
    this.adapterName = info.description || info.device || info.vendor || "unnamed adapter";
    this.software = info.isFallbackAdapter ||
      /llvmpipe|lavapipe|swiftshader|softpipe/i.test(this.adapterName);
    this.profiler = profile ? new Profiler(this) : null;
    this.tuner = autotune ? new Tuner(this, info) : null;
    const { promise, reject } = Promise.withResolvers<never>();
    this.failure = promise;
    // Whoever waits for results races against `failure`; where nobody waits, its rejection is nobody's error.
    this.failure.catch(() => {});
    this.#rejections.add(reject);
    device.lost.then((lost) => {
      if (!this.#closed) {
        this.#fail(
          new DeviceLostError(`the GPU device was lost (${lost.message || lost.reason}); run again`),
        );
      }
    });
    device.addEventListener("uncapturederror", (event) => {
      event.preventDefault();
      const { error } = event as GPUUncapturedErrorEvent;
      this.#fail(new KernelError(`the GPU rejected a command: ${firstLine(error.message)}`));
    });
  }

  /** Takes note of the first failure; those that follow are its consequences. */
  #fail(error: StaircaseError): void {
    if (this.#failed) return;
    this.#failed = error;
    for (const reject of this.#rejections) reject(error);
    this.#rejections.clear();
  }

  /**
   * Opens the adapter asked for, with all the limits that it grants.
   *
   * @param options Which adapter, and whether to time its work, for a profile or to choose variants of kernels by it.
   * @returns The device.
   * @throws {GpuUnavailableError} Where there is no such adapter; the message says how to install a software one.
   * Also where a profile is asked for that the adapter can not give.
   */
  static async open(options: GpuOptions = {}): Promise<Gpu> {
    const { adapter: preference = "high-performance", profile = false, autotune = false } = options;
    quietDriver();
    const adapter = await navigator.gpu?.requestAdapter(
      preference === "software" ? { forceFallbackAdapter: true } : { powerPreference: preference },
    );
    if (!adapter) throw new GpuUnavailableError(installHint());
    const requiredLimits: Record<string, number> = {};
    for (const name of LIMITS) requiredLimits[name] = adapter.limits[name];
    const timestamps = adapter.features.has("timestamp-query");
    if (profile && !timestamps) {
      throw new GpuUnavailableError(
        `${adapter.info.description} takes no timestamps: do without a profile`,
      );
    }
    const requiredFeatures: GPUFeatureName[] = timestamps ? ["timestamp-query"] : [];
    const device = await adapter.requestDevice({ requiredLimits, requiredFeatures });
    return new Gpu(device, adapter.info, profile, autotune);
  }

  /** Which variants of kernels were chosen by timing so far; none without {@linkcode GpuOptions.autotune}. */
  get choices(): readonly Choice[] {
    return this.tuner?.choices ?? [];
  }

  /** Limits granted by the adapter. */
  get limits(): GPUSupportedLimits {
    return this.device.limits;
  }

  /**
   * Compiles a kernel, once for each set of constants.
   *
   * @param source Files and entry point of the kernel.
   * @param constants Values of its `override` constants.
   * @returns The kernel.
   * @throws {KernelError} Where the device rejects it; the message names the kernel.
   */
  kernel(source: KernelSource, constants: OverrideConstants = {}): Promise<Kernel> {
    const key = `${source.name}:${source.entryPoint ?? ""}:${JSON.stringify(constants)}`;
    let kernel = this.#kernels.get(key);
    if (!kernel) this.#kernels.set(key, kernel = this.#compile(source, constants));
    return kernel;
  }

  async #compile(source: KernelSource, constants: OverrideConstants): Promise<Kernel> {
    const { device } = this;
    return await this.scope(`kernel ${source.name}`, () => {
      let module = this.#modules.get(source.name);
      if (!module) {
        module = device.createShaderModule({ label: source.name, code: source.files.join("\n") });
        this.#modules.set(source.name, module);
      }
      const values: Record<string, number> = {};
      for (const [name, value] of Object.entries(constants)) values[name] = Number(value);
      const pipeline = device.createComputePipeline({
        label: source.name,
        layout: "auto",
        compute: { module, entryPoint: source.entryPoint ?? "main", constants: values },
      });
      return new Kernel(this, source.name, pipeline);
    });
  }

  /**
   * Runs an action and waits for the device's verdict on it.
   *
   * @param name What to call the action in an error.
   * @param action Synchronous calls to the device.
   * @returns What the action returned.
   * @throws {KernelError} With the name and the device's first line of complaint.
   */
  async scope<T>(name: string, action: () => T): Promise<T> {
    const { device } = this;
    device.pushErrorScope("out-of-memory");
    device.pushErrorScope("validation");
    let result: T | undefined, thrown: unknown;
    try {
      result = action();
    } catch (error) {
      thrown = error;
    }
    const errors = await Promise.all([device.popErrorScope(), device.popErrorScope()]);
    const error = errors.find((e) => e !== null);
    if (error) throw new KernelError(`${name}: ${firstLine(error.message)}`);
    if (thrown instanceof StaircaseError) throw thrown;
    if (thrown !== undefined) throw new KernelError(`${name}: ${firstLine(String(thrown))}`);
    return result as T;
  }

  /**
   * Runs an action at once. Where the device complains later, {@linkcode Gpu.failure} says about what.
   *
   * @param name What to call the action in an error.
   * @param action Synchronous calls to the device.
   * @returns What the action returned.
   */
  watch<T>(name: string, action: () => T): T {
    this.device.pushErrorScope("validation");
    try {
      return action();
    } finally {
      this.device.popErrorScope().then((error) => {
        if (error) this.#fail(new KernelError(`${name}: ${firstLine(error.message)}`));
      }, () => {}); // A device that is lost has said so already.
    }
  }

  /**
   * Maps a staging buffer for reading, once the GPU is done with it.
   *
   * @param staging Buffer to map.
   * @returns Its bytes, until it is unmapped.
   * @throws {StaircaseError} Where the device failed.
   */
  async map(staging: GPUBuffer): Promise<ArrayBuffer> {
    if (this.#failed) throw this.#failed;
    if (this.meter) this.meter.waits++;
    // Not a race against `failure` itself, which would remember every reading that there ever was.
    const { promise: failed, reject } = Promise.withResolvers<never>();
    this.#rejections.add(reject);
    let timer: ReturnType<typeof setTimeout> | undefined;
    try {
      const mapped = staging.mapAsync(GPUMapMode.READ).catch(async (error) => {
        // A device that is lost rejects the mapping too, with a less telling error: let its loss be heard first.
        if (!this.#closed) await new Promise((resolve) => timer = setTimeout(resolve, 100));
        throw error;
      });
      await Promise.race([mapped, failed]);
    } finally {
      clearTimeout(timer);
      this.#rejections.delete(reject);
    }
    return staging.getMappedRange();
  }

  /** Frees the device and everything on it. */
  [Symbol.dispose](): void {
    this.#closed = true;
    this.device.destroy();
  }
}

/** The device's reports run over many lines; the cause stands in the last "Caused by" or the first line. */
function firstLine(message: string): string {
  return message.split("\n").map((line) => line.trim()).filter((line) => line !== "").slice(0, 3).join(" ");
}
