/**
 * Bases made orthonormal by matrix products.
 *
 * @module
 */
import type { Dispatch } from "../../gpu/kernel.ts";
import type { GemmOptions } from "../products/gemm.ts";

/**
 * A matrix product in one arithmetic, such as `bindGemm` or `bindGemmDoubleSingle`, of matrices
 * seen through a `View`.
 */
export type Product<View> = (
  variant: "nn" | "nt",
  a: View,
  b: View,
  c: View,
  options: GemmOptions,
) => Promise<Dispatch>;

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
 * @param product The product in the arithmetic of the bases.
 * @param bases Bases, and the memory for the new ones.
 * @returns The commands.
 */
export async function bindNewtonSchulz<View>(
  product: Product<View>,
  { q, correction, next, order, count }: Bases<View>,
): Promise<Dispatch[]> {
  const square = { m: order, n: order, k: order, count };
  return [
    await product("nt", q, q, correction, { ...square, scale: -0.5, shift: 1.5 }),
    await product("nn", correction, q, next, square),
  ];
}
