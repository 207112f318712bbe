/**
 * Eigenvalues and eigenvectors of symmetric matrices by two-sided Jacobi rotations in double-single
 * arithmetic on the GPU.
 *
 * @module
 */
import type { Gpu } from "../../gpu/device.ts";
import type { WorkOptions } from "../../gpu/paced_commands.ts";
import { bindBlocks } from "./block_jacobi.ts";
import type { DoubleSingleForm } from "../double_single/double_single.ts";
import { checkOrder, type JacobiOptions } from "./jacobi.ts";
import { type JacobiShares, type JacobiSolver, runSolver, type SolvableMatrices } from "./jacobi_solver.ts";
import { bindRounds } from "./jacobi_rounds.ts";

/**
 * Scaled off-diagonal norm over the order at which a matrix counts as diagonal, and scaled entry
 * below which pairs are left alone. Rounding leaves ½ u² = 2⁻⁴⁹ of it, as measured.
 */
const TOLERANCE = 2 ** -44, LEAST = 2 ** -47;

/**
 * Largest order that one workgroup solves. Processor time per matrix on lavapipe, with vectors,
 * against that of blocks: n = 64 30, 38 ms; 128 250, 270; 256 1970, 2070; 512 18.7, 17.1 s. One
 * workgroup uses one processor, though, where blocks use all of them, as they use all
 * multiprocessors of a GPU.
 */
const MOST_ORDER_ALONE = 64;

/**
 * Solves all matrices of a batch in place, and waits for the GPU. Their eigenvalues end on the
 * diagonals, and the rows of the bases are rotated into eigenvectors.
 *
 * @param gpu Device.
 * @param form Form of the arithmetic that the adapter needs.
 * @param batch Matrices and bases, in pairs hi, lo.
 * @param options Limits of the tail and the heads of a spectrum; signal to stop.
 * @throws {ShapeError} Where an order is above 2,048.
 */
export async function solveJacobiDoubleSingle(
  gpu: Gpu,
  form: DoubleSingleForm,
  batch: SolvableMatrices,
  { shares = {}, signal }: { readonly shares?: JacobiShares } & WorkOptions = {},
): Promise<void> {
  using stack = new DisposableStack();
  const solver = await bindJacobiDoubleSingle(gpu, batch, stack, { form, shares });
  await runSolver(gpu, solver, batch.progress, { signal });
}

/** Options of {@linkcode bindJacobiDoubleSingle}. */
export interface JacobiDoubleSingleOptions extends Pick<JacobiOptions, "shares" | "mostAlone"> {
  /** Form of the arithmetic that the adapter needs. */
  readonly form: DoubleSingleForm;
}

/**
 * Binds the solver that suits the order of a batch.
 *
 * @param gpu Device.
 * @param batch Matrices and bases, in pairs hi, lo.
 * @param stack Owner of the arrays that the solver needs.
 * @param options Form of the arithmetic, shares of the spectrum, largest order for one workgroup
 * (default: 64).
 * @returns The commands.
 * @throws {ShapeError} Where an order is above 2,048.
 */
export async function bindJacobiDoubleSingle(
  gpu: Gpu,
  batch: SolvableMatrices,
  stack: DisposableStack,
  { form, shares = {}, mostAlone = MOST_ORDER_ALONE }: JacobiDoubleSingleOptions,
): Promise<JacobiSolver> {
  checkOrder(batch.order);
  const solver = { tolerance: TOLERANCE, least: LEAST, shares };
  return batch.order <= mostAlone
    ? await bindRounds(gpu, batch, form, solver)
    : await bindBlocks(gpu, batch, form, { ...solver, stack });
}
