/**
 * Tiles of a matrix product, and the choice of those that may be fastest on an adapter.
 *
 * @module
 */
import type { Gpu } from "../../gpu/device.ts";
import type { OverrideConstants } from "../../gpu/kernel.ts";

/**
 * A way to compute a matrix product. All add the terms of a sum in the same order: results agree to
 * the bit.
 */
export interface GemmTile {
  /** Rows and columns of a tile, and `staged` where it passes through workgroup memory. */
  readonly name: string;
  /** Rows of a tile. */
  readonly rows: number;
  /** Columns of a tile. */
  readonly columns: number;
  /** Tiles per workgroup. */
  readonly tiles: number;
  /** Kernel, with an entry point for each choice of transposes. */
  readonly kernel: "gemm" | "gemm_wide" | "gemm_staged";
  /** Its constants. */
  readonly constants: OverrideConstants;
  /** Whether operands that fit are read from a texture. */
  readonly isTextured?: boolean;
}

/**
 * Describes a tile of `gemm_wide.wgsl`. A workgroup runs on one thread of a CPU, so it gets few
 * tiles where tiles are few.
 */
function wide(rows: number, columns: number): GemmTile {
  const tiles = rows * columns > 128 ? 16 : 64;
  return {
    name: `${rows}x${columns}`,
    rows,
    columns,
    tiles,
    kernel: "gemm_wide",
    constants: { rows, columns, invocations: tiles },
  };
}

const narrow: GemmTile = {
  name: "8x8",
  rows: 8,
  columns: 8,
  tiles: 64,
  kernel: "gemm",
  constants: {},
};
const wide8 = wide(8, 16), wide16 = wide(16, 16), wide32 = wide(32, 32);
const textured: GemmTile = { ...wide32, name: "32x32 texture", isTextured: true };
const staged: GemmTile = {
  name: "64x64 staged",
  rows: 64,
  columns: 64,
  tiles: 1,
  kernel: "gemm_staged",
  constants: {},
};

/** All tiles. */
export const GEMM_TILES: readonly GemmTile[] = [narrow, wide8, wide16, wide32, textured, staged];

/**
 * Work from which on the tile matters, in floating-point operations. On two CPU cores such a
 * product takes 4 ms in tiles of 8 × 8. The best tile saves half of that once it is compiled, which
 * takes 1.6 s the first time and 30 ms from the driver's cache. On a GPU the product takes
 * microseconds either way.
 */
const LARGE = 2 ** 26;

/**
 * Tiles for a CPU that poses as a GPU, and the percentage of its peak that they reach where nothing
 * is wasted.
 */
const ON_A_CPU: readonly (readonly [GemmTile, number])[] = [[wide32, 33], [wide16, 23], [narrow, 15]];
/**
 * Percentage with operands from a texture, work from which on it is tried, since it takes up to
 * twice as long to compile, and least rows and columns of the product, since operands are copied.
 */
const TEXTURED = { percentage: 48, operations: 2 ** 30, size: 128 } as const;
/** Invocations that such a CPU computes at a time: 256 bits. */
const LANES = 8;

/**
 * Chooses the tiles that may be the fastest for a product on an adapter; the first is the one to
 * take untimed.
 *
 * Small products take tiles of 8 × 8, which compile fastest and make the most invocations. On a CPU
 * that poses as a GPU a load costs as much as many multiplications, and the fastest tile is the one
 * that loads least, unless much of it lies outside or lanes idle; workgroup memory and barriers
 * cost so much there that they are not tried. On a GPU more than about 200 sums spill from its
 * registers.
 *
 * @param gpu Device.
 * @param m Rows of the product.
 * @param n Columns of the product.
 * @param k Terms of each sum.
 * @param count Number of products.
 * @returns Tiles, the default first.
 */
export function gemmTiles(gpu: Gpu, m: number, n: number, k: number, count: number): readonly GemmTile[] {
  if (2 * m * n * k * count < LARGE) return [narrow];
  if (!gpu.software) return [narrow, wide8, staged];
  const reached = ([tile, percentage]: readonly [GemmTile, number]) => {
    const { rows, columns } = tile;
    return percentage * m * n / (LANES * Math.ceil(tileCount(tile, m, n) / LANES) * rows * columns);
  };
  const { percentage, operations, size } = TEXTURED;
  const isTextured = 2 * m * n * k * count >= operations && Math.min(m, n) >= size;
  const tiles = isTextured ? [...ON_A_CPU, [textured, percentage] as const] : ON_A_CPU;
  return tiles.toSorted((a, b) => reached(b) - reached(a)).map(([tile]) => tile);
}

/**
 * Counts the tiles that cover a product.
 *
 * @param tile The tile.
 * @param m Rows of the product.
 * @param n Columns of the product.
 * @returns How many.
 */
export function tileCount({ rows, columns }: GemmTile, m: number, n: number): number {
  return Math.ceil(m / rows) * Math.ceil(n / columns);
}
