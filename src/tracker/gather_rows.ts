/**
 * Rows of a matrix that lie apart, gathered and padded on the GPU.
 *
 * @module
 */
import { GpuArray } from "../gpu/array.ts";
import type { Gpu } from "../gpu/device.ts";
import type { Dispatch, Kernel } from "../gpu/kernel.ts";
import { gpuStruct } from "../gpu/struct.ts";
import gatherSource from "../../shaders/tracker/gather_rows.wgsl" with { type: "text" };

/** Rows and columns of a workgroup. */
const SIDE = 16;

/** Rows that lie apart, and where they go. */
export interface GatheredRows {
  /** Number of rows. */
  readonly rows: number;
  /** Number of columns. */
  readonly columns: number;
  /** Index of the first word. */
  readonly at: number;
  /** Words from one row to the next. */
  readonly stride: number;
  /** Index of the first word of the result. */
  readonly to: number;
  /** Words of a row of the result, of which those behind the columns become 0. */
  readonly width: number;
}

/**
 * Compiles the gathering of rows.
 *
 * @param gpu Device.
 * @returns The kernel, for {@linkcode bindGatherRows}.
 */
export function gatherKernel(gpu: Gpu): Promise<Kernel> {
  return gpu.kernel({ name: "gather_rows", files: [gatherSource] });
}

/**
 * Binds the gathering of rows.
 *
 * @param gpu Device.
 * @param kernel The kernel.
 * @param arrays Array of the rows, or the buffer of another program; and array that they are
 * gathered in.
 * @param rows Their places.
 * @returns The command.
 */
export function bindGatherRows(
  gpu: Gpu,
  kernel: Kernel,
  [source, target]: readonly [GpuArray | GPUBuffer, GpuArray],
  { rows, columns, at, stride, to, width }: GatheredRows,
): Dispatch {
  const shape = gpuStruct(gpu, "gathered rows", ["u32", rows, columns, at, stride, to, width]);
  const read = source instanceof GpuArray ? source : { label: source.label, buffer: source };
  return kernel.bind([shape, read, target], [Math.ceil(width / SIDE), Math.ceil(rows / SIDE)]);
}
