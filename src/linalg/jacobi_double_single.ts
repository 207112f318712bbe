/**
 * Eigenvalues and eigenvectors of symmetric matrices by two-sided Jacobi rotations in double-single arithmetic on the GPU.
 *
 * @module
 */
import type { GpuArray } from "../gpu/array.ts";
import type { Gpu } from "../gpu/device.ts";
import type { Dispatch } from "../gpu/kernel.ts";
import { doubleSingleFiles, type DoubleSingleForm } from "./double_single.ts";
import { bindRounds, type JacobiShares, type SolvableMatrices } from "./jacobi.ts";
import jacobiSource from "../../shaders/linalg/jacobi_double_single.wgsl" with { type: "text" };
import roundsSource from "../../shaders/linalg/jacobi_rounds.wgsl" with { type: "text" };

/**
 * Scaled off-diagonal norm over the order at which a matrix counts as diagonal, and below which pairs are left alone.
 * Rounding leaves ½ u² = 2⁻⁴⁹ of it, as measured.
 */
const TOLERANCE = 2 ** -44, LEAST = 2 ** -47;

/** Symmetric matrices and their bases, in pairs hi, lo. */
export interface DoubleSingleMatrices extends SolvableMatrices {
  /** The matrices, `rows × rows` pairs each. */
  readonly matrices: GpuArray;
  /** The bases, `rows × rowStride` pairs each, one vector a row. */
  readonly basis: GpuArray;
  /** Pairs a row of a basis. */
  readonly rowStride: number;
}

/**
 * Solves all matrices of a batch in place: their eigenvalues end on the diagonals, and the rows of the bases are rotated
 * into eigenvectors.
 *
 * @param gpu Device.
 * @param form Form of the arithmetic that the adapter needs.
 * @param batch Matrices and bases.
 * @param shares Where the tail and the heads of a spectrum are.
 * @returns The commands, to run one after the other; those after convergence return at once.
 * @throws {ShapeError} Where an order is above 1,024.
 */
export function jacobiDoubleSingle(
  gpu: Gpu,
  form: DoubleSingleForm,
  batch: DoubleSingleMatrices,
  shares: JacobiShares = {},
): Promise<Dispatch[]> {
  return bindRounds(gpu, batch, {
    source: {
      name: `jacobi_double_single (${form})`,
      files: [...doubleSingleFiles(form), roundsSource, jacobiSource],
    },
    arrays: [batch.matrices, batch.basis],
    rowStride: batch.rowStride,
    tolerance: TOLERANCE,
    least: LEAST,
    shares,
  });
}
