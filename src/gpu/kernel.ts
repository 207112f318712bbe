/**
 * Kernels: WGSL files compiled with override constants, bound to buffers.
 *
 * @module
 */
import { InputError, LimitError } from "../errors.ts";
import { GpuArray } from "./array.ts";
import type { GpuContext } from "./context.ts";
import { operandTexture, type TextureWindow } from "./operand_texture.ts";
import type { GpuStruct } from "./struct_cache.ts";

/** The source of a kernel. */
export interface KernelSource {
  /** Name, as in `shaders/…/NAME.wgsl`, for error messages and profiles. One name, one source. */
  readonly name: string;
  /**
   * Texts of the WGSL files, shared ones first. Lines `//#if NAME == 2` and `//#end` around a part
   * leave it out where the constant NAME has another value.
   */
  readonly files: readonly string[];
  /** Entry point. Default: `main`. */
  readonly entryPoint?: string;
}

/** Values of a kernel's `override` constants. */
export type OverrideConstants = Readonly<Record<string, number | boolean>>;

/**
 * A kernel with its buffers and its number of workgroups: a command that can be recorded again and
 * again.
 */
export interface Dispatch {
  /** Name of the kernel. */
  readonly name: string;
  /** Compiled pipeline; one that was deferred is compiled when this is read. */
  readonly pipeline: GPUComputePipeline;
  /** Buffers. */
  readonly bindGroup: GPUBindGroup;
  /** Number of workgroups along x, y, z. */
  readonly workgroups: readonly [number, number, number];
  /** Arrays that are bound: a submission with one that was disposed is refused. */
  readonly arrays: readonly GpuArray[];
  /** What is copied to the texture of operands before it runs. */
  readonly textured: readonly TextureWindow[];
  /** About how many floating-point operations it makes; `PacedCommands` cuts long work by them. */
  readonly operations: number;
}

/** A part of an array, for a binding of its own. */
export interface ArrayWindow {
  /** The array. */
  readonly array: GpuArray;
  /** Index of the first word, a multiple of 64. */
  readonly first: number;
  /** Number of words. */
  readonly length: number;
}

/** A kernel, as {@linkcode Gpu.kernel} returns it. */
export class Kernel {
  /** Name of the kernel. */
  readonly name: string;
  #gpu: GpuContext;
  #compile: () => GPUComputePipeline;
  #pipeline: GPUComputePipeline | null = null;

  /**
   * Names a pipeline. Call {@linkcode Gpu.kernel} instead.
   *
   * @param gpu Device of the pipeline.
   * @param name Name of the kernel.
   * @param compile Compiles the pipeline; called once.
   */
  constructor(gpu: GpuContext, name: string, compile: () => GPUComputePipeline) {
    this.#gpu = gpu;
    this.name = name;
    this.#compile = compile;
  }

  /** Whether the pipeline is compiled. */
  get isCompiled(): boolean {
    return this.#pipeline !== null;
  }

  /**
   * Compiles the pipeline, if it is not.
   *
   * @returns The pipeline.
   */
  compile(): GPUComputePipeline {
    return this.#pipeline ??= this.#compile();
  }

  /**
   * Binds the kernel to buffers.
   *
   * @param arrays Arrays, windows and structs in the order of `@binding`, all in group 0; `null`
   * for a binding that the entry point does not use. Windows of a texture must not overlap there.
   * @param workgroups Number of workgroups along x, y, z; y and z default to 1.
   * @param operations About how many floating-point operations it makes. Default: 1,000 for each
   * workgroup.
   * @returns A command for {@linkcode Commands.run}.
   * @throws {LimitError} If the adapter does not allow so many workgroups.
   * @throws {StaircaseError} If an array was disposed, or the device failed or was disposed.
   * @throws {InputError} If a number of workgroups is not a whole number of at least 0.
   */
  bind(
    arrays: readonly (GpuArray | GpuStruct | ArrayWindow | TextureWindow | null)[],
    workgroups: readonly [number, number?, number?],
    operations?: number,
  ): Dispatch {
    const [x, y = 1, z = 1] = workgroups;
    for (const count of [x, y, z]) {
      if (Number.isInteger(count) && count >= 0) continue;
      throw new InputError(
        `${this.name}: number of workgroups must be a whole number of at least 0, not ${count}`,
      );
    }
    const most = this.#gpu.limits.maxComputeWorkgroupsPerDimension;
    if (Math.max(x, y, z) > most) {
      throw new LimitError(
        `${this.name} needs ${x}×${y}×${z} workgroups, the adapter allows ${most} along an axis: ` +
          "use fewer samples, replicas or neurons",
      );
    }
    const bound = arrays.flatMap((array) => array ? arrayOf(array) : []);
    for (const array of bound) array.check();
    const gpu = this.#gpu, name = `kernel ${this.name}`;
    const textured = arrays.filter((array) => array !== null && "textured" in array);
    const entries = arrays.flatMap((array, binding) =>
      array ? [{ binding, resource: resourceOf(gpu, array) }] : []
    );
    const pipeline = () => this.#pipeline ?? gpu.watch(name, () => this.compile());
    const makeGroup = () => {
      const made = pipeline();
      return gpu.watch(
        name,
        () => gpu.device.createBindGroup({ label: this.name, layout: made.getBindGroupLayout(0), entries }),
        entries.flatMap(({ resource }) => "buffer" in resource ? [resource.buffer] : []),
      );
    };
    let bindGroup = this.#pipeline && makeGroup();
    return {
      name: this.name,
      get pipeline() {
        return pipeline();
      },
      get bindGroup() {
        return bindGroup ??= makeGroup();
      },
      workgroups: [x, y, z],
      arrays: bound,
      textured,
      operations: operations ?? 1000 * x * y * z,
    };
  }
}

/** What a kernel is bound to. */
type Bound = GpuArray | GpuStruct | ArrayWindow | TextureWindow;

/** The array of a binding; none for a struct, which its `Gpu` owns. */
function arrayOf(bound: Bound): GpuArray[] {
  if ("array" in bound) return [bound.array];
  if ("textured" in bound) return [bound.textured];
  return bound instanceof GpuArray ? [bound] : [];
}

function resourceOf(gpu: GpuContext, bound: Bound): GPUBufferBinding | GPUTextureView {
  if ("buffer" in bound) return { buffer: bound.buffer };
  if ("textured" in bound) return operandTexture(gpu).createView();
  return { buffer: bound.array.buffer, offset: 4 * bound.first, size: 4 * bound.length };
}
