/**
 * What functions of spectra take and give, and the checks of it.
 *
 * @module
 */
import { checkKeys, checkName } from "../../check.ts";
import { InputError } from "../../errors.ts";
import type { WorkOptions } from "../../gpu/paced_commands.ts";
import {
  checkCenter,
  checkVolume,
  prepareKeys,
  type PrepareOptions,
} from "../../linalg/gram/prepare_options.ts";
import { type Threshold, thresholdNames } from "../certificates/rank_interval.ts";

/** Shape of feature matrices. */
export interface FeatureShape {
  /** Number of samples m. */
  readonly rows: number;
  /** Number of features n. */
  readonly columns: number;
}

/**
 * Arithmetic of a spectrum: single, double-single, or single first and double-single where that
 * leaves doubt.
 */
export type Precision = "auto" | "single" | "double";

/** Names of arithmetics. */
export const precisionNames: readonly Precision[] = ["auto", "single", "double"];

/** Options of `featureSpectra` and `oneSidedSpectra`. */
export interface SpectrumOptions extends PrepareOptions, WorkOptions {
  /** Arithmetic. Default: `auto`. */
  readonly precision?: Precision;
  /**
   * Thresholds whose ranks `auto` makes certain, if it can. Default: none, and `auto` is `single`.
   */
  readonly epsilons?: readonly number[];
  /** How these thresholds are meant. Default: absolute. */
  readonly threshold?: Threshold;
  /**
   * Called with the share of the work that is done, from 0 to 1, where a method knows it: those on
   * the host do. Default: nothing.
   */
  readonly onShare?: (share: number) => void;
}

/** Eigenvalues of Φᵀ diag(w) Φ with certified bounds. */
export interface FeatureSpectrum {
  /** Eigenvalues λ̂, descending: min(m, n) of them, since the others are 0. */
  readonly eigenvalues: Float64Array;
  /** Bounds δ_i ≥ |λ̂_i − λ_i|. */
  readonly bounds: Float64Array;
  /** Arithmetic that they come from. */
  readonly precision: "single" | "double";
}

/** Keys of {@linkcode SpectrumOptions}. */
const KEYS = [...prepareKeys, "precision", "epsilons", "threshold", "onShare", "signal"] as const;

/**
 * Checks options of spectra.
 *
 * @param what Whose options they are, for errors: `options of featureSpectra`.
 * @param options The options.
 * @param others Keys besides those of {@linkcode SpectrumOptions}. Default: none.
 * @throws {InputError} If a key or a name is unknown, a threshold is not a finite number above 0,
 * or `center` is no boolean.
 */
export function checkSpectrumOptions(
  what: string,
  options: SpectrumOptions,
  others: readonly string[] = [],
): void {
  checkKeys(what, options, [...KEYS, ...others]);
  const { precision, threshold, center, epsilons } = options;
  if (precision !== undefined) checkName("precision", precision, precisionNames);
  if (threshold !== undefined) checkName("threshold", threshold, thresholdNames);
  if (center !== undefined) checkCenter(center);
  checkVolume(options);
  if (epsilons !== undefined) checkEpsilons(epsilons);
}

/**
 * Checks thresholds.
 *
 * @param epsilons Any value.
 * @throws {InputError} If it is not a list of finite numbers above 0.
 */
export function checkEpsilons(epsilons: unknown): void {
  if (!Array.isArray(epsilons)) {
    throw new InputError(`epsilons are ${epsilons}: give a list of numbers above 0`);
  }
  for (const epsilon of epsilons) {
    if (!(typeof epsilon === "number" && epsilon > 0 && epsilon < Infinity)) {
      throw new InputError(`ε = ${epsilon}: give a number above 0`);
    }
  }
}
