/**
 * Two-sided block Jacobi for any arithmetic, with many workgroups per matrix.
 *
 * @module
 */
import { GpuArray } from "../../gpu/array.ts";
import type { Gpu } from "../../gpu/device.ts";
import type { Dispatch, KernelSource } from "../../gpu/kernel.ts";
import { gpuStruct } from "../../gpu/struct.ts";
import { doubleSingleFiles, type DoubleSingleForm } from "../double_single/double_single.ts";
import { MOST_ITERATIONS } from "../iterations.ts";
import type { JacobiSolver, SolvableMatrices, SolverOptions } from "./jacobi_solver.ts";
import blockSource from "../../../shaders/linalg/eigen/block_jacobi.wgsl" with { type: "text" };
import convergenceSource from "../../../shaders/linalg/eigen/block_jacobi_convergence.wgsl" with {
  type: "text",
};
import blockDoubleSource from "../../../shaders/linalg/include/block_jacobi_double_single.wgsl" with {
  type: "text",
};
import blockSingleSource from "../../../shaders/linalg/include/block_jacobi_single.wgsl" with {
  type: "text",
};
import pairsSource from "../../../shaders/linalg/include/jacobi_pairs.wgsl" with { type: "text" };
import rotationSource from "../../../shaders/linalg/include/jacobi_rotation.wgsl" with { type: "text" };
import doubleSource from "../../../shaders/linalg/include/rotation_double_single.wgsl" with { type: "text" };
import singleSource from "../../../shaders/linalg/include/rotation_single.wgsl" with { type: "text" };

/** Sweeps after which a matrix that has not converged is left as it is; 6 to 10 are usual. */
const MOST_SWEEPS = 16;
/**
 * Workgroups that share a matrix on a CPU that poses as a GPU: a workgroup costs 1 µs there even if
 * it is idle.
 */
const WORKGROUPS_OF_SOFTWARE = 16;

/**
 * Rounds of single rotations that a round of blocks of 8 rows counts for in `progress`, and so in
 * the rounding that certificates allow for. The number makes the rounds of a sweep what they are
 * without blocks.
 *
 * A round turns the 16 rows of a pair of blocks by a matrix T that gathers 15 rounds of rotations,
 * on either side of A. Let one rotation leave ρ on an entry of A, relative to √(a_ii a_jj), with
 * independent roundings of mean zero. Then T leaves √15 ρ on either side, and its sums of 16
 * products at most √16 ρ more: √62 ρ ≤ 8 ρ in all. Relative to the entries of the *new* matrix that
 * holds because products of a graded matrix are graded as well: ‖D t_i‖₂ ≤ d′_i / √λ_min for each
 * column t_i of T, with D² and D′² the old and the new diagonal and λ_min the least eigenvalue of
 * the scaled 16 × 16 matrix.
 *
 * Measured against float64: eigenvalues of Gram matrices of order 40, 100, 160 are off by 6, 12, 23
 * u relative to themselves (root mean square), by 5, 8, 11 u without blocks; those of graded ones
 * by 4, 8, 11 u and 4, 6, 8 u. At n = 160 certificates allow for 10⁵ u.
 */
export const ROUNDS_OF_BLOCKS = 8;

/** An arithmetic that fills in the frame of `block_jacobi.wgsl`. */
interface BlockArithmetic {
  /** The kernels. */
  readonly source: KernelSource;
  /** Words of an entry. */
  readonly words: 1 | 2;
  /** Columns that one invocation turns: `STRIP`. */
  readonly strip: number;
  /** Units of {@linkcode SolvableMatrices.rowStride} in these columns: `STRIP_UNITS`. */
  readonly stripUnits: number;
  /** Loop iterations that a strip of the matrix takes, and one of the basis. */
  readonly iterations: readonly [number, number];
  /** Operations that count as one. */
  readonly cost: number;
}

const SINGLE: BlockArithmetic = {
  source: {
    name: "block_jacobi",
    files: [pairsSource, rotationSource, singleSource, blockSource, convergenceSource, blockSingleSource],
  },
  words: 1,
  strip: 8,
  stripUnits: 2,
  iterations: [23, 18],
  cost: 1,
};

function doubleSingle(form: DoubleSingleForm): BlockArithmetic {
  return {
    source: {
      name: `block_jacobi_double_single (${form})`,
      files: [
        ...doubleSingleFiles(form),
        pairsSource,
        rotationSource,
        doubleSource,
        blockSource,
        convergenceSource,
        blockDoubleSource,
      ],
    },
    words: 2,
    strip: 2,
    stripUnits: 2,
    iterations: [147, 91],
    cost: 20,
  };
}

/**
 * Binds block Jacobi. Dispatches: 2 to start; 2 for each of the ⌈n / 8⌉ rounds of a sweep, and 2
 * more.
 *
 * @param gpu Device.
 * @param batch Matrices to solve, of order 2,048 at most.
 * @param arithmetic Single precision, or the form of double-single arithmetic that the adapter
 * needs.
 * @param options Tolerances, shares of the spectrum, and the owner of the arrays.
 * @returns The commands; those after convergence return at once.
 */
export async function bindBlocks(
  gpu: Gpu,
  batch: SolvableMatrices,
  arithmetic: "single" | DoubleSingleForm,
  { tolerance, least, shares, stack }: SolverOptions & { readonly stack: DisposableStack },
): Promise<JacobiSolver> {
  const { source, words, strip, stripUnits, iterations, cost } = arithmetic === "single"
    ? SINGLE
    : doubleSingle(arithmetic);
  const { tail = 0, heads = [0, 0, 0, 0] } = shares;
  const { count, rowStride, orders, progress, matrices, basis } = batch;
  const pairs = Math.ceil(batch.order / 16), entries = count * batch.rows ** 2;
  // lavapipe runs 8 lanes as one vector, and pays for more at every barrier; a GPU's warps have 32.
  const lanes = gpu.software ? 8 : 32;
  const kernel = (entryPoint: string) => gpu.kernel({ ...source, entryPoint }, { LANES: lanes });
  const [measure, judge, solve, turn] = await Promise.all(
    ["measure", "judge", "solve", "turn"].map(kernel),
  );
  const turns = stack.use(new GpuArray(gpu, "turns of blocks", count * pairs * 512 * words));
  const turned = stack.use(new GpuArray(gpu, "turned blocks", count * pairs));
  const sums = stack.use(new GpuArray(gpu, "off-diagonal sums", count * pairs * 24));

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
      measure.bind([how, orders, progress, matrices, sums], [2 * pairs, count], 2 * cost * entries),
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
  // A pair takes about 10 sweeps of 16 × 16; a round multiplies A from both sides, and the basis.
  const solving = 40_000 * cost * pairs * count, turning = 96 * cost * entries;
  for (let round = 0; round < 2 * pairs - 1; round++) {
    const how = shape(round, false);
    sweep.push(
      solve.bind([how, orders, progress, matrices, turns, turned], [pairs, count], solving),
      turn.bind([how, orders, progress, matrices, turns, turned, basis], [workgroups, count], turning),
    );
  }
  return { start: look(true), sweep: [...sweep, ...look(false)], most: MOST_SWEEPS };
}
