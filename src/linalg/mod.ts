/**
 * Linear algebra on the GPU: eigenvalues, singular values, least squares and Gram matrices of many
 * small matrices at once. Every function takes a batch of matrices and documents a bound on its
 * error. Names and conventions are those of NumPy. Importing this module loads no package.
 *
 * @example Singular values of a matrix.
 * ```ts
 * import assert from "node:assert/strict";
 * import { Gpu } from "../gpu/mod.ts";
 * import { svdvals } from "./mod.ts";
 *
 * using gpu = await Gpu.open();
 * const matrix = { rows: 2, columns: 2, data: Float32Array.of(3, 0, 4, 0) };
 * const [values] = await svdvals(gpu, [matrix]);
 * assert.deepEqual([...values].map(Math.round), [5, 0]);
 * ```
 *
 * @module
 */
export type { DoubleSingleForm } from "./double_single/double_single.ts";
export {
  DOUBLE_SINGLE_FUNCTIONS,
  type DoubleSingleFunction,
  type FormSelfTest,
  type PrecisionSelfTest,
  selfTestDoubleSingle,
  type SelfTestOptions,
} from "./double_single/double_single_self_test.ts";
export { type Eigen, eigh } from "./eigen/eigh.ts";
export { eigvalsh } from "./eigen/eigvalsh.ts";
export {
  gramMatrices,
  type GramMatricesOptions,
  type GramMatrix,
  type GramPrecision,
} from "./gram/gram_matrices.ts";
export { sampleGramMatrices } from "./gram/sample_gram_matrices.ts";
export type { EigenvalueCount } from "./count/eigenvalue_count.ts";
export type { BoundedValues } from "./host/bidiagonal_values.ts";
export { hostProductSvdvals, type HostSingularValues, hostSvdvals } from "./host/host_svdvals.ts";
export type { Matrix, PrecisionName } from "./matrix.ts";
export type { MatrixSource, SyncMatrixSource, SyncTiledMatrix, Tile, TiledMatrix } from "./matrix_source.ts";
export { type MatrixView, padRows, unpadRows, vectors } from "./matrix_view.ts";
export { bindGemm, type GemmOptions, type GemmVariant } from "./products/gemm.ts";
export {
  type LeastSquaresProblem,
  type LeastSquaresSolution,
  lstsq,
  type LstsqOptions,
} from "./svd/lstsq.ts";
export { type Svd, svd, type SvdOptions } from "./svd/svd.ts";
export { svdvals } from "./svd/svdvals.ts";
