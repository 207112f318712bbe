/**
 * Measures many matrices at once, each by a worker, as singular values in float64 keep one core of
 * the processor busy.
 *
 * @module
 */
import { StaircaseError } from "../errors.ts";
import type { WorkOptions } from "../gpu/paced_commands.ts";
import type { MatrixPlan } from "./matrix_plan.ts";
import type { MatrixMeasures, MeasureOptions } from "./measure.ts";
import type { MeasureReply, MeasureRequest } from "./measure_worker.ts";

/** Memory that matrices of all workers together may take, in bytes. */
const MOST_BYTES = 3 * 2 ** 27;
/** Most workers unless more are asked for: each takes some 60 MiB beside its matrix. */
const MOST_WORKERS = 8;

/** How many workers to use. */
export interface MeasureAllOptions extends MeasureOptions, WorkOptions {
  /** Number of workers. Default: one for each core, at most eight and as many as memory allows. */
  readonly workers?: number;
}

/** A matrix that was measured, or that could not be. */
export interface MeasuredMatrix {
  /** Its index in the list. */
  readonly index: number;
  /** Its measures; `null` if there are none. */
  readonly measures: MatrixMeasures | null;
  /** Why there are none; empty if there are. */
  readonly reason: string;
}

/** Bytes of a matrix while it is measured. */
function bytesOf({ rows, columns, arrays }: MatrixPlan): number {
  const long = Math.max(rows, columns), short = Math.min(rows, columns);
  if (arrays.length > 1) return 24 * arrays[0].columns ** 2;
  // Tall ones come in slabs of 256 rows.
  const rowsHeld = long < 2 * short ? long : short + 256;
  return 8 * short * rowsHeld + 2 ** 24;
}

/**
 * Decides how many workers measure some matrices.
 *
 * @param plans The matrices.
 * @param cores Number of cores.
 * @returns At least one, and as many as the largest matrix allows in 384 MiB.
 */
export function workersFor(plans: readonly MatrixPlan[], cores: number): number {
  const largest = plans.reduce((most, plan) => Math.max(most, bytesOf(plan)), 1);
  return Math.max(1, Math.min(cores, MOST_WORKERS, plans.length, Math.floor(MOST_BYTES / largest)));
}

/**
 * Measures matrices.
 *
 * @param plans The matrices.
 * @param options What to measure, workers, signal to stop.
 * @returns Each as it is ready.
 * @throws {StaircaseError} If a worker ends by itself, as without memory.
 * @throws {unknown} The reason of the signal, once it is aborted.
 */
export async function* measureAll(
  plans: readonly MatrixPlan[],
  { workers, signal, ...options }: MeasureAllOptions,
): AsyncGenerator<MeasuredMatrix, void, void> {
  const count = Math.min(plans.length, workers ?? workersFor(plans, navigator.hardwareConcurrency));
  const ready: MeasuredMatrix[] = [];
  let next = 0, left = plans.length, failure: unknown = null;
  let wake = Promise.withResolvers<void>();
  const fail = (error: unknown) => {
    failure ??= error;
    wake.resolve();
  };
  const stop = () => fail(signal?.reason);
  signal?.addEventListener("abort", stop, { once: true });
  const team = Array.from({ length: count }, () => {
    const worker = new Worker(new URL("./measure_worker.ts", import.meta.url), { type: "module" });
    let index = -1;
    const give = () => {
      if (next === plans.length) return;
      index = next++;
      worker.postMessage({ plan: plans[index], options } satisfies MeasureRequest);
    };
    worker.onmessage = ({ data }: MessageEvent<MeasureReply>) => {
      const isFailed = "reason" in data;
      if (isFailed && !data.isForeseen) fail(new StaircaseError(`a worker failed: ${data.reason}`));
      ready.push({ index, measures: isFailed ? null : data.measures, reason: isFailed ? data.reason : "" });
      give();
      wake.resolve();
    };
    worker.onerror = (event) => {
      event.preventDefault();
      fail(new StaircaseError(`a worker ended: ${event.message}; give fewer of them with --workers`));
    };
    give();
    return worker;
  });
  try {
    if (signal?.aborted) stop();
    while (left > 0) {
      await wake.promise;
      wake = Promise.withResolvers();
      for (; ready.length > 0; left--) yield ready.shift()!;
      if (failure !== null) throw failure;
    }
  } finally {
    signal?.removeEventListener("abort", stop);
    for (const worker of team) worker.terminate();
  }
}
