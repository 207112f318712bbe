/**
 * Matrix products on the GPU.
 *
 * @module
 */
import type { Gpu } from "../gpu/device.ts";
import type { Dispatch } from "../gpu/kernel.ts";
import { gpuStruct } from "../gpu/struct.ts";
import type { MatrixView } from "./matrix.ts";
import gemmSource from "../../shaders/linalg/gemm.wgsl" with { type: "text" };
import tileSource from "../../shaders/linalg/tile.wgsl" with { type: "text" };

/** Which operand is transposed: neither, the right one, the left one. */
export type GemmVariant = "nn" | "nt" | "tn";

/** Shapes and factors of {@linkcode gemm}. */
export interface GemmOptions {
  /** Rows of C. */
  readonly m: number;
  /** Columns of C. */
  readonly n: number;
  /** Terms of each sum. */
  readonly k: number;
  /** Number of products. Default: 1. */
  readonly count?: number;
  /** Factor of the product. Default: 1. */
  readonly scale?: number;
  /** What is added to the diagonal of C. Default: 0. */
  readonly shift?: number;
}

/** Invocations a workgroup of the kernels built on `tile.wgsl`, each with a tile of 8 × 8. */
const TILES_PER_WORKGROUP = 64;

/**
 * Number of workgroups that cover a matrix with tiles of 8 × 8.
 *
 * @param rows Rows of the product.
 * @param columns Columns of the product.
 * @returns Workgroups along x.
 */
export function tileWorkgroups(rows: number, columns: number): number {
  return Math.ceil(Math.ceil(rows / 8) * Math.ceil(columns / 8) / TILES_PER_WORKGROUP);
}

/**
 * C = scale · op(A) op(B) + shift · I, for a batch of matrices.
 *
 * @param gpu Device.
 * @param variant Which operand is transposed.
 * @param a Left operand: M × K, or K × M where it is transposed.
 * @param b Right operand: K × N, or N × K where it is transposed.
 * @param c Result, M × N; shares no memory with A or B.
 * @param options Shapes and factors.
 * @returns The command.
 */
export async function gemm(
  gpu: Gpu,
  variant: GemmVariant,
  a: MatrixView,
  b: MatrixView,
  c: MatrixView,
  options: GemmOptions,
): Promise<Dispatch> {
  const { m, n, k, count = 1, scale = 1, shift = 0 } = options;
  const kernel = await gpu.kernel({ name: "gemm", files: [tileSource, gemmSource], entryPoint: variant });
  const shape = gpuStruct(
    gpu,
    "gemm shape",
    ["u32", m, n, k, a.stride, b.stride, c.stride, a.batch, b.batch, c.batch],
    ["u32", a.offset ?? 0, b.offset ?? 0, c.offset ?? 0],
    ["f32", scale, shift],
  );
  return kernel.bind([shape, a.array, b.array, c.array], [tileWorkgroups(m, n), 1, count]);
}
