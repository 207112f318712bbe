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

/** What was done with kernels that may not be compiled yet. */
export interface Deferred<T> {
  /** What came of it. */
  readonly result: T;
  /**
   * Compiles the kernels, with turns of the event loop in between.
   *
   * @throws {KernelError} If the device rejects one; the message names it.
   */
  readonly compile: () => Promise<void>;
}

/** Lets the event loop turn once. */
const turn = () => new Promise((resolve) => setTimeout(resolve));

/** Time after which the event loop turns, in milliseconds. */
const LONGEST = 50;

/** Kernels by source and constants. */
export class KernelCache {
  readonly #gpu: Compiler;
  readonly #kernels = new Map<string, Kernel>();
  /** The device's verdicts on kernels that were not deferred. */
  readonly #verdicts = new Map<string, Promise<void>>();
  #lastTurn = performance.now();
  /** Kernels of actions under way, which wait to be compiled. */
  readonly #deferrals = new Set<Map<string, Kernel>>();
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
      await turn();
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
    if (this.#deferrals.size > 0 && !this.#gpu.tuner?.isRacing) {
      for (const kernels of this.#deferrals) kernels.set(key, kernel);
    } else await this.#judge(key, kernel);
    return kernel;
  }

  /** Compiles a kernel, and waits for the device's verdict on it. */
  #judge(key: string, kernel: Kernel): Promise<void> {
    const verdict = this.#verdicts.get(key) ??
      this.#gpu.scope(`kernel ${kernel.name}`, () => void kernel.compile());
    this.#verdicts.set(key, verdict);
    return verdict;
  }

  /**
   * Does something whose kernels are compiled when they first run, or before.
   *
   * @param action Binds kernels.
   * @returns The action's result, and a function that compiles its kernels one after the other.
   */
  async deferring<T>(action: () => Promise<T>): Promise<Deferred<T>> {
    const kernels = new Map<string, Kernel>();
    this.#deferrals.add(kernels);
    try {
      const result = await action();
      const compile = async () => {
        for (const [key, kernel] of kernels) {
          if (!kernel.isCompiled) await turn();
          await this.#judge(key, kernel);
        }
      };
      return { result, compile };
    } finally {
      this.#deferrals.delete(kernels);
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
