/**
 * Matrix products on the GPU.
 *
 * @module
 */
import { autotune, type Candidate } from "../../gpu/tune/autotune.ts";
import { GpuArray } from "../../gpu/array.ts";
import type { Gpu } from "../../gpu/device.ts";
import type { Dispatch, KernelSource } from "../../gpu/kernel.ts";
import { TEXTURE_ROW, TEXTURE_WORDS, type TextureWindow } from "../../gpu/operand_texture.ts";
import { gpuStruct } from "../../gpu/struct.ts";
import { type GemmTile, gemmTiles, tileCount } from "./gemm_tiles.ts";
import { type MatrixView, vectors } from "../matrix_view.ts";
import gemmSource from "../../../shaders/linalg/products/gemm.wgsl" with { type: "text" };
import buffersSource from "../../../shaders/linalg/include/gemm_buffers.wgsl" with { type: "text" };
import textureSource from "../../../shaders/linalg/include/gemm_texture.wgsl" with { type: "text" };
import operandsSource from "../../../shaders/linalg/include/gemm_operands.wgsl" with { type: "text" };
import stagedSource from "../../../shaders/linalg/products/gemm_staged.wgsl" with { type: "text" };
import wideSource from "../../../shaders/linalg/products/gemm_wide.wgsl" with { type: "text" };
import tileSource from "../../../shaders/linalg/include/tile.wgsl" with { type: "text" };
import bandSource from "../../../shaders/linalg/include/wide_band.wgsl" with { type: "text" };

/** The source of a tile's kernel, with operands in buffers or in the texture. */
function sourceOf(kernel: GemmTile["kernel"], isTextured: boolean): KernelSource {
  if (kernel === "gemm") {
    return { name: "gemm", files: [tileSource, buffersSource, operandsSource, gemmSource] };
  }
  if (kernel === "gemm_staged") {
    return { name: "gemm_staged", files: [buffersSource, operandsSource, stagedSource] };
  }
  return {
    name: isTextured ? "gemm_wide (texture)" : "gemm_wide",
    files: [bandSource, isTextured ? textureSource : buffersSource, operandsSource, wideSource],
  };
}

/** The operand that is transposed: none (nn), the right one (nt), the left one (tn). */
export type GemmVariant = "nn" | "nt" | "tn";

/** Shapes and factors of {@linkcode bindGemm}. */
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
  /** Number added to the diagonal of C. Default: 0. */
  readonly shift?: number;
  /** Index of the first row of C in a product of which these are some rows. Default: 0. */
  readonly firstRow?: number;
}

/** Invocations per workgroup of the kernels built on `tile.wgsl`, each with a tile of 8 × 8. */
const TILES_PER_WORKGROUP = 64;

/** Most work and memory of a product that is timed: more takes longer and says no more. */
const TIMED_FLOPS = 2 ** 28, TIMED_WORDS = 2 ** 22;

/**
 * Counts the workgroups that cover a matrix with tiles of 8 × 8.
 *
 * @param rows Rows of the product.
 * @param columns Columns of the product.
 * @returns Workgroups along x.
 */
export function tileWorkgroups(rows: number, columns: number): number {
  return Math.ceil(Math.ceil(rows / 8) * Math.ceil(columns / 8) / TILES_PER_WORKGROUP);
}

/**
 * Binds C = scale · op(A) op(B) + shift · I, for a batch of matrices. Large products are computed
 * in the tile that is fastest on the adapter ({@linkcode gemmTiles}); the tile does not change the
 * result.
 *
 * @param gpu Device.
 * @param variant Which operand is transposed.
 * @param a Left operand: M × K, or K × M where it is transposed.
 * @param b Right operand: K × N, or N × K where it is transposed.
 * @param c Result, M × N; shares no memory with A or B.
 * @param options Shapes and factors.
 * @returns The command.
 */
