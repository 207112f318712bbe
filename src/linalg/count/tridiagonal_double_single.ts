/**
 * Tridiagonal forms of symmetric matrices in double-single arithmetic, by Householder reflections
 * on the GPU.
 *
 * @module
 */
import { ShapeError } from "../../errors.ts";
import type { Gpu } from "../../gpu/device.ts";
import type { Dispatch } from "../../gpu/kernel.ts";
import { gpuStruct } from "../../gpu/struct.ts";
import { doubleSingleFiles, type DoubleSingleForm } from "../double_single/double_single.ts";
import { stepsPerDispatch } from "../iterations.ts";
import { U2 } from "../rounding.ts";
import type { SymmetricMatrices } from "./symmetric_batch.ts";
import { type TridiagonalBatch, tridiagonalIterations, tridiagonalLanes } from "./tridiagonal.ts";
import fourSource from "../../../shaders/linalg/include/double_single_four.wgsl" with { type: "text" };
import tridiagonalSource from "../../../shaders/linalg/count/tridiagonal_double_single.wgsl" with {
  type: "text",
};
import frameSource from "../../../shaders/linalg/include/tridiagonal_frame.wgsl" with { type: "text" };

/**
 * Largest order: six vectors of that length lie in workgroup memory. Less where that memory is
 * small.
 */
const MOST_ORDER = 512, MOST_ORDER_SMALL = 256, LARGE_MEMORY = 20_000;

/**
 * Binds the reduction of all matrices of a batch to tridiagonal form in double-single arithmetic.
 * The matrices themselves are single precision and taken for exact.
 *
 * The error. T is orthogonally similar to M + E with
 *
 *     ‖E‖₂ ≤ 1.01 ε Σ_k ((4 L + 5) ‖B_k‖_F + (7 S + 420) ‖g_k‖ / ‖u_k‖ + (S + 28) ‖x_k‖)
 *       + 2⁻⁹⁰ + n 2⁻¹²⁶
 *
 * for ε = 2⁻⁴⁸. The norms are measured, and 2⁻⁹⁰ is relative to the largest entry. Notation and
 * steps are those of `bindTridiagonal`. Operations are off by 3 (sums), 7 (products), 11 (roots)
 * and 27 ε (quotients). S = 7 + 3 (n / lanes + 20) bounds a sum over all lanes, and L = 23 + 3 (25
 * + n / 32) an entry of g: 23 for four products at a time, and a split sum of these. Then
 *
 * - Hx is off α e by (0.8 S + 28) ε ‖x‖: the root by S/2 + 11, u's last entry by 3;
 * - uᵀu is known to S/2 + 15, τ to S/2 + 42, g to L ‖B‖_F ‖u‖, which counts fourfold, and c to (S/2
 *   + 42) |c| + S γ;
 * - w = τ (g − c u) brings (2 S + 196) |c| + (S + 104) ω + 4 S γ in all, the update 42 ω + 5 ‖B‖_F:
 *   it normalises once, and low words, whose sums round like any, are at most 5 (|u wᵀ| + |w uᵀ|) +
 *   2 |B| high words' roundings;
 * - and (2 S + 196) |c| + (S + 146) ω ≤ (2.84 S + 415) γ.
 *
 * That is about 10⁻¹¹ λ₁ for Gram matrices of features; measured errors are 10⁻¹⁴ λ₁.
 *
 * @param gpu Device.
 * @param batch Matrices, of which the upper triangle is read.
 * @param out Receives the tridiagonal matrices, with two words per number. A matrix that is not
 * finite gets an infinite bound.
 * @param form Form of the arithmetic that the adapter needs; see {@linkcode doubleSingleFiles}.
 * @returns The commands, to run one after the other.
 * @throws {ShapeError} Where an order is above 512, or above 256 where the adapter's workgroup
 * memory is small.
 */
export async function bindTridiagonalDoubleSingle(
  gpu: Gpu,
  batch: SymmetricMatrices,
  out: TridiagonalBatch,
  form: DoubleSingleForm,
): Promise<Dispatch[]> {
  const { order, rows } = batch;
  const large = gpu.limits.maxComputeWorkgroupStorageSize >= LARGE_MEMORY;
  const most = large ? MOST_ORDER : MOST_ORDER_SMALL;
  if (order > most) {
    throw new ShapeError(
      `a matrix of order ${order} is too large to tridiagonalise in double-single here: at most ${most}`,
    );
  }
  const lanes = tridiagonalLanes(gpu, order);
  const kernel = await gpu.kernel({
    name: `tridiagonal_double_single (${form})`,
    files: [...doubleSingleFiles(form), fourSource, frameSource, tridiagonalSource],
  }, { LANES: lanes, VECTORS: order <= 256 ? 64 : 128 });
  const factors = boundFactors(order, lanes);
  return stepsPerDispatch(order, tridiagonalIterations(order, lanes)).map((steps, index) => {
    const shape = gpuStruct(
      gpu,
      "tridiagonal_double_single shape",
      ["u32", rows, steps, index === 0 ? 1 : 0, 0],
      ["f32", ...factors],
    );
    return kernel.bind(
      [shape, batch.orders, batch.matrices, out.copies, out.entries, out.states],
      [batch.count],
      160 * steps * order ** 2 * batch.count,
    );
  });
}

/** Computes the factors of ‖B‖_F, ‖g‖ / ‖u‖ and ‖x‖ in the bound. */
function boundFactors(order: number, lanes: number): [block: number, product: number, row: number] {
  const sum = 7 + 3 * (order / lanes + 20);
  const product = 23 + 3 * (25 + order / 32);
  return [U2 * (4 * product + 5), U2 * (7 * sum + 420), U2 * (sum + 28)];
}
