/**
 * Products with many rows, in pieces of rows.
 *
 * @module
 */
import type { Gpu } from "../../gpu/device.ts";
import type { Dispatch } from "../../gpu/kernel.ts";
import { piecesOf } from "../pieces.ts";
import type { Product } from "../svd/newton_schulz.ts";
import type { GemmOptions } from "./gemm.ts";

/** Rows of which a piece is a multiple, but the last: those of the largest tile of a product. */
const UNIT = 64;

/**
 * Binds C = A Bᵀ in as many dispatches as keep each of them short; the pieces do not change the
 * result.
 *
 * @param gpu Device.
 * @param product The product in the arithmetic of the operands.
 * @param operands A, B and C.
 * @param options Shapes.
 * @param cost Operations of a term.
 * @returns The commands: one, but for large products.
 */
export async function bindRowProducts<
  View extends { readonly stride: number; readonly offset?: number },
>(
  gpu: Gpu,
  product: Product<View>,
  [a, b, c]: readonly [a: View, b: View, c: View],
  options: GemmOptions,
  cost: number,
): Promise<Dispatch[]> {
  const { m, n, k, count = 1 } = options;
  const dispatches: Dispatch[] = [];
  for (const { first, length } of piecesOf(gpu, m, cost * m * n * k * count, UNIT)) {
    const from = <Side extends View>(view: Side) => (
      { ...view, offset: (view.offset ?? 0) + first * view.stride }
    );
    dispatches.push(await product("nt", from(a), b, from(c), { ...options, m: length }));
  }
  return dispatches;
}
