/**
 * Weighted Gram matrices in plain sums, without moments: a kernel that does no more than that.
 *
 * @module
 */
import { GpuArray } from "../../gpu/array.ts";
import { autotune, type Candidate } from "../../gpu/tune/autotune.ts";
import type { Gpu } from "../../gpu/device.ts";
import type { Dispatch } from "../../gpu/kernel.ts";
import { TEXTURE_WORDS } from "../../gpu/operand_texture.ts";
import { gpuStruct } from "../../gpu/struct.ts";
import type { GramInputs, GramOperand, Slices } from "./gram_operand.ts";
import { vectors } from "../matrix_view.ts";
import { mostOperations, piecesOf } from "../pieces.ts";
import plainSource from "../../../shaders/linalg/gram/gram_plain.wgsl" with { type: "text" };
import featuresSource from "../../../shaders/linalg/include/gram_features.wgsl" with { type: "text" };
import textureSource from "../../../shaders/linalg/include/gram_features_texture.wgsl" with { type: "text" };
import bandSource from "../../../shaders/linalg/include/wide_band.wgsl" with { type: "text" };

/** A tile of `gram_plain.wgsl`. */
export interface GramTile {
  /** Rows: a multiple of 8. */
  readonly rows: number;
  /** Columns: 16 or 32. */
  readonly columns: number;
  /**
   * Tiles per workgroup. A workgroup runs on one thread of a CPU, so it gets few tiles where tiles
   * are few.
   */
  readonly invocations: number;
  /** Whether features are read from a texture. */
  readonly isTextured: boolean;
}

/**
 * All tiles, the smallest first. All add the terms of a sum in the same order: results agree to the
 * bit.
 */
export const GRAM_TILES: readonly GramTile[] = [
  { rows: 8, columns: 16, invocations: 64, isTextured: false },
  { rows: 16, columns: 16, invocations: 16, isTextured: false },
  { rows: 32, columns: 32, invocations: 16, isTextured: false },
  { rows: 32, columns: 32, invocations: 16, isTextured: true },
];

/**
 * Work from which on the tile matters, in floating-point operations; as for products, see
 * `gemm_tiles.ts`. Below, and on a GPU, whose registers hold no more, tiles are 8 × 16.
 */
const LARGE = 2 ** 26;

/**
 * Work from which on a CPU that poses as a GPU reads features from a texture: it saves a third, and
 * takes 1.3 times as long to compile.
 */
const TEXTURED = 2 ** 30;

/**
 * Percentage of its peak that a CPU which poses as a GPU reaches with each of the tiles where
 * nothing is wasted.
 */
const ON_A_CPU: readonly number[] = [20, 25, 35, 50];

/** Most work that is timed: more takes longer and says no more. */
const TIMED_FLOPS = 2 ** 28;

/** Options of {@linkcode bindGramPlain}: inputs of the Gram matrix, and its slices. */
export type GramPlainOptions = GramInputs & Slices;

/**
 * Binds the partial Gram matrices of one layer, in the tile that is fastest on the adapter; the
 * tile does not change the result.
 *
 * @param gpu Device.
 * @param operand Features.
 * @param options Samples, weights, and where the sums go.
 * @returns The commands: one, but for large matrices of many samples.
 */
export async function bindGramPlain(
  gpu: Gpu,
  operand: GramOperand,
  options: GramPlainOptions,
): Promise<Dispatch[]> {
  const { order } = operand, { samples, replicas, slice } = options;
  const operations = samples * order ** 2 * replicas;
  const isLarge = gpu.software && operations >= LARGE;
  const isTextured = operations >= TEXTURED && texturedSlices(order, slice) > 0;
  const large = () => bestFirst(order).filter((tile) => isTextured || !tile.isTextured);
  const tiles = isLarge ? large() : GRAM_TILES.slice(0, 1);
  const most = Math.ceil(Math.min(samples, TIMED_FLOPS / order ** 2));
  const candidates = tiles.map((tile): Candidate<GramTile> => ({
    name: `${tile.rows}x${tile.columns}${tile.isTextured ? " texture" : ""}`,
    value: tile,
    bind: (stack) => bindScratch(gpu, tile, order, most, slice, stack),
  }));
  const tile = await autotune(gpu, { kernel: "gram_plain", shape: { order, samples, replicas } }, candidates);
  return await bindGramInTiles(gpu, tile, operand, options);
}

