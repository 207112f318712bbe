/**
 * Tiles that a matrix product is computed in: which there are, and which an adapter may be fastest with.
 *
 * @module
 */
import type { Gpu } from "../gpu/device.ts";
import type { KernelSource, OverrideConstants } from "../gpu/kernel.ts";
import gemmSource from "../../shaders/linalg/gemm.wgsl" with { type: "text" };
import operandsSource from "../../shaders/linalg/gemm_operands.wgsl" with { type: "text" };
import stagedSource from "../../shaders/linalg/gemm_staged.wgsl" with { type: "text" };
import wideSource from "../../shaders/linalg/gemm_wide.wgsl" with { type: "text" };
import tileSource from "../../shaders/linalg/tile.wgsl" with { type: "text" };
import bandSource from "../../shaders/linalg/wide_band.wgsl" with { type: "text" };

/** A way to compute a matrix product. All add the terms of a sum in the same order: results agree to the bit. */
export interface GemmTile {
  /** Rows and columns of a tile, and `staged` where it passes through workgroup memory. */
  readonly name: string;
  /** Kernel, with an entry point for each choice of transposes. */
  readonly source: KernelSource;
  /** Its constants. */
  readonly constants: OverrideConstants;
  /** Number of workgroups along x that cover a product of so many rows and columns. */
  readonly workgroups: (rows: number, columns: number) => number;
}

/** Tiles of so many rows and columns, one an invocation, 64 invocations a workgroup. */
function inRegisters(rows: number, columns: number, source: KernelSource, constants = {}): GemmTile {
  const workgroups = (m: number, n: number) => Math.ceil(Math.ceil(m / rows) * Math.ceil(n / columns) / 64);
  return { name: `${rows}x${columns}`, source, constants, workgroups };
}

const narrow = inRegisters(8, 8, { name: "gemm", files: [tileSource, operandsSource, gemmSource] });
const wideKernel = { name: "gemm_wide", files: [bandSource, operandsSource, wideSource] };
const [wide8, wide16, wide24] = [8, 16, 24].map((rows) => inRegisters(rows, 16, wideKernel, { rows }));
const staged: GemmTile = {
  name: "64x64 staged",
  source: { name: "gemm_staged", files: [operandsSource, stagedSource] },
  constants: {},
  workgroups: (m, n) => Math.ceil(m / 64) * Math.ceil(n / 64),
};

/** All tiles. */
export const GEMM_TILES: readonly GemmTile[] = [narrow, wide8, wide16, wide24, staged];

/**
 * Work from which on the tile matters, in floating-point operations: on two CPU cores such a product takes 4 ms in the
 * slowest tile, of which the best one saves not quite half, once it is compiled; that takes 1.5 s the first time, and 30 ms
 * from the driver's cache. On a GPU it takes microseconds either way.
 */
const LARGE = 2 ** 26;

/**
 * The tiles that may be the fastest for a product on an adapter; the first is what to take untimed.
 *
 * Small products take tiles of 8 × 8, which compile fastest and make the most invocations. On a CPU that poses as a GPU
 * a load costs as much as many multiplications, and the fastest tile is the one that loads least; workgroup memory and
 * barriers cost too much there to be worth a trial. On a GPU more than some 200 sums spill from its registers.
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
  // Of larger tiles the most would lie outside.
  return n <= 8 || m <= 8 ? [narrow] : [wide24, wide16, narrow];
}
