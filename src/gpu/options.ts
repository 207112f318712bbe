/**
 * Options of a device, and their check.
 *
 * @module
 */
import { checkKeys, checkNumber } from "../check.ts";
import { InputError } from "../errors.ts";
import type { AdapterPreference } from "./adapter.ts";
import type { Implementation } from "./implementation.ts";
import type { ChoiceStore } from "./tune/choice_store.ts";

/** Options of {@linkcode Gpu.from}. */
export interface GpuFromOptions {
  /**
   * Whether every dispatch is timed by timestamp queries; see {@linkcode Gpu.profiler}. Default:
   * false.
   */
  readonly profile?: boolean;
  /**
   * Whether the fastest variant of a kernel is found by timing, the first time that a shape needs
   * it; see {@linkcode autotune}. `true` keeps the choices on this device; a
   * {@linkcode ChoiceStore} also keeps them for later runs. All variants give the same results to
   * the bit, but compiling them for the comparison takes seconds. With `false` the variant follows
   * from the shape and the kind of adapter. Default: false.
   */
  readonly autotune?: boolean | ChoiceStore;
  /**
   * Bytes that arrays may take in all; more are refused before they are allocated. Default: on a
   * CPU in place of a GPU most of the memory that the machine has to spare, if the system tells,
   * and if files may be read; else no limit but the adapter's.
   */
  readonly memory?: number;
}

/** Options of {@linkcode Gpu.open}. */
export interface GpuOptions extends GpuFromOptions {
  /** Adapter to take. Default: `high-performance`. */
  readonly adapter?: AdapterPreference;
  /**
   * Implementation of WebGPU to take the adapter from. Default: that of the runtime,
   * `navigator.gpu`.
   */
  readonly implementation?: Implementation;
}

/**
 * Checks the options that TypeScript would refuse.
 *
 * @param options Options of {@linkcode Gpu.from} or {@linkcode Gpu.open}.
 * @param more Keys beside those of {@linkcode GpuFromOptions}.
 * @throws {InputError} If an option does not exist or has an unknown value.
 */
export function checkOptions(options: GpuOptions, more: readonly string[] = []): void {
  checkKeys("GPU options", options, [...more, "profile", "autotune", "memory"]);
  const { profile = false, autotune = false, implementation, memory = 0 } = options;
  if (memory !== Infinity) checkNumber("memory", memory, { min: 0 });
  if (typeof profile !== "boolean") throw new InputError(`profile must be true or false, not ${profile}`);
  const isStore = typeof autotune === "object" && typeof autotune?.recall === "function" &&
    typeof autotune.remember === "function";
  if (typeof autotune !== "boolean" && !isStore) {
    throw new InputError("autotune must be true, false or an object with the methods recall and remember");
  }
  if (implementation === undefined) return;
  const { name, gpu } = implementation ?? {};
  if (typeof name !== "string" || typeof gpu?.requestAdapter !== "function") {
    throw new InputError("implementation must be an object with a name and the gpu that gives adapters");
  }
}
