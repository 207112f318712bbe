/**
 * Eigenvalues and eigenvectors of symmetric matrices by two-sided Jacobi rotations on the GPU.
 *
 * @module
 */
import { ShapeError } from "../../errors.ts";
import type { Gpu } from "../../gpu/device.ts";
import type { Dispatch } from "../../gpu/kernel.ts";
import type { WorkOptions } from "../../gpu/paced_commands.ts";
import { U } from "../rounding.ts";
import { bindBlocks } from "./block_jacobi.ts";
import {
  type JacobiShares,
  type JacobiSolver,
  runSolver,
  type SolvableMatrices,
  unrollSweeps,
} from "./jacobi_solver.ts";
import { bindRounds } from "./jacobi_rounds.ts";

/**
 * Largest order, of `block_jacobi.wgsl`: its loops stay below the 65,535 iterations of lavapipe.
 */
const MOST_ORDER = 2048;

/**
 * Largest order that one workgroup solves. It depends on the order alone, so that the bits of a
 * matrix do not depend on the matrices beside it.
 *
 * Processor time per matrix of a batch, with vectors, on lavapipe, for one workgroup against
 * blocks: n = 16 0.17, 0.24 ms; 32 0.9, 1.2; 64 6.5, 7.6; 96 23, 22; 128 53, 47; 256 430, 300. A
 * single matrix, by the clock, for which one workgroup uses one of two processors: 64 19, 45 ms; 96
 * 34, 53; 128 61, 87. Sweeps of blocks after convergence cost a dispatch of 40 µs for each 4 rows,
 * where those of one workgroup are free. On a GPU, not measured yet, both wait for barriers in each
 * of about n rounds per sweep; but one workgroup computes on one multiprocessor, and reads all of A
 * from its cache in each turn.
 */
const MOST_ORDER_ALONE = 128;

/**
 * Off-diagonal norm, scaled by the diagonal and divided by the order, at which a matrix counts as
 * diagonal: 4 u. Rotations leave rounding of about u on each of n²/2 scaled entries, so less could
 * not be reached.
 */
export const JACOBI_TOLERANCE = 2 ** -22;

/** Options of {@linkcode bindJacobi} and {@linkcode bindJacobiSweeps}. */
export interface JacobiOptions {
  /** Limits of the tail and the heads of a spectrum. Default: no tail, heads that are the whole. */
  readonly shares?: JacobiShares;
  /** Scaled off-diagonal norm, divided by the order, at which a matrix is solved. Default: 4 u. */
  readonly tolerance?: number;
  /** Largest order that one workgroup solves. Default: 128. */
  readonly mostAlone?: number;
}

/**
 * Binds all sweeps that solve the matrices of a batch in place, without the host.
 *
 * @param gpu Device.
 * @param batch Matrices and bases.
 * @param stack Owner of the arrays that the solver needs.
 * @param options Shares of the spectrum, tolerance.
 * @returns The commands, to run one after the other; those after convergence return at once.
 * @throws {ShapeError} Where an order is above 2,048.
 */
export async function bindJacobiSweeps(
  gpu: Gpu,
  batch: SolvableMatrices,
  stack: DisposableStack,
  options: JacobiOptions = {},
): Promise<Dispatch[]> {
  return unrollSweeps(await bindJacobi(gpu, batch, stack, options));
}

/**
 * Solves all matrices of a batch in place, and waits for the GPU.
 *
 * @param gpu Device.
 * @param batch Matrices and bases.
 * @param options Limits of the tail and the heads of a spectrum; signal to stop.
 * @throws {ShapeError} Where an order is above 2,048.
 */
export async function solveJacobi(
  gpu: Gpu,
  batch: SolvableMatrices,
  { shares = {}, signal }: { readonly shares?: JacobiShares } & WorkOptions = {},
): Promise<void> {
  using stack = new DisposableStack();
  const solver = await bindJacobi(gpu, batch, stack, { shares });
  await runSolver(gpu, solver, batch.progress, { signal });
}

/**
 * Binds the solver that suits the order of a batch.
 *
 * @param gpu Device.
 * @param batch Matrices and bases.
 * @param stack Owner of the arrays that the solver needs.
 * @param options Shares of the spectrum, tolerance, largest order for one workgroup.
 * @returns The commands.
 * @throws {ShapeError} Where an order is above 2,048.
 */
export async function bindJacobi(
  gpu: Gpu,
  batch: SolvableMatrices,
  stack: DisposableStack,
  options: JacobiOptions = {},
): Promise<JacobiSolver> {
  const { shares = {}, tolerance = JACOBI_TOLERANCE, mostAlone = MOST_ORDER_ALONE } = options;
  checkOrder(batch.order);
  const solver = { tolerance, least: U, shares };
  return batch.order <= mostAlone
    ? await bindRounds(gpu, batch, "single", solver)
    : await bindBlocks(gpu, batch, "single", { ...solver, stack });
}

/**
 * Checks that a matrix is not too large.
 *
 * @param order Largest order of a batch.
 * @throws {ShapeError} Where it is above 2,048.
 */
export function checkOrder(order: number): void {
  if (order <= MOST_ORDER) return;
  throw new ShapeError(
    `a matrix of order ${order} is too large: use an order of at most ${MOST_ORDER}`,
  );
}
