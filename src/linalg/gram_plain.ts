/**
 * Weighted Gram matrices in plain sums, without moments: a kernel that does no more than that.
 *
 * @module
 */
import { GpuArray } from "../gpu/array.ts";
import { autotune, type Candidate } from "../gpu/autotune.ts";
import type { Gpu } from "../gpu/device.ts";
import type { Dispatch } from "../gpu/kernel.ts";
import { gpuStruct } from "../gpu/struct.ts";
import type { GramOperand, GramOptions, Slices } from "./gram.ts";
import { vectors } from "./matrix.ts";
import plainSource from "../../shaders/linalg/gram_plain.wgsl" with { type: "text" };
import bandSource from "../../shaders/linalg/wide_band.wgsl" with { type: "text" };

/** Columns of a tile. */
const COLUMNS = 16;

/** Rows that a tile may have. All add the terms of a sum in the same order: results agree to the bit. */
export const GRAM_TILE_ROWS: readonly number[] = [8, 16, 24, 32];

/**
 * Work from which on the tile matters, in floating-point operations; as for products, see `gemm_tiles.ts`. Below, and on a
 * GPU, whose registers hold no more, tiles are 8 × 16.
 */
const LARGE = 2 ** 26;

/** Work of what is timed, at most: more tells no more, and takes longer. */
const TIMED_FLOPS = 2 ** 28;

/** What {@linkcode gramPlain} needs: what {@linkcode gram} does, and its cut. */
export type GramPlainOptions = Omit<GramOptions, "sums"> & Slices;

/**
 * Partial Gram matrices of one layer, in the tile that the adapter is fastest with; it makes no difference to the result.
 *
 * @param gpu Device.
 * @param operand Features.
 * @param options Samples, weights, and where the sums go.
 * @returns The command.
 */
export async function gramPlain(
  gpu: Gpu,
  operand: GramOperand,
  options: GramPlainOptions,
): Promise<Dispatch> {
  const { order } = operand, { samples, replicas, slice } = options;
  const isLarge = gpu.software && order > 32 && samples * order ** 2 * replicas >= LARGE;
  const candidates = (isLarge ? [32, 16, 8] : [8]).map((rows): Candidate<number> => ({
    name: `${rows}x${COLUMNS}`,
    value: rows,
    bind: (stack) => bindScratch(gpu, rows, order, Math.min(samples, TIMED_FLOPS / order ** 2), slice, stack),
  }));
  const rows = await autotune(gpu, { kernel: "gram_plain", shape: { order, samples, replicas } }, candidates);
  return await gramInTiles(gpu, rows, operand, options);
}

/**
 * The same as {@linkcode gramPlain}, in a given tile.
 *
 * @param gpu Device.
 * @param rows Rows of a tile; see {@linkcode GRAM_TILE_ROWS}.
 * @param operand Features.
 * @param options Samples, weights, and where the sums go.
 * @returns The command.
 */
export async function gramInTiles(
  gpu: Gpu,
  rows: number,
  { features, order, first }: GramOperand,
  { samples, slice, slices, replicas, weights, batch, partials }: GramPlainOptions,
): Promise<Dispatch> {
  const kernel = await gpu.kernel({ name: "gram_plain", files: [bandSource, plainSource] }, { rows });
  const shape = gpuStruct(
    gpu,
    "gram_plain shape",
    ["u32", samples, order, features.stride, features.batch],
    ["u32", slice, slices, batch.rows, batch.rowStride, first, batch.count],
  );
  // Those left of the diagonal are left out, as in the kernel.
  let tiles = 0;
  for (let row = 0; row < order; row += rows) {
    tiles += Math.ceil(order / COLUMNS) - Math.floor(row / COLUMNS);
  }
  return kernel.bind(
    [shape, features.array, weights, partials],
    [Math.ceil(tiles / 64), 1, replicas * slices],
  );
}

/** A Gram matrix of that order to time, of features that are 0. */
async function bindScratch(
  gpu: Gpu,
  rows: number,
  order: number,
  most: number,
  slice: number,
  stack: DisposableStack,
): Promise<Dispatch[]> {
  const array = (label: string, words: number) => stack.use(new GpuArray(gpu, label, words));
  const samples = Math.ceil(most), stride = vectors(order), slices = Math.ceil(samples / slice);
  const batch = { count: 1, rows: 4 * stride, rowStride: stride, tailStride: 0 };
  const features = { array: array("features to time", 4 * samples * stride), stride, batch: 0 };
  const weights = array("weights to time", samples);
  const partials = array("sums to time", slices * batch.rows * 4 * stride);
  const options = { samples, slice, slices, replicas: 1, weights, batch, partials };
  return [await gramInTiles(gpu, rows, { features, order, first: 0, targets: null }, options)];
}
