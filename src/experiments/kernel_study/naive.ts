/**
 * The usual way: a Gram matrix in single precision, and its eigenvalues.
 *
 * @module
 */
import type { Gpu } from "../../gpu/device.ts";
import { eigvalsh } from "../../linalg/eigen/eigvalsh.ts";
import { gramMatrices } from "../../linalg/gram/gram_matrices.ts";
import { type Matrix, squareMatrix } from "../../linalg/matrix.ts";

/**
 * Computes eigenvalues of ΦᵀΦ / m by a Gram matrix in single precision, as one batch. Those below
 * about 10⁻⁷ λ₁ have no correct digit. Waits for the GPU.
 *
 * @param gpu Device.
 * @param features Matrices of one shape.
 * @returns The eigenvalues of each, descending.
 */
export async function naiveSpectra(gpu: Gpu, features: readonly Matrix[]): Promise<Float64Array[]> {
  const grams = await gramMatrices(gpu, features, { precision: "single" });
  const values = await eigvalsh(gpu, grams.map(({ matrix }) => squareMatrix(matrix)));
  return values.map((each) => Float64Array.from(each));
}
