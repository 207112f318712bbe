/**
 * Eigenvalues and eigenvectors of symmetric matrices by two-sided Jacobi rotations in double-single arithmetic on the GPU.
 *
 * @module
 */
import type { Gpu } from "../../gpu/device.ts";
import { bindBlocks } from "./block_jacobi.ts";
import { doubleSingleFiles, type DoubleSingleForm } from "../double_single/double_single.ts";
import {
  checkOrder,
  type JacobiShares,
  type JacobiSolver,
  runSolver,
  type SolvableMatrices,
} from "./jacobi.ts";
import { bindRounds } from "./jacobi_rounds.ts";
import blockSource from "../../../shaders/linalg/eigen/block_jacobi.wgsl" with { type: "text" };
import convergenceSource from "../../../shaders/linalg/eigen/block_jacobi_convergence.wgsl" with {
  type: "text",
};
import blockDoubleSource from "../../../shaders/linalg/include/block_jacobi_double_single.wgsl" with {
  type: "text",
};
import jacobiSource from "../../../shaders/linalg/include/jacobi_double_single.wgsl" with { type: "text" };
import pairsSource from "../../../shaders/linalg/include/jacobi_pairs.wgsl" with { type: "text" };
import rotationSource from "../../../shaders/linalg/include/jacobi_rotation.wgsl" with { type: "text" };
import roundsSource from "../../../shaders/linalg/eigen/jacobi_rounds.wgsl" with { type: "text" };
import doubleSource from "../../../shaders/linalg/include/rotation_double_single.wgsl" with { type: "text" };

/**
 * Scaled off-diagonal norm over the order at which a matrix counts as diagonal, and below which pairs are left alone.
 * Rounding leaves ½ u² = 2⁻⁴⁹ of it, as measured.
 */
const TOLERANCE = 2 ** -44, LEAST = 2 ** -47;

/**
 * Largest order that one workgroup solves. Processor time of a matrix on lavapipe, with vectors, against that of blocks:
 * n = 64 30, 38 ms; 128 250, 270; 256 1970, 2070; 512 18.7, 17.1 s; but of one processor, where blocks have all, as they
 * have all multiprocessors of a GPU.
 */
const MOST_ORDER_ALONE = 64;

/**
 * Solves all matrices of a batch in place, and waits for the GPU: their eigenvalues end on the diagonals, and the rows of the
 * bases are rotated into eigenvectors.
 *
 * @param gpu Device.
 * @param form Form of the arithmetic that the adapter needs.
 * @param batch Matrices and bases, in pairs hi, lo.
 * @param shares Where the tail and the heads of a spectrum are.
 * @throws {ShapeError} Where an order is above 2,048.
 */
export async function solveJacobiDoubleSingle(
  gpu: Gpu,
  form: DoubleSingleForm,
  batch: SolvableMatrices,
  shares: JacobiShares = {},
): Promise<void> {
  using stack = new DisposableStack();
  const solver = await bindJacobiDoubleSingle(gpu, form, batch, shares, stack);
  await runSolver(gpu, solver, batch.progress);
}

/**
 * Binds the solver that an order asks for.
 *
 * @param gpu Device.
 * @param form Form of the arithmetic that the adapter needs.
 * @param batch Matrices and bases, in pairs hi, lo.
 * @param shares Where the tail and the heads of a spectrum are.
 * @param stack Owner of the arrays that the solver needs.
 * @param mostAlone Largest order that one workgroup solves.
 * @returns The commands.
 * @throws {ShapeError} Where an order is above 2,048.
 */
export async function bindJacobiDoubleSingle(
  gpu: Gpu,
  form: DoubleSingleForm,
  batch: SolvableMatrices,
  shares: JacobiShares,
  stack: DisposableStack,
  mostAlone: number = MOST_ORDER_ALONE,
): Promise<JacobiSolver> {
  checkOrder(batch.order);
  const options = { tolerance: TOLERANCE, least: LEAST, shares };
  const rotation = [...doubleSingleFiles(form), pairsSource, rotationSource, doubleSource];
  if (batch.order <= mostAlone) {
    const files = [...rotation, roundsSource, jacobiSource];
    return await bindRounds(gpu, batch, { name: `jacobi_double_single (${form})`, files }, options);
  }
  const files = [...rotation, blockSource, convergenceSource, blockDoubleSource];
  const source = { name: `block_jacobi_double_single (${form})`, files };
  const arithmetic = { source, words: 2, strip: 2, stripUnits: 2, iterations: [147, 91] } as const;
  return await bindBlocks(gpu, batch, arithmetic, options, stack);
}
