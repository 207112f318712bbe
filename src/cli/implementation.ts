/**
 * The implementation of WebGPU that a program runs on, and the device that it opens there.
 *
 * @module
 */
import { GpuUnavailableError, InputError } from "../errors.ts";
import { type AdapterPreference, Gpu } from "../gpu/device.ts";
import { type Implementation, ownImplementation } from "../gpu/implementation.ts";
import { choiceFiles } from "../io/choice_file.ts";
import type { implementationNames } from "./program_flags.ts";

/** Name of an implementation. */
export type ImplementationName = typeof implementationNames[number];

/** Module of Dawn's package: a name and no literal, which would be downloaded with this file. */
const THIRD_PARTY: string = "./deps.ts";

/**
 * Loads an implementation of WebGPU. Dawn is the package `npm:webgpu`, 51 MB, which Deno downloads
 * the first time.
 *
 * @param name Name of the implementation.
 * @returns The implementation, for `Gpu.open`.
 * @throws {InputError} If the package can not be loaded.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { Gpu } from "../gpu/device.ts";
 * import { loadImplementation } from "./implementation.ts";
 *
 * using gpu = await Gpu.open({ implementation: await loadImplementation("wgpu") });
 * assert.equal(gpu.implementation, "wgpu");
 * ```
 */
export async function loadImplementation(name: ImplementationName): Promise<Implementation> {
  if (name === "wgpu") return ownImplementation();
  try {
    const { createDawn } = await import(THIRD_PARTY) as typeof import("./deps.ts");
    return { name, gpu: await createDawn() };
  } catch (error) {
    const reason = String(error instanceof Error ? error.message : error).split("\n")[0];
    throw new InputError(
      `--implementation ${name} needs the package npm:webgpu, which can not be loaded here (${reason}): ` +
        "connect to a network once, or leave the flag out",
    );
  }
}

/** Values of the flags that say what a program runs on. */
export interface MachineFlags {
  /** Adapter to take. */
  readonly adapter: AdapterPreference;
  /** Implementation of WebGPU. */
  readonly implementation: ImplementationName;
  /** Whether variants of kernels are timed, and the choices kept in files. */
  readonly autotune: boolean;
  /** Whether every dispatch is timed. Default: false. */
  readonly profile?: boolean;
}

/**
 * Opens the device that a program's flags ask for.
 *
 * @param flags Values of the flags; those of other flags may be among them.
 * @returns The device.
 * @throws {InputError} If the implementation can not be loaded, or is not Deno's own and finds no
 * adapter.
 * @throws {GpuUnavailableError} If Deno's own finds no adapter.
 */
export async function openGpu(flags: MachineFlags): Promise<Gpu> {
  const { adapter, implementation, autotune, profile = false } = flags;
  const loaded = await loadImplementation(implementation);
  try {
    return await Gpu.open({ adapter, implementation: loaded, autotune: autotune && choiceFiles, profile });
  } catch (error) {
    if (implementation === "wgpu" || !(error instanceof GpuUnavailableError)) throw error;
    throw new InputError(`--implementation ${implementation} finds no adapter: ${error.message}`);
  }
}
