/**
 * How much of the losses a run records.
 *
 * @module
 */
import type { CompleteOptions } from "./options.ts";
import type { SavedTraining } from "./state.ts";

/** Losses that are all recorded, whatever the number of replicas: 256 MB. */
const MOST_LOSSES = 2 ** 26;

/** Fewest replicas of which quantiles are recorded: seven numbers a step in place of theirs. */
const FEWEST_REPLICAS = 64;

/**
 * Tells whether a run records quantiles of the losses over the replicas at each step, and not the
 * loss of each replica: one of at least 64 replicas with more than 2²⁶ losses in all, as 4,096
 * replicas have after 16,384 steps. Each probe has the loss of its replica all the same. A training
 * that goes on records what it did, however many steps are added.
 *
 * @param options Replicas and steps.
 * @param from The training that it goes on from; `null` if it begins.
 * @returns Whether it does.
 */
export function recordsQuantiles(
  { replicas, steps }: Pick<CompleteOptions, "replicas" | "steps">,
  from: SavedTraining | null,
): boolean {
  if (from?.trace && from.state.step > 0) return from.trace.lossQuantiles !== undefined;
  return replicas >= FEWEST_REPLICAS && replicas * (steps + 1) > MOST_LOSSES;
}
