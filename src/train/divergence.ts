/**
 * Divergence: where it began, and the end of a run by it.
 *
 * @module
 */
import { DivergenceError } from "../errors.ts";
import { Commands } from "../gpu/commands.ts";
import type { Network } from "../nn/network.ts";
import { layersNotFinite } from "../nn/not_finite.ts";
import type { TrainingStep } from "../nn/optim/training_step.ts";
import { DIVERGED_WORD, STATE_WORDS } from "../nn/optim/update.ts";
import type { CompleteOptions } from "./options.ts";
import type { DivergedLayer, DivergedReplica } from "./state.ts";

/** Replicas that an error names. */
const MOST_NAMED = 5;

/**
 * Tells whether divergence ends a run.
 *
 * @param diverged Replicas that have diverged.
 * @param options Options of the run.
 * @returns Whether all have, or one has and `stopOnDivergence` is set.
 */
export function hasDiverged(
  { size }: ReadonlyMap<number, unknown>,
  { replicas, stopOnDivergence }: Pick<CompleteOptions, "replicas" | "stopOnDivergence">,
): boolean {
  return size >= (stopOnDivergence ? 1 : replicas);
}

/**
 * Finds the layers in which replicas have diverged. On the GPU a replica rests from the first step
 * whose loss is not finite, with the parameters, the mini-batch and the features of that step, so
 * that this can be asked at any time later.
 *
 * @param network The network.
 * @param step Its training step.
 * @param diverged Replicas whose loss on a batch was not finite, and the first step at which.
 * @returns The same, with their layers.
 */
export async function locateDivergence(
  network: Network,
  { states, seen, many, forward, measure }: Pick<
    TrainingStep,
    "states" | "seen" | "many" | "forward" | "measure"
  >,
  diverged: readonly DivergedReplica[],
): Promise<DivergedReplica[]> {
  if (many) {
    // Many steps at once leave no features. A step that comes anyway does no more than this first.
    const commands = new Commands(network.gpu);
    commands.run(forward, measure[0]);
    commands.submit();
  }
  const [words, layers] = await Promise.all([states.readUint32(), layersNotFinite(network, seen)]);
  return diverged.map(({ replica, step }) => {
    // Sums that are finite may add up to an infinite loss: the replica then rests one step later,
    // and all outputs at this one were finite.
    const isEvidence = words[replica * STATE_WORDS + DIVERGED_WORD] === step + 1;
    const layer = isEvidence ? layers[replica] : null;
    const isHidden = layer !== null && layer < network.layout.layers.length;
    return { replica, step, layer: isHidden ? layer : "output" };
  });
}

/**
 * Names the place where a network diverged.
 *
 * @param diverged The network.
 * @returns `at step 120 in layer 2`, `at step 120 in the output layer`, or the step alone.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 *
 * assert.equal(divergencePlace({ step: 120, layer: 2 }), "at step 120 in layer 2");
 * assert.equal(divergencePlace({ step: 7, layer: "output" }), "at step 7 in the output layer");
 * assert.equal(divergencePlace({ step: 7, layer: null }), "at step 7");
 * ```
 */
export function divergencePlace({ step, layer }: Omit<DivergedReplica, "replica">): string {
  return `at step ${step}${layer === null ? "" : ` in ${layerName(layer)}`}`;
}

/**
 * Names the layer in which a network diverged, behind other words.
 *
 * @param diverged The network.
 * @returns `, first in layer 2`, or nothing if the layer is not known.
 */
export function divergenceOrigin({ layer = null }: { readonly layer?: DivergedLayer }): string {
  return layer === null ? "" : `, first in ${layerName(layer)}`;
}

function layerName(layer: number | "output"): string {
  return layer === "output" ? "the output layer" : `layer ${layer}`;
}

/**
 * Makes the error of a run that ended by divergence.
 *
 * @param diverged Replicas that have diverged.
 * @param options Options of the run.
 * @returns The error.
 */
export function divergenceError(
  diverged: readonly DivergedReplica[],
  { replicas }: Pick<CompleteOptions, "replicas">,
): DivergenceError {
  const all = diverged.map(({ replica }) => replica), more = all.length - MOST_NAMED;
  const first = diverged.reduce((earliest, each) => each.step < earliest.step ? each : earliest);
  const named = all.slice(0, MOST_NAMED).join(", ") + (more > 0 ? ` and ${more} more` : "");
  const whose = all.length < replicas ? ` of replica ${named}` : "";
  const whichever = all.length > 1 ? ` of replica ${first.replica}` : "";
  const where = first.layer === null ? "" : divergenceOrigin(first) + whichever;
  return new DivergenceError(
    `the loss${whose} is no longer finite from step ${first.step} on${where}: lower the learning rate, or ` +
      "choose another initialiser",
    first.step,
    all,
  );
}
