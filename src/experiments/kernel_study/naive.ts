/**
 * The way that everyone takes: a Gram matrix in single precision, and its eigenvalues.
 *
 * @module
 */
import type { Gpu } from "../../gpu/device.ts";
import { eigvalsh } from "../../linalg/eigen/eigvalsh.ts";
import type { HeldFeatures } from "../../linalg/gram/feature_tiles.ts";
import { squareMatrix } from "../../linalg/matrix.ts";
import { gramMatrices } from "../../linalg/gram/gram_matrices.ts";

/**
 * Eigenvalues of ΦᵀΦ / m by a Gram matrix in single precision, as one batch. Nothing below some 10⁻⁷ λ₁ is true of them.
 * Waits for the GPU.
 *
 * @param gpu Device.
 * @param features Matrices of one shape.
 * @returns The eigenvalues of each, descending.
 */
export async function naiveSpectra(gpu: Gpu, features: readonly HeldFeatures[]): Promise<Float64Array[]> {
  const grams = await gramMatrices(gpu, features, { precision: "single" });
  const values = await eigvalsh(gpu, grams.map(({ matrix }) => squareMatrix(matrix)));
  return values.map((each) => Float64Array.from(each));
}
