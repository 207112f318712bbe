/**
 * What features of hidden layers do not exceed.
 *
 * @module
 */
import { type Activation, activationEntry } from "./activation.ts";

/**
 * Looks up what no value of an activation exceeds in magnitude.
 *
 * @param activation Activation.
 * @returns The bound; `null` where there is none.
 */
export function activationBound(activation: Activation): number | null {
  return activationEntry(activation).bound;
}

/**
 * Bounds the features of hidden layers, whatever their parameters and samples are.
 *
 * @param activations Activations of the layers.
 * @param skips Whether each has a skip connection.
 * @returns What no feature of a layer exceeds in magnitude; `null` where there is no such bound.
 */
export function featureBounds(
  activations: readonly Activation[],
  skips: readonly boolean[],
): (number | null)[] {
  // The inputs have none.
  let below: number | null = null;
  return activations.map((activation, index) => {
    const own = activationBound(activation);
    if (!skips[index]) below = own;
    else below = own === null || below === null ? null : own + below;
    return below;
  });
}
