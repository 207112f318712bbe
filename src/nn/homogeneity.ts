/**
 * Activations that are positively homogeneous.
 *
 * @module
 */
import { type Activation, activationEntry } from "./activation.ts";

/** An activation with σ(c z) = c^p σ(z) for all c > 0. */
export interface HomogeneousActivation {
  /**
   * Slope on the left, where it is 1 on the right: σ(z) = z^p there, and (slope · z)^p on the left.
   */
  readonly slope: number;
  /** Order p. */
  readonly order: number;
}

/**
 * Looks up how an activation is positively homogeneous.
 *
 * @param activation Activation.
 * @returns Its slope and order; `null` where it is not homogeneous.
 */
export function homogeneity(activation: Activation): HomogeneousActivation | null {
  const { slope } = activationEntry(activation);
  return slope ? { slope: slope(activation.parameter), order: activation.exponent } : null;
}
