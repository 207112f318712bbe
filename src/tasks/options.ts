/**
 * What a caller may choose about a task, and the checks of it.
 *
 * @module
 */

import { InputError } from "../errors.ts";

/** Choices about the samples of a task. What is absent or `undefined` takes the task's own default. */
export interface SampleOptions {
  /** Number of training samples. */
  readonly samples?: number | undefined;
  /** Seed of everything random about the samples, 0 where absent. */
  readonly seed?: number | undefined;
}

/** Most samples that a task may be asked for: a guard against slips, above what GPU buffers hold at usual widths. */
export const MAX_SAMPLES = 2 ** 24;

/**
 * Checks a number of samples.
 *
 * @param samples Number asked for.
 * @returns The number.
 * @throws {InputError} If it is not a whole number from 1 to {@linkcode MAX_SAMPLES}.
 */
export function checkSamples(samples: number): number {
  if (!Number.isInteger(samples) || samples < 1 || samples > MAX_SAMPLES) {
    throw new InputError(`samples must be a whole number from 1 to ${MAX_SAMPLES}, not ${samples}`);
  }
  return samples;
}

/**
 * Checks a seed.
 *
 * @param seed Seed asked for.
 * @returns The seed.
 * @throws {InputError} If it is not a whole number from 0 to 2⁵³ − 1.
 */
export function checkSeed(seed: number): number {
  if (!Number.isSafeInteger(seed) || seed < 0) {
    throw new InputError(`seed must be a whole number from 0 to ${Number.MAX_SAFE_INTEGER}, not ${seed}`);
  }
  return seed;
}
