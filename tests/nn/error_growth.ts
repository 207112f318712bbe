/**
 * How far single precision may take a training run from the same run in float64.
 *
 * A step commits errors in three places: the gradient is off by what
 * `tests/reference/network_errors.ts` bounds, the parameters are rounded, and their change is off
 * by the roundings of the moments, whose number grows with the step. The errors of a step have as
 * long to grow or to die away as the run still lasts; how much they do is up to the loss and has no
 * formula. So the reference run is repeated with errors put in: at every step each error at its
 * bound, of one sign for each parameter all the run long, which no rounding is. How far losses and
 * parameters move is the bound. The signs of different parameters are left to chance; a few draws
 * need not find the worst, so three times the largest movement is allowed.
 *
 * The bound is far above what rounding does on average, as sums do not round all their terms the
 * same way. It is as far below what a wrong formula does, which changes losses by parts of
 * themselves within a few steps.
 *
 * @module
 */
import { uniform } from "../../src/stats/random.ts";
import type { ReferenceNetwork, ReferenceSamples } from "../reference/network.ts";
import { stepErrors } from "../reference/network_errors.ts";
import { U } from "../reference/rounding.ts";
import { type Disturbance, type ReferenceRun, train } from "../reference/training.ts";

const DRAWS = 2, SAFETY = 3;
/** Steps for which the bounds of the gradient's errors are kept before they are found anew. */
const KEPT = 10;

/** A reference run, and how far single precision may be from it. */
export interface Allowance {
  /** Losses before each update. */
  readonly losses: readonly number[];
  /** Bounds of their errors. */
  readonly lossBounds: readonly number[];
  /** Parameters at the end. */
  readonly end: Float64Array;
  /** Bounds of their errors. */
  readonly endBounds: readonly number[];
}

/** Errors of a step at their bounds, of the given signs. */
class RoundingErrors implements Disturbance {
  /** Bound of the loss's own error at the last step whose bounds were found. */
  lossError = 0;
  #bounds: ArrayLike<number> = [];

  constructor(readonly signs: readonly number[], readonly loss: string) {}

  gradient(
    step: number,
    gradient: Float64Array,
    network: ReferenceNetwork,
    theta: Float64Array,
    samples: ReferenceSamples,
  ) {
    if (step % KEPT === 0) {
      const errors = stepErrors(network, theta, samples, this.loss);
      this.#bounds = errors.gradient;
      this.lossError = Math.max(this.lossError, errors.loss);
    }
    gradient.forEach((_, i) => gradient[i] += this.signs[i] * this.#bounds[i]);
  }

  parameters(step: number, theta: Float64Array, before: Float64Array) {
    // Three roundings a step of either moment; the second counts half, under the root; 16 more for
    // the change itself.
    const change = (5 * (step + 1) + 16) * U;
    theta.forEach((t, i) =>
      theta[i] += this.signs[i] * (3 * U * Math.abs(t) + change * Math.abs(t - before[i]))
    );
  }
}

/**
 * Runs the reference, and bounds the errors of the same run in single precision.
 *
 * @param run The run.
 * @param start Its initial parameters.
 * @returns The run with bounds.
 */
export function allowance(run: ReferenceRun, start: Float32Array): Allowance {
  const exact = train(run, start);
  const random = uniform(1);
  const lossBounds = new Array<number>(run.steps).fill(0);
  let furthest = 0;
  for (let draw = 0; draw < DRAWS; draw++) {
    const errors = new RoundingErrors(Array.from(start, () => random() < 0.5 ? -1 : 1), run.loss);
    const moved = train(run, start, errors);
    let most = 0;
    moved.losses.forEach((loss, t) => {
      most = Math.max(most, Math.abs(loss - exact.losses[t]));
      lossBounds[t] = Math.max(lossBounds[t], SAFETY * most + errors.lossError);
    });
    // The parameters' errors mix on the way: each may have the largest.
    furthest = Math.max(furthest, ...moved.theta.map((t, i) => Math.abs(t - exact.theta[i])));
  }
  return {
    losses: exact.losses,
    lossBounds,
    end: exact.theta,
    endBounds: Array.from(start, () => SAFETY * furthest),
  };
}
