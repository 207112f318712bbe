/**
 * Numbers of eigenvalues of symmetric matrices, by Sturm sequences in double-single arithmetic on
 * the GPU.
 *
 * @module
 */
import type { Gpu } from "../../gpu/device.ts";
import type { Dispatch } from "../../gpu/kernel.ts";
import { gpuStruct } from "../../gpu/struct.ts";
import { doubleSingleFiles, type DoubleSingleForm } from "../double_single/double_single.ts";
import type { SturmWork } from "./sturm_work.ts";
import type { TridiagonalBatch } from "./tridiagonal.ts";
import sturmSource from "../../../shaders/linalg/count/sturm_double_single.wgsl" with { type: "text" };

/** Invocations per workgroup of `sturm_double_single.wgsl`. */
const WORKGROUP = 64;

/**
 * Binds counts of the eigenvalues of all matrices of a batch above all thresholds: at each ε itself
 * and at ε ± δ.
 *
 * The proof is that of `bindSturm`, with δ = δ₁ + 46 · 2⁻⁴⁸ max|e| + 2⁻⁶⁰ (relative to the largest
 * entry), by the roundings of double-single arithmetic. A square, a quotient and three differences
 * are off by 43 · 2⁻⁴⁸ together, which moves e by half of that, and T by twice that of the largest
 * e.
 *
 * @param gpu Device.
 * @param batch Tridiagonal forms, two words per number.
 * @param work Thresholds, which may be written by the GPU before, and room for the counts.
 * @param form Form of the arithmetic that the adapter needs; see {@linkcode doubleSingleFiles}.
 * @returns The command.
 */
export async function bindSturmDoubleSingle(
  gpu: Gpu,
  batch: TridiagonalBatch,
  work: SturmWork,
  form: DoubleSingleForm,
): Promise<Dispatch> {
  const kernel = await gpu.kernel({
    name: `sturm_double_single (${form})`,
    files: [...doubleSingleFiles(form), sturmSource],
  });
  const shape = gpuStruct(gpu, "sturm shape", ["u32", batch.rows, work.thresholds, batch.count, 0]);
  return kernel.bind(
    [shape, batch.orders, batch.entries, batch.states, work.epsilons, work.results],
    [Math.ceil(batch.count * work.thresholds / WORKGROUP)],
    1000 * batch.count * work.thresholds * batch.rows,
  );
}
