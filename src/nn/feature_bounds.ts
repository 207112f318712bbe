/**
 * What features of hidden layers do not exceed.
 *
 * @module
 */
import { type Activation, activationEntry } from "./activation.ts";
import type { Skip } from "./layout.ts";

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
 * @param skips The skip connection of each; `false` for none.
 * @returns What no feature of a layer exceeds in magnitude; `null` where there is no such bound.
 */
export function featureBounds(
  activations: readonly Activation[],
  skips: readonly Skip[],
): (number | null)[] {
  // The inputs have none.
  let below: number | null = null;
  return activations.map((activation, index) => {
    const own = activationBound(activation);
    if (!skips[index]) below = own;
    // α may become anything.
    else if (skips[index] === "adaptive") below = null;
    // v + σ (u − v), with the encoders' activation that of the first layer.
    else if (skips[index] === "gated") {
      const encoder = activationBound(activations[0]);
      below = own === null || encoder === null ? null : encoder * (1 + 2 * own);
    } else below = own === null || below === null ? null : own + below;
    return below;
  });
}
