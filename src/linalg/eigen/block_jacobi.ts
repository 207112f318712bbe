/**
 * Two-sided block Jacobi with many workgroups a matrix, whatever the arithmetic.
 *
 * @module
 */
import { GpuArray } from "../../gpu/array.ts";
import type { Gpu } from "../../gpu/device.ts";
import type { Dispatch, KernelSource } from "../../gpu/kernel.ts";
import { gpuStruct } from "../../gpu/struct.ts";
import type { JacobiSolver, SolvableMatrices, SolverOptions } from "./jacobi.ts";

/** Sweeps after which a matrix that has not converged is left as it is; 6 to 10 are usual. */
const MOST_SWEEPS = 16;
/** Workgroups that share a matrix on a CPU that poses as a GPU, where a workgroup costs 1 µs even if it has nothing to do. */
const WORKGROUPS_OF_SOFTWARE = 16;
/** Loop iterations that an invocation may take: lavapipe ends a shader after 65,535. */
const MOST_ITERATIONS = 60_000;

/**
 * Rounds of single rotations that a round of blocks of 8 rows counts for in `progress`, and so in the rounding that
 * certificates allow for: as many as make the rounds of a sweep what they are without blocks.
 *
 * A round turns the 16 rows of a pair of blocks by a matrix T that gathers 15 rounds of rotations, on either side of A. Where
 * one rotation leaves ρ on an entry of A, relative to √(a_ii a_jj), roundings independent and of mean zero, T leaves √15 ρ on
 * either side, and its sums of 16 products at most √16 ρ more: √62 ρ ≤ 8 ρ in all. Relative to the entries of the *new* matrix
 * that holds because products of a graded matrix are graded, too: ‖D t_i‖₂ ≤ d′_i / √λ_min for each column t_i of T, with D²
 * and D′² the old and the new diagonal and λ_min the least eigenvalue of the scaled 16 × 16 matrix.
 *
 * Measured against float64: eigenvalues of Gram matrices of order 40, 100, 160 are off by 6, 12, 23 u relative to themselves
 * (root mean square), by 5, 8, 11 u without blocks; of graded ones by 4, 8, 11 u and 4, 6, 8 u. At n = 160 certificates allow
 * for 10⁵ u.
 */
export const ROUNDS_OF_BLOCKS = 8;

/** An arithmetic that fills in the frame of `block_jacobi.wgsl`. */
export interface BlockArithmetic {
  /** The kernels, `block_jacobi.wgsl` among their files. */
  readonly source: KernelSource;
  /** Words of an entry. */
  readonly words: 1 | 2;
  /** Columns that one invocation turns: `STRIP`. */
  readonly strip: number;
  /** Units of {@linkcode SolvableMatrices.rowStride} in these columns: `STRIP_UNITS`. */
  readonly stripUnits: number;
  /** Loop iterations that a strip of the matrix takes, and one of the basis. */
  readonly iterations: readonly [number, number];
}

/**
 * Binds block Jacobi. Dispatches: 2 to start; 2 for each of the ⌈n / 8⌉ rounds of a sweep, and 2.
 *
 * @param gpu Device.
 * @param batch Matrices to solve, of order 2,048 at most.
 * @param arithmetic The arithmetic.
 * @param options What is wanted of the solver.
 * @param stack Owner of the arrays that it needs.
 * @returns The commands; those after convergence return at once.
 */
export async function bindBlocks(
  gpu: Gpu,
  batch: SolvableMatrices,
  { source, words, strip, stripUnits, iterations }: BlockArithmetic,
  { tolerance, least, shares }: SolverOptions,
  stack: DisposableStack,
): Promise<JacobiSolver> {
  const { tail = 0, heads = [0, 0, 0, 0] } = shares;
  const { count, rowStride, orders, progress, matrices, basis } = batch;
  const pairs = Math.ceil(batch.order / 16);
  // lavapipe runs 8 lanes as one vector, and pays for more at every barrier; a GPU's warps have 32.
  const lanes = gpu.software ? 8 : 32;
  const kernel = (entryPoint: string) => gpu.kernel({ ...source, entryPoint }, { LANES: lanes });
  const [measure, judge, solve, turn] = await Promise.all(
    ["measure", "judge", "solve", "turn"].map(kernel),
  );
  const turns = stack.use(new GpuArray(gpu, "turns of blocks", count * pairs * 512 * words));
  const turned = stack.use(new GpuArray(gpu, "turned blocks", count * pairs));
  const sums = stack.use(new GpuArray(gpu, "off-diagonal sums", count * pairs * 16));

  const shape = (round: number, restart: boolean) =>
    gpuStruct(
      gpu,
      `${source.name} shape`,
      ["u32", batch.rows, rowStride, round, restart ? 1 : 0, MOST_SWEEPS],
      ["f32", tolerance, tail, least, ...heads],
      ["u32", 0, pairs, ROUNDS_OF_BLOCKS],
    );
  const look = (restart: boolean): Dispatch[] => {
    const how = shape(0, restart);
    return [
      measure.bind([how, orders, progress, matrices, sums], [2 * pairs, count]),
      judge.bind([how, orders, progress, sums], [1, count]),
    ];
  };
  const blocks = Math.ceil(pairs * (pairs - 1) / 2 * (16 / strip) / lanes);
  const strips = Math.ceil(pairs * Math.ceil(rowStride / stripUnits) / lanes);
  const fewest = Math.ceil((blocks * iterations[0] + strips * iterations[1]) / MOST_ITERATIONS);
  const most = gpu.software
    ? Math.max(WORKGROUPS_OF_SOFTWARE, fewest)
    : gpu.limits.maxComputeWorkgroupsPerDimension;
  const workgroups = Math.max(1, Math.min(blocks + strips, most));
  const sweep: Dispatch[] = [];
  for (let round = 0; round < 2 * pairs - 1; round++) {
    const how = shape(round, false);
    sweep.push(
      solve.bind([how, orders, progress, matrices, turns, turned], [pairs, count]),
      turn.bind([how, orders, progress, matrices, turns, turned, basis], [workgroups, count]),
    );
  }
  return { start: look(true), sweep: [...sweep, ...look(false)], most: MOST_SWEEPS };
}