export async function bindGemm(
  gpu: Gpu,
  variant: GemmVariant,
  a: MatrixView,
  b: MatrixView,
  c: MatrixView,
  options: GemmOptions,
): Promise<Dispatch> {
  const { m, n, k, count = 1 } = options;
  const candidates = gemmTiles(gpu, m, n, k, count).map((tile): Candidate<GemmTile> => ({
    name: tile.name,
    value: tile,
    bind: (stack) => bindScratch(gpu, tile, variant, options, stack),
  }));
  const tile = await autotune(gpu, { kernel: "gemm", shape: { variant, m, n, k, count } }, candidates);
  return await bindGemmInTiles(gpu, tile, variant, a, b, c, options);
}

/**
 * Binds the same product as {@linkcode bindGemm}, in a given tile.
 *
 * @param gpu Device.
 * @param tile How to compute it.
 * @param variant Which operand is transposed.
 * @param a Left operand.
 * @param b Right operand.
 * @param c Result.
 * @param options Shapes and factors.
 * @returns The command.
 */
export async function bindGemmInTiles(
  gpu: Gpu,
  tile: GemmTile,
  variant: GemmVariant,
  a: MatrixView,
  b: MatrixView,
  c: MatrixView,
  options: GemmOptions,
): Promise<Dispatch> {
  const { m, n, k, count = 1, scale = 1, shift = 0, firstRow = 0 } = options;
  const windows = tile.isTextured ? textured(variant, a, b, options) : null;
  const source = sourceOf(tile.kernel, windows !== null);
  const kernel = await gpu.kernel({ ...source, entryPoint: variant }, tile.constants);
  const shape = gpuStruct(
    gpu,
    "gemm shape",
    ["u32", m, n, k, a.stride, b.stride, c.stride, a.batch, b.batch, c.batch],
    ["u32", ...windows?.map(({ at }) => at / 4) ?? [a.offset ?? 0, b.offset ?? 0], c.offset ?? 0],
    ["f32", scale, shift],
    ["u32", firstRow],
  );
  const workgroups = [Math.ceil(tileCount(tile, m, n) / tile.tiles), 1, count] as const;
  return kernel.bind([shape, ...windows ?? [a.array, b.array], c.array], workgroups, 2 * m * n * k * count);
}

/** Both operands, one behind the other in the texture; `null` if they do not fit. */
function textured(
  variant: GemmVariant,
  a: MatrixView,
  b: MatrixView,
  { m, n, k, count = 1 }: GemmOptions,
): [TextureWindow, TextureWindow] | null {
  const window = (
    { array, stride, batch, offset = 0 }: MatrixView,
    rows: number,
    columns: number,
    at: number,
  ) => {
    const length = 4 * ((count - 1) * batch + (rows - 1) * stride + vectors(columns));
    return { textured: array, first: 4 * offset, length, at };
  };
  const left = variant === "tn" ? window(a, k, m, 0) : window(a, m, k, 0);
  const at = TEXTURE_ROW * Math.ceil(left.length / TEXTURE_ROW);
  const right = variant === "nt" ? window(b, n, k, at) : window(b, k, n, at);
  return at + right.length <= TEXTURE_WORDS ? [left, right] : null;
}

/**
 * Binds a product of the same shape for timing, on operands of zeros; a part of it where it is too
 * large.
 */
async function bindScratch(
  gpu: Gpu,
  tile: GemmTile,
  variant: GemmVariant,
  { m, n, k, count = 1 }: GemmOptions,
  stack: DisposableStack,
): Promise<Dispatch[]> {
  const size = { m, n, k, count };
  const words = () => size.count * (size.m * size.k + size.k * size.n + size.m * size.n);
  while (2 * size.m * size.n * size.k * size.count > TIMED_FLOPS || words() > TIMED_WORDS) {
    const largest = (Object.keys(size) as (keyof typeof size)[]).reduce((a, b) => size[b] > size[a] ? b : a);
    size[largest] = Math.ceil(size[largest] / 2);
  }
  const view = (rows: number, columns: number): MatrixView => {
    const stride = vectors(columns);
    const array = stack.use(new GpuArray(gpu, "matrices to time", 4 * size.count * rows * stride));
    return { array, stride, batch: rows * stride };
  };
  const a = variant === "tn" ? view(size.k, size.m) : view(size.m, size.k);
  const b = variant === "nt" ? view(size.n, size.k) : view(size.k, size.n);
  return [await bindGemmInTiles(gpu, tile, variant, a, b, view(size.m, size.n), size)];
}
