/**
 * Matrix products in double-single arithmetic on the GPU.
 *
 * @module
 */
import type { GpuArray } from "../../gpu/array.ts";
import type { Gpu } from "../../gpu/device.ts";
import type { Dispatch } from "../../gpu/kernel.ts";
import { gpuStruct } from "../../gpu/struct.ts";
import { doubleSingleFiles, type DoubleSingleForm } from "../double_single/double_single.ts";
import type { GemmOptions } from "./gemm.ts";
import gemmSource from "../../../shaders/linalg/products/gemm_double_single.wgsl" with { type: "text" };

/** Matrices of singles or of pairs hi, lo; positions count entries in both. */
export interface EntryView {
  /** Entries of the matrices. */
  readonly array: GpuArray;
  /** Whether an entry is a pair of words. */
  readonly double: boolean;
  /** Entries from one row to the next. */
  readonly stride: number;
  /** Entries from one matrix of the batch to the next; 0 where all share one. */
  readonly batch: number;
  /** Entries before the first matrix. Default: 0. */
  readonly offset?: number;
}

/**
 * Binds C = scale · A op(B) + shift · I, for a batch of matrices, in double-single arithmetic. The
 * header of `shaders/linalg/products/gemm_double_single.wgsl` has the error.
 *
 * @param gpu Device.
 * @param form Form of the arithmetic that the adapter needs.
 * @param variant Whether the right operand is transposed: `nt`.
 * @param a Left operand, M × K.
 * @param b Right operand, K × N, or N × K where it is transposed.
 * @param c Result, M × N; shares no memory with A or B.
 * @param options Shapes and factors.
 * @returns The command.
 */
export async function bindGemmDoubleSingle(
  gpu: Gpu,
  form: DoubleSingleForm,
  variant: "nn" | "nt",
  a: EntryView,
  b: EntryView,
  c: EntryView,
  options: GemmOptions,
): Promise<Dispatch> {
  const { m, n, k, count = 1, scale = 1, shift = 0, firstRow = 0 } = options;
  const kernel = await gpu.kernel({
    name: `gemm_double_single (${form})`,
    files: [...doubleSingleFiles(form), gemmSource],
    entryPoint: variant,
  }, { A_DOUBLE: a.double, B_DOUBLE: b.double, C_DOUBLE: c.double });
  const shape = gpuStruct(
    gpu,
    "gemm_double_single shape",
    ["u32", m, n, k, a.stride, b.stride, c.stride, a.batch, b.batch, c.batch],
    ["u32", a.offset ?? 0, b.offset ?? 0, c.offset ?? 0],
    ["f32", scale, shift],
    ["u32", 0, firstRow],
  );
  const tiles = Math.ceil(m / 2) * Math.ceil(n / 2);
  const workgroups = [Math.ceil(tiles / 64), 1, count] as const;
  return kernel.bind([shape, a.array, b.array, c.array], workgroups, 40 * m * n * k * count);
}
