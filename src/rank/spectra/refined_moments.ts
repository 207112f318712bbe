/**
 * Moments of refined eigenfeatures with targets, in double-single arithmetic.
 *
 * @module
 */
import { GpuArray } from "../../gpu/array.ts";
import type { Gpu } from "../../gpu/device.ts";
import type { Dispatch } from "../../gpu/kernel.ts";
import { splitDoubles } from "../../linalg/double_single/double_single.ts";
import type { EntryView } from "../../linalg/products/gemm_double_single.ts";
import { doubleSingleProduct } from "../../linalg/products/row_products.ts";
import { U2 } from "../../linalg/rounding.ts";
import { extent } from "../../stats/extent.ts";
import { DOUBLE, type Refinement } from "./refine_spectra.ts";

/** Features of one matrix, and what their eigenfeatures are projected on. */
export interface RefinedMomentsOptions {
  /** Number of samples m. */
  readonly samples: number;
  /** Number of features n. */
  readonly order: number;
  /** Φ, `samples × order`. */
  readonly features: EntryView;
  /** Quadrature weights w, `samples`. */
  readonly weights: ArrayLike<number>;
  /** Targets Y, row-major `samples × outputs`. */
  readonly targets: ArrayLike<number>;
  /** Number of outputs. */
  readonly outputs: number;
}

/** Commands that compute moments, and where they leave them. */
export interface RefinedMoments {
  /** The commands, to run after those of the refinement. */
  readonly dispatches: readonly Dispatch[];
  /** [QᵀΦᵀ W Y, QᵀΦᵀ W 1], `order × (outputs + 1)` pairs hi, lo, in the order of solved values. */
  readonly words: GpuArray;
}

/**
 * Binds the moments of refined eigenfeatures, T = Qᵀ (Φᵀ W [Y 1]). The samples are cut into √m
 * slices, whose sums are added. Commands: 4 at most; about 45 m n flops for each output and for the
 * constant, a share of about 1/n of those of the refinement.
 *
 * @param gpu Device.
 * @param refinement The refinement, of one matrix.
 * @param options Features, weights, targets.
 * @param stack Owner of the arrays.
 * @returns The commands.
 */
export async function bindRefinedMoments(
  gpu: Gpu,
  { basis, form }: Refinement,
  { samples, order, features, weights, targets, outputs }: RefinedMomentsOptions,
  stack: DisposableStack,
): Promise<RefinedMoments> {
  const columns = outputs + 1, { slice, slices } = slicesOf(samples);
  const array = (label: string, words: number | Float32Array) => stack.use(new GpuArray(gpu, label, words));
  const pairs = (label: string, words: number | Float32Array, stride: number, batch = 0): EntryView => ({
    array: array(label, words),
    double: true,
    stride,
    batch,
  });
  const { bind: product } = doubleSingleProduct(gpu, form);
  // [Y 1]ᵀ W, so that the product needs no transposed left operand.
  const weighted = Float64Array.from({ length: columns * samples }, (_, e) => {
    const c = Math.floor(e / samples), k = e % samples;
    return weights[k] * (c < outputs ? targets[k * outputs + c] : 1);
  });
  const left = pairs("weighted targets", splitDoubles(weighted), samples, slice);
  const right = { ...features, batch: slice * features.stride };
  const parts = pairs("partial moments", 2 * slices * columns * order, order, columns * order);
  const whole = Math.floor(samples / slice), rest = samples - whole * slice;
  const size = { m: columns, n: order };
  const dispatches = [await product("nn", left, right, parts, { ...size, k: slice, count: whole })];
  if (rest > 0) {
    const from = (view: EntryView) => ({ ...view, offset: (view.offset ?? 0) + whole * view.batch });
    dispatches.push(await product("nn", from(left), from(right), from(parts), { ...size, k: rest }));
  }
  const ones = { array: array("ones", new Float32Array(slices).fill(1)), double: false, stride: 0, batch: 0 };
  const sums = pairs("moments of features", 2 * columns * order, order);
  const length = columns * order, asRow = (view: EntryView) => ({ ...view, stride: length });
  dispatches.push(
    await product("nn", ones, asRow(parts), asRow(sums), { m: 1, n: length, k: slices }),
  );
  const moments = pairs("moments", 2 * columns * order, columns);
  dispatches.push(await product("nt", basis, sums, moments, { m: order, n: columns, k: order }));
  return { dispatches, words: moments.array };
}

/**
 * Bounds the error of the moments of {@linkcode bindRefinedMoments}.
 *
 * They are those of Φ Q, with Q as the solver left it. A sum over samples errs by dot(slice) +
 * dot(slices) of Σ w |φ_j| |y| ≤ √m_jj ‖y‖, over all j by √(tr M) ‖y‖; words that are rounded add 4
 * u². A moment, of a row q, errs by dot(n) ‖Φᵀ W y‖, over all n by √n times that. Last, Q departs
 * from exact rotations of the basis that was measured: in a round by half of what `rotation` says
 * of two combinations, times √n, as rows count with their magnitudes.
 *
 * @param solved Eigenvalues, number of samples, and rounds of rotations of the last solve.
 * @returns What the moment of a unit vector moves by, divided by ‖y‖.
 */
export function refinedMomentsBound(
  { eigenvalues, samples, rounds }: {
    readonly eigenvalues: Float64Array;
    readonly samples: number;
    readonly rounds: number;
  },
): number {
  const n = eigenvalues.length, { slice, slices } = slicesOf(samples);
  const trace = eigenvalues.reduce((sum, value) => sum + value, 0);
  const sums = DOUBLE.dot(slice) + DOUBLE.dot(slices) + 4 * U2;
  return (sums + Math.sqrt(n) * DOUBLE.dot(n)) * Math.sqrt(trace) +
    rounds * DOUBLE.rotation / 2 * Math.sqrt(n * Math.max(0, extent(eigenvalues)[1]));
}

/** Cuts samples so that sums have as few terms as their sum. */
function slicesOf(samples: number): { slice: number; slices: number } {
  const slice = Math.ceil(Math.sqrt(samples));
  return { slice, slices: Math.ceil(samples / slice) };
}
