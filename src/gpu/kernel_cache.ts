/**
 * Kernels compiled on a device, each once.
 *
 * @module
 */
import { checkKeys } from "../check.ts";
import { InputError } from "../errors.ts";
import type { GpuContext } from "./context.ts";
import { Kernel, type KernelSource, type OverrideConstants } from "./kernel.ts";
import { cutText } from "./kernel_text.ts";

/** A device that compiles, and gives its verdict. */
interface Compiler extends GpuContext {
  /** Chooser of variants, if there is one. */
  readonly tuner: { readonly isRacing: boolean } | null;
  /** Runs an action and waits for the device's verdict on it. */
  scope<T>(name: string, action: () => T): Promise<T>;
}

/** Files of kernels, and modules made of these by text. */
interface Source {
  readonly files: readonly string[];
  readonly modules: Map<string, GPUShaderModule>;
}

/** Time after which the event loop turns, in milliseconds. */
const LONGEST = 50;

/** Kernels by source and constants. */
export class KernelCache {
  readonly #gpu: Compiler;
  readonly #kernels = new Map<string, Kernel>();
  /** The device's verdicts on kernels that were not deferred. */
  readonly #verdicts = new Map<string, Promise<void>>();
  #lastTurn = performance.now();
  /** Actions under way whose kernels wait to be compiled. */
  #deferrals = 0;
  /** Files and modules by the names of kernels. */
  readonly #sources = new Map<string, Source>();

  /**
   * Starts empty.
   *
   * @param gpu Device to compile on.
   */
  constructor(gpu: Compiler) {
    this.#gpu = gpu;
  }

  /**
   * Finds a kernel, or compiles it.
   *
   * @param source Files and entry point of the kernel.
   * @param constants Values of its `override` constants.
   * @returns The kernel.
   * @throws {KernelError} If the device rejects it; the message names the kernel.
   * @throws {InputError} If the source has an unknown key, or another kernel has its name.
   */
  async get(source: KernelSource, constants: OverrideConstants): Promise<Kernel> {
    // Whoever binds thousands of kernels one after the other lets signals and timers through.
    if (performance.now() - this.#lastTurn > LONGEST) {
      await new Promise((resolve) => setTimeout(resolve));
      this.#lastTurn = performance.now();
    }
    checkKeys("kernel sources", source, ["name", "files", "entryPoint"]);
    const { name, files, entryPoint = "main" } = source;
    const known = this.#sources.get(name) ?? { files, modules: new Map<string, GPUShaderModule>() };
    const { files: others, modules } = known;
    if (others.length !== files.length || others.some((file, index) => file !== files[index])) {
      throw new InputError(`two different kernels are called ${name}: give each a name of its own`);
    }
    this.#sources.set(name, known);
    const key = `${name}:${entryPoint}:${JSON.stringify(constants)}`;
    const kernel = this.#kernels.get(key) ??
      new Kernel(this.#gpu, name, () => this.#compile(source, constants, modules));
    this.#kernels.set(key, kernel);
    // What is timed against others is compiled before.
    if (this.#deferrals > 0 && !this.#gpu.tuner?.isRacing) return kernel;
    const verdict = this.#verdicts.get(key) ??
      this.#gpu.scope(`kernel ${name}`, () => void kernel.compile());
    this.#verdicts.set(key, verdict);
    await verdict;
    return kernel;
  }

  /**
   * Does something whose kernels are compiled when they first run.
   *
   * @param action Binds kernels.
   * @returns The action's result.
   */
  async deferring<T>(action: () => Promise<T>): Promise<T> {
    this.#deferrals++;
    try {
      return await action();
    } finally {
      this.#deferrals--;
    }
  }

  #compile(
    { name, files, entryPoint = "main" }: KernelSource,
    constants: OverrideConstants,
    modules: Map<string, GPUShaderModule>,
  ): GPUComputePipeline {
    const { device } = this.#gpu;
    const code = cutText(files.join("\n"), constants);
    const module = modules.get(code) ?? device.createShaderModule({ label: name, code });
    modules.set(code, module);
    const values: Record<string, number> = {};
    for (const [name, value] of Object.entries(constants)) values[name] = Number(value);
    const compute = { module, entryPoint, constants: values };
    return device.createComputePipeline({ label: name, layout: "auto", compute });
  }
}
