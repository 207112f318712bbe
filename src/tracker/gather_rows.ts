/**
 * Rows of a matrix that lie apart, gathered and padded on the GPU.
 *
 * @module
 */
import type { GpuArray } from "../gpu/array.ts";
import type { Gpu } from "../gpu/device.ts";
import type { Dispatch } from "../gpu/kernel.ts";
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
 * Binds the gathering of rows.
 *
 * @param gpu Device.
 * @param source Array of the rows.
 * @param target Array that they are gathered in.
 * @param rows Their places.
 * @returns The command.
 */
export async function bindGatherRows(
  gpu: Gpu,
  source: GpuArray,
  target: GpuArray,
  { rows, columns, at, stride, to, width }: GatheredRows,
): Promise<Dispatch> {
  const kernel = await gpu.kernel({ name: "gather_rows", files: [gatherSource] });
  const shape = gpuStruct(gpu, "gathered rows", ["u32", rows, columns, at, stride, to, width]);
  return kernel.bind([shape, source, target], [Math.ceil(width / SIDE), Math.ceil(rows / SIDE)]);
}
