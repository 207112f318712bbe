/**
 * Products with many rows, in pieces of rows.
 *
 * @module
 */
import type { Gpu } from "../../gpu/device.ts";
import type { Dispatch } from "../../gpu/kernel.ts";
import { piecesOf } from "../pieces.ts";
import { bindGemm, type GemmOptions } from "./gemm.ts";
import { bindGemmCompensated } from "./gemm_compensated.ts";
import { bindGemmDoubleSingle, type EntryView } from "./gemm_double_single.ts";
import type { DoubleSingleForm } from "../double_single/double_single.ts";
import type { MatrixView } from "../matrix_view.ts";

/** Rows of which a piece is a multiple, but the last: those of the largest tile of a product. */
const UNIT = 64;

/** Matrices whose rows can be told apart. */
interface Rows {
  readonly stride: number;
  readonly offset?: number;
}

/**
 * A matrix product in one arithmetic, such as `bindGemm` or `bindGemmDoubleSingle`, of matrices
 * seen through a `View`.
 */
export interface RowProduct<View> {
  /** Binds it. */
  readonly bind: (
    variant: "nn" | "nt",
    a: View,
    b: View,
    c: View,
    options: GemmOptions,
  ) => Promise<Dispatch>;
  /** Floating-point operations of a term of a sum. */
  readonly cost: number;
}

/**
 * Binds the products of single precision.
 *
 * @param gpu Device.
 * @param compensated Whether sums are compensated.
 * @returns The product.
 */
export function singleProduct(gpu: Gpu, compensated: boolean): RowProduct<MatrixView> {
  return compensated
    ? { bind: (...operands) => bindGemmCompensated(gpu, ...operands), cost: 8 }
    : { bind: (...operands) => bindGemm(gpu, ...operands), cost: 2 };
}

/**
 * Binds the products of double-single arithmetic.
 *
 * @param gpu Device.
 * @param form Form of the arithmetic that the adapter needs.
 * @returns The product.
 */
export function doubleSingleProduct(gpu: Gpu, form: DoubleSingleForm): RowProduct<EntryView> {
  return { bind: (...operands) => bindGemmDoubleSingle(gpu, form, ...operands), cost: 40 };
}

/**
 * Binds C = scale · A op(B) + shift · I in as many dispatches as keep each of them short; the
 * pieces do not change the result.
 *
 * @param gpu Device.
 * @param product The product in the arithmetic of the operands, and the operations of a term.
 * @param variant Whether the right operand is transposed: `nt`.
 * @param operands A, B and C.
 * @param options Shapes and factors.
 * @returns The commands: one, but for large products.
 */
export async function bindRowProducts<View extends Rows>(
  gpu: Gpu,
  { bind, cost }: RowProduct<View>,
  variant: "nn" | "nt",
  [a, b, c]: readonly [a: View, b: View, c: View],
  options: GemmOptions,
): Promise<Dispatch[]> {
  const { m, n, k, count = 1 } = options;
  const dispatches: Dispatch[] = [];
  for (const { first, length } of piecesOf(gpu, m, cost * m * n * k * count, UNIT)) {
    const from = <Side extends View>(view: Side) => (
      { ...view, offset: (view.offset ?? 0) + first * view.stride }
    );
    dispatches.push(await bind(variant, from(a), b, from(c), { ...options, m: length, firstRow: first }));
  }
  return dispatches;
}
