/**
 * Measurements of the layers of trained classifiers, and their places in the experiment.
 *
 * @module
 */
import { type CollapsedLayer, collapsedLayers } from "../../rank/ranks/collapsed_layers.ts";
import type { Training } from "../../train/training.ts";
import type { CollapsePlace } from "./plan.ts";

/** A layer after training, and its place in the experiment. */
export interface CollapseRow extends Omit<CollapsedLayer, "index">, CollapsePlace {
  /** Loss over all training samples. */
  readonly loss: number;
  /** Share of the held-out samples classified correctly; of the training samples without any. */
  readonly accuracy: number;
}

/**
 * Measures all layers of the networks that did not diverge.
 *
 * @param training The training.
 * @param placeOf Gives the place of a replica in the experiment.
 * @returns A row for each layer and network.
 */
export async function measureLayers(
  { network, trace, diverged, options: { task } }: Training,
  placeOf: (index: number) => CollapsePlace,
): Promise<CollapseRow[]> {
  const last = new Map(trace.probes.map((probe) => [probe.replica, probe]));
  const whole = [...last.keys()].filter((index) => !diverged.has(index));
  return (await collapsedLayers(network, task, whole)).map(({ index, ...layer }) => {
    const { loss, accuracy } = last.get(index)!;
    return { ...layer, ...placeOf(index), loss, accuracy: accuracy! };
  });
}
