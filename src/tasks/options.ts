/**
 * Options of tasks and their checks, and the entry of a task in the registry.
 *
 * @module
 */
import { checkNumber } from "../check.ts";
import type { Task, TaskKind } from "./task.ts";

/**
 * Options of the samples of a task. An option that is absent or `undefined` takes the task's own
 * default.
 */
export interface SampleOptions {
  /** Number of training samples. */
  readonly samples?: number | undefined;
  /** Seed of everything random about the samples. Default: 0. */
  readonly seed?: number | undefined;
}

/** Options of tasks in the registry. */
export interface LoadOptions extends SampleOptions {
  /** Directory of the files of a task that reads files. */
  readonly data?: string | undefined;
}

/** A task in the registry. */
export interface TaskEntry {
  /** One line for help and documentation: what is to be learned. */
  readonly help: string;
  /** Kind of the task. */
  readonly kind: TaskKind;
  /** Whether it reads the files of `LoadOptions.data`. Default: false. */
  readonly readsFiles?: boolean;
  /**
   * Makes the task.
   *
   * @param options Options; `data` is absent unless the task reads files.
   * @returns The task, under the name of its entry.
   */
  load(options: LoadOptions): Task | Promise<Task>;
}

/**
 * Largest number of samples that a task takes: a guard against slips, above what GPU buffers hold
 * at usual widths.
 */
export const MAX_SAMPLES = 2 ** 24;

/**
 * Checks a number of samples.
 *
 * @param samples Any value.
 * @returns The number.
 * @throws {InputError} If it is not a whole number from 1 to {@linkcode MAX_SAMPLES}.
 */
export function checkSamples(samples: number): number {
  return checkNumber("samples", samples, { min: 1, max: MAX_SAMPLES, integer: true });
}

/**
 * Checks a seed.
 *
 * @param seed Any value.
 * @returns The seed.
 * @throws {InputError} If it is not a whole number from 0 to 2⁵³ − 1.
 */
export function checkSeed(seed: number): number {
  return checkNumber("seed", seed, { min: 0, max: Number.MAX_SAFE_INTEGER, integer: true });
}
