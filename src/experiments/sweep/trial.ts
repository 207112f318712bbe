/**
 * Trials: the networks of a sweep.
 *
 * @module
 */
import type { CompleteOptions } from "../../train/options.ts";

/** Value of an option of a trial. */
export type TrialValue = string | number | boolean | readonly (string | number)[];

/** Options of a trial by their names, in camel case; `null` leaves the choice to the task. */
export type TrialOptions = Readonly<Record<string, TrialValue | null>>;

/** One network of a sweep. */
export interface Trial {
  /**
   * 16 hexadecimal digits that depend on all that it trains: its options, completed, and the
   * samples of its task.
   */
  readonly id: string;
  /** Options as given, swept or not. `plan.json` has them. */
  readonly given: TrialOptions;
  /** Options of a training of this network alone. */
  readonly training: CompleteOptions;
  /** 16 hexadecimal digits that are equal for trials that one batch can hold. */
  readonly shape: string;
}

/** All trials of a sweep. */
export interface SweepPlan {
  /** Names of the options that differ between trials, in the order of the grid. */
  readonly keys: readonly string[];
  /** The trials, in the order of the plan; the last key of the grid varies fastest. */
  readonly trials: readonly Trial[];
}