/**
 * Binds the same Gram matrices as {@linkcode bindGramPlain}, in a given tile.
 *
 * @param gpu Device.
 * @param tile How to compute them.
 * @param operand Features.
 * @param options Samples, weights, and where the sums go.
 * @returns The commands.
 */
export async function bindGramInTiles(
  gpu: Gpu,
  tile: GramTile,
  { features, order, first }: GramOperand,
  { samples, slice, slices, replicas, weights, batch, partials }: GramPlainOptions,
): Promise<Dispatch[]> {
  const { rows, columns, invocations, isTextured } = tile;
  const kernel = await gpu.kernel({
    name: isTextured ? "gram_plain (texture)" : "gram_plain",
    files: [bandSource, isTextured ? textureSource : featuresSource, plainSource],
  }, { rows, columns, invocations });
  const tiles = tileCount(tile, order);
  const { array, stride, batch: apart } = features;
  /** Binds pieces of the slices of `count` replicas from one on. */
  const bind = (replica: number, count: number): Dispatch[] => {
    const operations = samples * order ** 2 * count;
    const textures = isTextured ? Math.ceil(slices / texturedSlices(order, slice)) : 0;
    const pieces = piecesOf(gpu, slices, Math.max(operations, textures * mostOperations(gpu)));
    return pieces.map((piece) => {
      const start = slice * piece.first, end = Math.min(slice * (piece.first + piece.length), samples);
      const shape = gpuStruct(
        gpu,
        "gram_plain shape",
        ["u32", samples, order, stride, apart, slice, piece.length, batch.rows, batch.rowStride],
        ["u32", first + replica, batch.count, tiles, piece.first, isTextured ? start * stride : 0],
      );
      const part = {
        textured: array,
        first: 4 * (replica * apart + start * stride),
        length: 4 * (end - start) * stride,
        at: 0,
      };
      return kernel.bind(
        [shape, isTextured ? part : array, weights, partials],
        [Math.ceil(tiles * piece.length / invocations), 1, count],
        operations * piece.length / slices,
      );
    });
  };
  if (!isTextured) return bind(0, replicas);
  return Array.from({ length: replicas }, (_, replica) => bind(replica, 1)).flat();
}

/** Most slices whose features fit the texture. */
function texturedSlices(order: number, slice: number): number {
  return Math.floor(TEXTURE_WORDS / (4 * vectors(order) * slice));
}

/** Counts the tiles of a matrix. Those left of the diagonal are left out, as in the kernel. */
function tileCount({ rows, columns }: GramTile, order: number): number {
  let tiles = 0;
  for (let row = 0; row < order; row += rows) {
    tiles += Math.ceil(order / columns) - Math.floor(row / columns);
  }
  return tiles;
}

/**
 * Sorts the tiles, fastest on a CPU first, as far as that follows from what lies outside the
 * matrix.
 */
function bestFirst(order: number): GramTile[] {
  const time = (tile: GramTile, index: number) =>
    tileCount(tile, order) * tile.rows * tile.columns / ON_A_CPU[index];
  const times = new Map(GRAM_TILES.map((tile, index) => [tile, time(tile, index)]));
  return GRAM_TILES.toSorted((a, b) => times.get(a)! - times.get(b)!);
}

/** Binds a Gram matrix of that order for timing, of features that are 0. */
async function bindScratch(
  gpu: Gpu,
  tile: GramTile,
  order: number,
  samples: number,
  slice: number,
  stack: DisposableStack,
): Promise<Dispatch[]> {
  const array = (label: string, words: number) => stack.use(new GpuArray(gpu, label, words));
  const stride = vectors(order), slices = Math.ceil(samples / slice);
  const batch = { count: 1, rows: 4 * stride, rowStride: stride, tailStride: 0 };
  const features = { array: array("features to time", 4 * samples * stride), stride, batch: 0 };
  const weights = array("weights to time", samples);
  const partials = array("sums to time", slices * batch.rows * 4 * stride);
  const options = { samples, slice, slices, replicas: 1, weights, batch, partials };
  return await bindGramInTiles(gpu, tile, { features, order, first: 0, targets: null }, options);
}
