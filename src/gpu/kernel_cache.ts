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
  /** Runs an action and waits for the device's verdict on it. */
  scope<T>(name: string, action: () => T): Promise<T>;
}

/** Time after which the event loop turns, in milliseconds. */
const LONGEST = 50;

/** Kernels by source and constants. */
export class KernelCache {
  readonly #gpu: Compiler;
  readonly #kernels = new Map<string, Promise<Kernel>>();
  #lastTurn = performance.now();
  readonly #sources = new Map<string, { files: readonly string[]; modules: Map<string, GPUShaderModule> }>();

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
    const others = this.#sources.get(name)?.files ?? files;
    if (others.length !== files.length || others.some((file, index) => file !== files[index])) {
      throw new InputError(`two different kernels are called ${name}: give each a name of its own`);
    }
    const key = `${name}:${entryPoint}:${JSON.stringify(constants)}`;
    let kernel = this.#kernels.get(key);
    if (!kernel) this.#kernels.set(key, kernel = this.#compile(source, constants));
    return await kernel;
  }

  #compile(source: KernelSource, constants: OverrideConstants): Promise<Kernel> {
    const gpu = this.#gpu, { device } = gpu;
    return gpu.scope(`kernel ${source.name}`, () => {
      const { name, files } = source;
      let modules = this.#sources.get(name)?.modules;
      if (!modules) this.#sources.set(name, { files, modules: modules = new Map() });
      const code = cutText(files.join("\n"), constants);
      let module = modules.get(code);
      if (!module) modules.set(code, module = device.createShaderModule({ label: name, code }));
      const values: Record<string, number> = {};
      for (const [name, value] of Object.entries(constants)) values[name] = Number(value);
      const pipeline = device.createComputePipeline({
        label: source.name,
        layout: "auto",
        compute: { module, entryPoint: source.entryPoint ?? "main", constants: values },
      });
      return new Kernel(gpu, source.name, pipeline);
    });
  }
}
