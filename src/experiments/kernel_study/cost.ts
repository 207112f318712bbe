/**
 * Cost of the methods: time, dispatches and waits of a batch, and operations as a share of the
 * adapter's peak.
 *
 * @module
 */
import type { Gpu } from "../../gpu/device.ts";
import { measure, type Measurement } from "../../gpu/measure/meter.ts";
import type { Peak } from "../../gpu/measure/peak.ts";
import type { Answer, Problem, StudyMethod } from "./methods.ts";
import type { CostRow } from "./rows.ts";
import type { Matrix } from "../../linalg/matrix.ts";

/** Thresholds, as shares of λ₁, whose ranks are timed. */
export const TIMED_SHARES = [1e-3, 1e-6, 1e-9] as const;

/** Number of timed calls, and the time in milliseconds after which no further call is made. */
const REPEATS = 3, LONG = 400;

/**
 * Makes a problem of a batch of matrices, with thresholds as absolute numbers. The trace stands for
 * λ₁: it is at most n times as large, and hardly larger for decaying spectra. The timing does not
 * depend on the exact thresholds.
 *
 * @param features Matrices of one shape.
 * @returns The problem.
 */
export function timedProblem(features: readonly Matrix[]): Problem {
  return {
    features,
    shares: TIMED_SHARES,
    epsilons: features.map(({ rows, data }) => {
      let trace = 0;
      for (let e = 0; e < data.length; e++) trace += data[e] ** 2 / rows;
      return TIMED_SHARES.map((share) => share * trace);
    }),
  };
}

/**
 * Times a method on a batch: the best of up to three calls. The first call may compile kernels.
 * This weighs little if the call is so long that it is the only one.
 *
 * @param gpu Device.
 * @param method Method.
 * @param problem The batch.
 * @param peak Peak rates of the adapter.
 * @returns The cost.
 */
export async function timeBatch(
  gpu: Gpu,
  method: StudyMethod,
  problem: Problem,
  peak: Peak,
): Promise<CostRow> {
  const took = ({ milliseconds, gpuMilliseconds }: Measurement<Answer[]>) => gpuMilliseconds ?? milliseconds;
  let best: Measurement<Answer[]> | null = null;
  let milliseconds = Infinity, total = 0, repeats = 0;
  while (repeats < REPEATS && (repeats === 0 || total < LONG)) {
    const all = await (method.measure?.(gpu, problem) ?? measure(gpu, () => method.solve(gpu, problem)));
    // A method that computes on the host takes no time on the GPU, which is not its time.
    const measured = all.dispatches === 0 ? { ...all, gpuMilliseconds: null } : all;
    if (!best || took(measured) < took(best)) best = measured;
    milliseconds = Math.min(milliseconds, measured.milliseconds);
    total += measured.milliseconds;
    repeats++;
  }
  const { result, gpuMilliseconds, dispatches, submissions, waits } = best!;
  const { features, shares } = problem;
  const [{ rows, columns }] = features;
  const shape = { rows, columns, batch: features.length, thresholds: shares.length };
  const operations = {
    single: await method.flops({ ...shape, refined: false }),
    double: await method.flops({ ...shape, refined: true }),
  };
  const each = result.map(({ precision }) => operations[precision]);
  const flops = each.reduce<number | null>(
    (sum, value) => sum === null || value === null ? null : sum + value,
    0,
  );
  const ranks = result.flatMap((answer) => answer.ranks);
  return {
    method: method.name,
    precision: method.precision,
    columns,
    rows,
    batch: features.length,
    milliseconds,
    gpuMilliseconds,
    dispatches,
    submissions,
    waits,
    flops,
    peakShare: flops === null ? null : flops / (took(best!) / 1000) / peak.flopsPerSecond,
    certain: method.certified ? ranks.filter(({ low, high }) => low === high).length / ranks.length : null,
    repeats,
  };
}
