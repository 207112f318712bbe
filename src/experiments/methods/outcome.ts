/**
 * The outcome of a method on a task.
 *
 * @module
 */
import type { RankInterval } from "../../rank/certificates/rank_interval.ts";
import { findStairs } from "../../rank/stairs/find_stairs.ts";
import type { Samples } from "../../tasks/task.ts";
import type { LearningMethod } from "./plan.ts";

/** One network, or one set of features with a solved output layer, on one task. */
export interface MethodOutcome {
  /** Name of the task. */
  readonly task: string;
  /** The method. */
  readonly method: LearningMethod;
  /** Index of the network, or set of features, among those of this method, from 0. */
  readonly replica: number;
  /** Steps of the probes; 0 alone where the output layer is solved for. */
  readonly steps: readonly number[];
  /** Loss at each of them; after the solve where the output layer is solved for. */
  readonly losses: readonly number[];
  /** ε-ranks of the last hidden layer, `[probe][threshold]`. */
  readonly ranks: readonly (readonly RankInterval[])[];
  /**
   * Jumps of each ε-rank after the start, beyond flicker: none for features that stay as they are,
   * NaN where stairs cannot be told.
   */
  readonly jumps: readonly number[];
  /** Mean squared error on the held-out samples at the end; `null` without any. */
  readonly heldOut: number | null;
  /** Norm of the coefficients that are solved for; `null` for networks. */
  readonly coefficients: number | null;
}

/**
 * Counts the jumps of ranks, without flicker: see {@linkcode findStairs}.
 *
 * @param steps Steps of the probes.
 * @param ranks Ranks, `[probe][threshold]`.
 * @returns Jumps at each threshold; NaN where stairs cannot be told.
 */
export function jumpsOf(steps: readonly number[], ranks: MethodOutcome["ranks"]): number[] {
  if (steps.length === 1) return ranks[0].map(() => 0);
  return ranks[0].map((_, e) => {
    const { jumps, doubt } = findStairs(steps, ranks.map((each) => each[e]));
    return doubt === null ? jumps.length : NaN;
  });
}

/**
 * Computes the weighted mean squared error, in double precision.
 *
 * @param samples Targets and weights.
 * @param output Outputs, in the order of the targets.
 * @returns Σ w ‖u − y‖².
 */
export function squaredError({ count, y, weights }: Samples, output: ArrayLike<number>): number {
  const outputs = y.length / count;
  let sum = 0;
  for (let e = 0; e < y.length; e++) sum += weights[Math.floor(e / outputs)] * (output[e] - y[e]) ** 2;
  return sum;
}
