/**
 * The pace of a training run.
 *
 * @module
 */
import type { Gpu } from "../../src/gpu/device.ts";
import type { TrainingOptions } from "../../src/train/options.ts";
import { Training } from "../../src/train/training.ts";

/** Steps of a run that goes on until it is stopped. */
const ENDLESS = 2 ** 31;
/** Time in which submissions grow to their size, in milliseconds. */
const RUN_UP = 250;
/** Time between two looks at a run, in milliseconds. */
const GLANCE = 5;

/** What a run takes. */
export interface TrainingRate {
  /** Time of a step, and of its share of probes, in milliseconds. */
  readonly milliseconds: number;
  /** GPU commands of a step. */
  readonly dispatchesPerStep: number;
  /** GPU commands of a probe that solves spectra. */
  readonly dispatchesPerProbe: number;
  /** GPU commands of one that only counts; `null` where there is none. */
  readonly dispatchesPerCount: number | null;
}

/**
 * Trains as a user does, and takes the time between two arrivals of results, so that neither the
 * start nor the end of the run counts. Without `probeEvery` there is no probe between.
 *
 * @param gpu Device.
 * @param options What to train.
 * @param window Least time between the two arrivals, in milliseconds.
 * @returns The pace.
 */
export async function trainingRate(
  gpu: Gpu,
  options: TrainingOptions,
  window: number,
): Promise<TrainingRate> {
  const end = new AbortController();
  using training = await Training.create(gpu, {
    probeEvery: ENDLESS,
    ...options,
    steps: ENDLESS,
    signal: end.signal,
  });
  const { dispatchesPerStep, dispatchesPerProbe, dispatchesPerCount } = training;
  let origin = 0;
  let first: { readonly steps: number; readonly at: number } | null = null;
  let milliseconds = 0;
  const watch = setInterval(() => {
    const steps = training.completed, at = training.milliseconds;
    if (steps === 0) return;
    origin ||= at;
    if (at < origin + RUN_UP) return;
    first ??= { steps, at };
    if (at - first.at < window) return;
    milliseconds = (at - first.at) / (steps - first.steps);
    end.abort();
  }, GLANCE);
  try {
    await training.finish();
  } finally {
    clearInterval(watch);
  }
  return {
    milliseconds,
    dispatchesPerStep,
    dispatchesPerProbe,
    dispatchesPerCount,
  };
}
