/**
 * Bases made orthonormal by matrix products.
 *
 * @module
 */
import type { Gpu } from "../../gpu/device.ts";
import type { Dispatch } from "../../gpu/kernel.ts";
import { bindRowProducts, type RowProduct } from "../products/row_products.ts";

/** The bases of a Newton–Schulz step; none shares memory with another. */
export interface Bases<View> {
  /** Bases Q, one vector per row. */
  readonly q: View;
  /** Memory for 3/2 − QQᵀ/2, `order × order` each. */
  readonly correction: View;
  /** Receives the new bases. */
  readonly next: View;
  /** Number of vectors n of each, and their length. */
  readonly order: number;
  /** Number of bases. */
  readonly count: number;
}

/**
 * Binds one Newton–Schulz step Q ← (3/2 − QQᵀ/2) Q. A basis that is orthonormal to ω becomes
 * orthonormal to ω² and rounding.
 *
 * @param gpu Device.
 * @param product The product in the arithmetic of the bases.
 * @param bases Bases, and the memory for the new ones.
 * @returns The commands.
 */
export async function bindNewtonSchulz<View extends { readonly stride: number; readonly offset?: number }>(
  gpu: Gpu,
  product: RowProduct<View>,
  { q, correction, next, order, count }: Bases<View>,
): Promise<Dispatch[]> {
  const square = { m: order, n: order, k: order, count };
  return [
    ...await bindRowProducts(gpu, product, "nt", [q, q, correction], { ...square, scale: -0.5, shift: 1.5 }),
    ...await bindRowProducts(gpu, product, "nn", [correction, q, next], square),
  ];
}
