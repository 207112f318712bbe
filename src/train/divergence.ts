/**
 * The end of a run by divergence.
 *
 * @module
 */
import { DivergenceError } from "../errors.ts";
import type { CompleteOptions } from "./options.ts";

/** Replicas that an error names. */
const MOST_NAMED = 5;

/**
 * Tells whether divergence ends a run.
 *
 * @param diverged Replicas that have diverged, with the step at which they did.
 * @param options Options of the run.
 * @returns Whether all have, or one has and `stopOnDivergence` is set.
 */
export function hasDiverged(
  { size }: ReadonlyMap<number, number>,
  { replicas, stopOnDivergence }: Pick<CompleteOptions, "replicas" | "stopOnDivergence">,
): boolean {
  return size >= (stopOnDivergence ? 1 : replicas);
}

/**
 * Makes the error of a run that ended by divergence.
 *
 * @param diverged Replicas that have diverged, with the step at which they did.
 * @param options Options of the run.
 * @returns The error.
 */
export function divergenceError(
  diverged: ReadonlyMap<number, number>,
  { replicas }: Pick<CompleteOptions, "replicas">,
): DivergenceError {
  const all = [...diverged.keys()], more = all.length - MOST_NAMED;
  const step = [...diverged.values()].reduce((least, each) => Math.min(least, each));
  const named = all.slice(0, MOST_NAMED).join(", ") + (more > 0 ? ` and ${more} more` : "");
  const whose = all.length < replicas ? ` of replica ${named}` : "";
  return new DivergenceError(
    `the loss${whose} is no longer finite from step ${step} on: lower the learning rate, or choose another ` +
      "initialiser",
    step,
    all,
  );
}
