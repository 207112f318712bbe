/**
 * Spectra of real training: features of both hidden layers of a network, at several of its steps.
 *
 * At the start those of the first layer are nearly linear in the input, and those of the second
 * decay faster still. Training lifts one eigenvalue after the other, so a threshold that is far
 * from all of them at one step has many close to it at another.
 *
 * @module
 */
import type { Families, TrainedLayer } from "./family.ts";

/** Steps at which features are taken, ascending. */
const STEPS = [0, 30, 300, 1000] as const;

/**
 * The layer of the family `trained`: the rank at 10⁻⁶ λ₁ has risen from 2 to about 17 there, and
 * the loss has fallen from 1.5 to 0.3.
 */
export const TRAINED: TrainedLayer = { step: 300, layer: 2 };

/** Features of runs: `training-300-2` is the second hidden layer after 300 steps. */
export const trainingFamilies: Families = Object.fromEntries(
  STEPS.flatMap((step) =>
    ([1, 2] as const).map((layer) => [
      `training-${step}-${layer}`,
      { label: `step ${step.toLocaleString("en")}, layer ${layer}`, make: null, trained: { step, layer } },
    ])
  ),
);
