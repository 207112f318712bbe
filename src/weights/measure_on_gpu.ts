/**
 * Measures matrices by the methods of the GPU that solve for spectra, one after the other.
 *
 * @module
 */
import { norm } from "../stats/norm.ts";
import { InputError } from "../errors.ts";
import type { Gpu } from "../gpu/device.ts";
import type { WorkOptions } from "../gpu/paced_commands.ts";
import { turn } from "../gpu/turns.ts";
import type { MatrixSource } from "../linalg/matrix_source.ts";
import { featureRanks } from "../rank/methods/feature_ranks.ts";
import {
  type RankMethod,
  type RankMethodName,
  rankMethodNames,
  rankMethods,
} from "../rank/methods/rank_methods.ts";
import { type MatrixPlan, type OpenMatrix, openMatrix } from "./matrix_plan.ts";
import type { MeasuredMatrix } from "./measure_all.ts";
import {
  type MatrixMeasures,
  measureMatrix,
  type MeasureOptions,
  measuresOf,
  toleranceOf,
} from "./measure.ts";

/** What to measure, and how. */
export interface MeasureOnGpuOptions extends MeasureOptions, WorkOptions {
  /** Method, one of {@linkcode spectrumMethodNames}. */
  readonly rankMethod: RankMethodName;
}

/** Most entries in memory for a method that takes no tiles: 512 MiB. */
const MOST_HELD = 2 ** 27;

/** Names of the methods that solve for spectra on the GPU. */
export const spectrumMethodNames: readonly RankMethodName[] = rankMethodNames.filter((name) => {
  const { yields, isOnHost }: RankMethod = rankMethods[name];
  return yields === "spectrum" && !isOnHost;
});

/**
 * Measures matrices on the GPU. Products of thin factors are solved on the host, where their cores
 * take less time than a wait for the GPU.
 *
 * @param gpu Device.
 * @param plans The matrices.
 * @param options What to measure, method, signal to stop.
 * @returns Each as it is ready, in order.
 * @throws {unknown} The reason of the signal, once it is aborted.
 */
export async function* measureOnGpu(
  gpu: Gpu,
  plans: readonly MatrixPlan[],
  options: MeasureOnGpuOptions,
): AsyncGenerator<MeasuredMatrix, void, void> {
  const { signal } = options;
  for (const [index, plan] of plans.entries()) {
    await turn({ signal });
    try {
      const measures =
        await (plan.arrays.length > 1 ? measureMatrix(plan, options) : measure(gpu, plan, options));
      yield { index, measures, reason: "" };
    } catch (error) {
      if (!(error instanceof InputError)) throw error;
      yield { index, measures: null, reason: error.message };
    }
  }
}

/**
 * Measures one matrix by its Gram matrix WᵀW, whose eigenvalues λ ± δ are the squares of the
 * singular values: √λ̂ is off by at most √δ, and δ / (√λ̂ + √(λ̂ − δ)).
 */
async function measure(
  gpu: Gpu,
  plan: MatrixPlan,
  { rankMethod, signal, ...options }: MeasureOnGpuOptions,
): Promise<MatrixMeasures> {
  using matrix = await openMatrix(plan.arrays[0]);
  // A threshold of σ is the root of one of λ. In precision auto those in doubt are solved again.
  const epsilons = [...options.epsilons, toleranceOf(plan)].map((epsilon) => epsilon * epsilon);
  const ranks = await featureRanks(gpu, sourceOf(matrix, rankMethod), {
    ...{ rankMethod, epsilons, threshold: "relative", signal } as const,
    // Rows weigh volume / rows each: 1.
    volume: matrix.rows,
  });
  if (ranks.kind !== "spectrum") throw new InputError(`${rankMethod} gives no spectrum; use another method`);
  const lambda = ranks.eigenvalues.map((value) => Math.max(0, value)), values = lambda.map(Math.sqrt);
  const bounds = ranks.bounds.map((bound, i) => {
    const least = Math.sqrt(Math.max(0, lambda[i] - bound));
    return bound === 0 ? 0 : Math.min(Math.sqrt(bound), bound / (values[i] + least)) * (1 + 2 ** -40);
  });
  return { values, bounds, norm: norm(values), ...measuresOf(plan, { values, bounds }, options) };
}

/** A matrix on demand, or in memory for a method that takes no others. */
function sourceOf(matrix: OpenMatrix, rankMethod: RankMethodName): MatrixSource {
  const method: RankMethod = rankMethods[rankMethod];
  if (method.yields === "spectrum" && method.takesTiles) return matrix;
  const { rows, columns } = matrix;
  if (rows * columns > MOST_HELD) {
    throw new InputError(
      `${rows} × ${columns} entries are too many for ${rankMethod}, which holds them in memory; use host`,
    );
  }
  return { rows, columns, data: matrix.tile(0, rows) };
}
