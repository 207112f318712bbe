/**
 * The spectrum at the time cursor.
 *
 * @module
 */
import { countIntervals, type EigenvalueIntervals } from "../../rank/certificates/rank_interval.ts";
import { intervalsOf } from "../data/ranks_at.ts";
import type { ViewState } from "../state.ts";
import type { RunModel } from "./run_model.ts";

/** A spectrum with its step. */
export interface SpectrumAt {
  /** Step of the spectrum. */
  readonly step: number;
  /** The spectrum. */
  readonly intervals: EigenvalueIntervals;
}

/**
 * Finds the last spectrum of a layer up to the time cursor.
 *
 * @param model The run.
 * @param layer Index of the layer, from 0.
 * @returns The spectrum; `null` where the replica has none.
 */
export function spectrumAtCursor({ columns, cursor, shownReplica }: RunModel, layer: number):
  | SpectrumAt
  | null {
  const { spectrumAt, isSolved, steps } = columns.value, S = spectrumAt.length, replica = shownReplica.value;
  for (let s = S - 1; s >= 0; s--) {
    if (spectrumAt[s] > cursor.value || !isSolved[replica * S + s]) continue;
    return { step: steps[spectrumAt[s]], intervals: intervalsOf(columns.value, layer)[replica * S + s] };
  }
  return null;
}

/**
 * Says on which side of the threshold eigenvalues certainly lie.
 *
 * @param spectrum A spectrum.
 * @param state The threshold.
 * @returns Whether the i-th is above, or below; `null` where it is not certain.
 */
export function sidesOf(
  { intervals }: SpectrumAt,
  { epsilon, threshold }: ViewState,
): (i: number) => boolean | null {
  const { low, high } = countIntervals(intervals, epsilon.value, threshold.value);
  return (i) => i < low ? true : i >= high ? false : null;
}
