/**
 * Right singular vectors to start from, in double-single arithmetic: A V instead of A.
 *
 * @module
 */
import { InputError } from "../../errors.ts";
import { GpuArray } from "../../gpu/array.ts";
import type { Gpu } from "../../gpu/device.ts";
import type { Dispatch } from "../../gpu/kernel.ts";
import { type DoubleSingleForm, splitDoubles } from "../double_single/double_single.ts";
import type { EntryView } from "../products/gemm_double_single.ts";
import { bindRowProducts, doubleSingleProduct } from "../products/row_products.ts";
import { U2 } from "../rounding.ts";
import { bindNewtonSchulz } from "./newton_schulz.ts";
import type { SlabBatch } from "./qr_double_single.ts";

/** Commands for a start V, and their arrays. */
export interface DoubleSingleStart {
  /** Makes the rows of Vᵀ orthonormal. */
  readonly prepare: readonly Dispatch[];
  /** Multiplies the slab X by V. */
  readonly rotate: readonly Dispatch[];
  /** Turns solved rows into the coordinates of A. */
  readonly restore: readonly Dispatch[];
  /** The slab X. */
  readonly slab: GpuArray;
  /** The solved rows in these coordinates. */
  readonly rows: GpuArray;
  /** 3/2 − VᵀV/2 of the last step. */
  readonly correction: GpuArray;
}

/**
 * Binds the use of right singular vectors V that a solve starts from.
 *
 * @param gpu Device.
 * @param batch Factors and slabs; a slab receives X V instead of X.
 * @param stack Owner of the arrays.
 * @param options Form of the arithmetic that the adapter needs; V of each matrix, `n × n`.
 * @returns The commands, and their arrays.
 */
export async function bindStartDoubleSingle(
  gpu: Gpu,
  { count, rows, order, factors, slab }: SlabBatch,
  stack: DisposableStack,
  { form, starts }: { readonly form: DoubleSingleForm; readonly starts: readonly Float64Array[] },
): Promise<DoubleSingleStart> {
  const view = (array: GpuArray, height: number, stride = order): EntryView => (
    { array, double: true, stride, batch: height * stride }
  );
  const pairs = (label: string) => stack.use(new GpuArray(gpu, label, 2 * count * order * order));
  const bases = [0, 1].map(() => view(pairs("right singular vectors"), order));
  const [correction, solved] = [pairs("orthonormal correction"), pairs("rotated rows")];
  const source = stack.use(new GpuArray(gpu, "slab of rows as given", slab.length));
  starts.forEach((each, i) => bases[0].array.write(splitDoubles(each), 2 * i * order * order));
  const square = { m: order, n: order, k: order, count };
  const product = doubleSingleProduct(gpu, form);
  const prepare: Dispatch[] = [];
  for (const [q, next] of [bases, bases.toReversed()]) {
    prepare.push(
      ...await bindNewtonSchulz(gpu, product, { q, correction: view(correction, order), next, order, count }),
    );
  }
  const [q] = bases;
  return {
    prepare,
    // A slab lies column by column, so it is its transpose that is multiplied from the left.
    rotate: await bindRowProducts(
      gpu,
      product,
      "nn",
      [q, view(source, order, rows), view(slab, order, rows)],
      { ...square, n: rows },
    ),
    restore: await bindRowProducts(
      gpu,
      product,
      "nn",
      [view(factors, order), q, view(solved, order)],
      square,
    ),
    slab: source,
    rows: solved,
    correction,
  };
}

/**
 * Checks that a start is orthonormal. Newton–Schulz squares the defect: 10⁻⁵ at first is 10⁻¹⁰
 * before the second step, which leaves 10⁻²⁰ and rounding.
 *
 * @param correction Words of {@linkcode DoubleSingleStart.correction}.
 * @param order Number n of vectors.
 * @throws {InputError} Where it is not.
 */
export function checkStart(correction: Float32Array, order: number): void {
  for (let e = 0; e < correction.length; e += 2) {
    const unit = (e / 2) % (order * order) % (order + 1) === 0 ? 1 : 0;
    if (Math.abs(correction[e] - unit) < 1e-9) continue;
    throw new InputError(
      "a start is not orthonormal: give right singular vectors, as `vt` of an earlier result",
    );
  }
}

/**
 * Bounds the errors that A V adds.
 *
 * @param n Number of vectors.
 * @param norm Frobenius norm of A.
 * @returns The bounds on singular values, absolute and relative to themselves.
 */
export function startBounds(n: number, norm: number): { absolute: number; relative: number } {
  return { absolute: (3 * n + 11) * U2 * Math.sqrt(n) * norm, relative: n * (3 * n + 20) * U2 / 2 };
}
