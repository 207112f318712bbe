/**
 * Matrix products in single precision with compensated sums.
 *
 * @module
 */
import type { Gpu } from "../../gpu/device.ts";
import type { Dispatch } from "../../gpu/kernel.ts";
import { gpuStruct } from "../../gpu/struct.ts";
import type { GemmOptions } from "./gemm.ts";
import { U } from "../rounding.ts";
import type { MatrixView } from "../matrix_view.ts";
import compensatedSource from "../../../shaders/linalg/include/compensated.wgsl" with { type: "text" };
import gemmSource from "../../../shaders/linalg/products/gemm_compensated.wgsl" with { type: "text" };

/**
 * Bounds the error of the sums of {@linkcode bindGemmCompensated} before they are rounded.
 *
 * @param k Terms K of a sum.
 * @returns δ with |ĉ − c| ≤ 2⁻²⁴ |c| + δ Σ|a||b|: about 10⁻⁹ for 50 terms, 4·10⁻⁹ for 256.
 */
export function gemmCompensatedBound(k: number): number {
  return (k / 4 + 10) * 2 ** -34 + 2 * (k * U) ** 2;
}

/**
 * Binds C = scale · A op(B) + shift · I, for a batch of matrices, right to the last bit but one. It
 * takes a half (K = 48) to a fifth (K = 256) of the time of `bindGemmDoubleSingle`. It is for
 * adapters whose arithmetic passes the self-test of double-single numbers in its float form.
 *
 * @param gpu Device.
 * @param variant Whether the right operand is transposed: `nt`.
 * @param a Left operand, M × K.
 * @param b Right operand, K × N, or N × K where it is transposed.
 * @param c Result, M × N; shares no memory with A or B.
 * @param options Shapes and factors; the scale a power of two, so that it rounds nothing.
 * @returns The command.
 */
export async function bindGemmCompensated(
  gpu: Gpu,
  variant: "nn" | "nt",
  a: MatrixView,
  b: MatrixView,
  c: MatrixView,
  options: GemmOptions,
): Promise<Dispatch> {
  const { m, n, k, count = 1, scale = 1, shift = 0, firstRow = 0 } = options;
  const kernel = await gpu.kernel({
    name: "gemm_compensated",
    files: [compensatedSource, gemmSource],
    entryPoint: variant,
  });
  const shape = gpuStruct(
    gpu,
    "gemm_compensated shape",
    ["u32", m, n, k, a.stride, b.stride, c.stride, a.batch, b.batch, c.batch],
    ["u32", a.offset ?? 0, b.offset ?? 0, c.offset ?? 0],
    ["f32", scale, shift],
    ["u32", 0, firstRow],
  );
  const tiles = Math.ceil(m / 4) * Math.ceil(n / 4);
  const workgroups = [Math.ceil(tiles / 64), 1, count] as const;
  return kernel.bind([shape, a.array, b.array, c.array], workgroups, 8 * m * n * k * count);
}
