/**
 * Two-sided Jacobi for any arithmetic, with one workgroup per matrix.
 *
 * @module
 */
import type { Gpu } from "../../gpu/device.ts";
import type { Dispatch, KernelSource } from "../../gpu/kernel.ts";
import { gpuStruct } from "../../gpu/struct.ts";
import { doubleSingleFiles, type DoubleSingleForm } from "../double_single/double_single.ts";
import { MOST_ITERATIONS } from "../iterations.ts";
import type { JacobiSolver, SolvableMatrices, SolverOptions } from "./jacobi_solver.ts";
import roundsSource from "../../../shaders/linalg/eigen/jacobi_rounds.wgsl" with { type: "text" };
import jacobiSource from "../../../shaders/linalg/include/jacobi.wgsl" with { type: "text" };
import jacobiDoubleSource from "../../../shaders/linalg/include/jacobi_double_single.wgsl" with {
  type: "text",
};
import foursSource from "../../../shaders/linalg/include/jacobi_fours.wgsl" with { type: "text" };
import twosSource from "../../../shaders/linalg/include/jacobi_twos.wgsl" with { type: "text" };
import pairsSource from "../../../shaders/linalg/include/jacobi_pairs.wgsl" with { type: "text" };
import rotationSource from "../../../shaders/linalg/include/jacobi_rotation.wgsl" with { type: "text" };
import doubleSource from "../../../shaders/linalg/include/rotation_double_single.wgsl" with { type: "text" };
import singleSource from "../../../shaders/linalg/include/rotation_single.wgsl" with { type: "text" };

/**
 * Most sweeps. Cyclic Jacobi converges quadratically; 6 to 10 are usual. The `off` of a matrix that
 * is not done by then says so.
 */
const MOST_SWEEPS = 16;

const SINGLE: KernelSource = {
  name: "jacobi",
  files: [pairsSource, rotationSource, singleSource, roundsSource, foursSource, jacobiSource],
};

function doubleSingle(form: DoubleSingleForm): KernelSource {
  return {
    name: `jacobi_double_single (${form})`,
    files: [
      ...doubleSingleFiles(form),
      pairsSource,
      rotationSource,
      doubleSource,
      roundsSource,
      twosSource,
      jacobiDoubleSource,
    ],
  };
}

/**
 * Binds the rounds of a solver, in as many dispatches as lavapipe's limit on loop iterations
 * requires.
 *
 * @param gpu Device.
 * @param batch Matrices to solve, of order 1,024 at most: up to there WGSL's division is accurate
 * enough for the integer quotients of `jacobi_rounds.wgsl`.
 * @param arithmetic Single precision, or the form of double-single arithmetic that the adapter
 * needs.
 * @param options Tolerances and shares of the spectrum.
 * @returns The commands; those after convergence return at once.
 */
export async function bindRounds(
  gpu: Gpu,
  batch: SolvableMatrices,
  arithmetic: "single" | DoubleSingleForm,
  options: SolverOptions,
): Promise<JacobiSolver> {
  const source = arithmetic === "single" ? SINGLE : doubleSingle(arithmetic);
  const { tolerance, least, shares: { tail = 0, heads = [0, 0, 0, 0] } } = options;
  const sweep = batch.rows - 1, together = arithmetic === "single" ? 4 : 2;
  const lanes = lanesFor(gpu, batch.order, together);
  const kernel = await gpu.kernel(source, { LANES: lanes, GROUPS: batch.rows / together });
  const rounds = roundsPerDispatch(batch, lanes, together);
  const perEntry = arithmetic === "single" ? 12 : 240;
  const operations = perEntry * Math.min(rounds, MOST_SWEEPS * sweep) * batch.rows ** 2 * batch.count;
  const start: Dispatch[] = [];
  for (let done = 0; done <= MOST_SWEEPS * sweep; done += rounds) {
    const shape = gpuStruct(
      gpu,
      `${source.name} shape`,
      ["u32", batch.rows, batch.rowStride, rounds, done === 0 ? 1 : 0, MOST_SWEEPS * sweep],
      ["f32", tolerance, tail, least, ...heads],
      ["u32", 0],
    );
    const { orders, progress, matrices, basis } = batch;
    start.push(kernel.bind([shape, orders, progress, matrices, basis], [batch.count], operations));
  }
  return { start, sweep: [], most: 0 };
}

/**
 * Chooses the invocations that share a matrix. A GPU hides latency with many. lavapipe runs them
 * all on one thread, eight to a vector, and pays for each at every barrier: by fours with 8 it
 * takes 0.6 to 0.85 of the time of 32 for n = 16 to 64, as long for 96 and 128; by twos 0.6 to 0.95
 * for n = 16 to 64. Beyond, 8 would come near its limit on iterations sooner.
 */
function lanesFor(gpu: Gpu, order: number, together: number): number {
  if (gpu.software) return order <= (together === 4 ? 128 : 64) ? 8 : 32;
  return order <= 64 ? 64 : Math.min(256, gpu.limits.maxComputeInvocationsPerWorkgroup);
}

/**
 * Counts the rounds that fit into {@linkcode MOST_ITERATIONS}. lavapipe enters the four loops of a
 * look, with all lanes masked, also in turns that do not look. A turn takes three loops, the way
 * out of each, those four, and itself.
 */
function roundsPerDispatch(batch: SolvableMatrices, lanes: number, together: number): number {
  const units = batch.rows / together, sweep = batch.rows - 1;
  const turnsOfSweep = together === 4 ? batch.rows / 2 : sweep;
  const perTurn = Math.ceil(units * (units - 1) / 2 / lanes) + Math.ceil(units * batch.rowStride / lanes) +
    Math.ceil(units / lanes) + 8;
  const perLook = Math.ceil(batch.order ** 2 / lanes) + 2 * Math.ceil(batch.order / lanes) + 32;
  // A dispatch of t turns looks at most ⌈t / turnsOfSweep⌉ + 1 times.
  const turns = Math.floor((MOST_ITERATIONS - 2 * perLook) / (perTurn + perLook / turnsOfSweep));
  // Rounds take at most two turns more than their share of those of a sweep.
  return Math.max(1, together === 4 ? Math.floor((turns - 2) * sweep / turnsOfSweep) : turns);
}
