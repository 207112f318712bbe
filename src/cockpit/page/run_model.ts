/**
 * What the views of a run share: its columns, what is shown of it, and what follows from both.
 *
 * @module
 */
import { countIntervals, type EigenvalueIntervals } from "../../rank/certificates/rank_interval.ts";
import { computed, type ReadonlySignal, type Signal, signal } from "../deps.ts";
import { intervalsOf, ranksAt, type RankSeries, recordedIndex } from "../data/ranks_at.ts";
import type { RunReport } from "../data/run_file.ts";
import { initialState, type ViewState } from "../state.ts";
import { floorModel, type FloorSeries } from "./floor_model.ts";
import { type StairsModel, stairsModel } from "./stairs_model.ts";

/** A run in a page. */
export interface RunModel extends StairsModel {
  /** The run. */
  readonly report: RunReport;
  /** What is shown of it. */
  readonly state: ViewState;
  /** Another run to compare with; `null` for none. */
  readonly other: Signal<RunReport | null>;
  /** Ranks of each layer at the threshold, each computed when it is asked for. */
  readonly ranks: readonly ReadonlySignal<RankSeries>[];
  /** Index of the threshold among those of the run; −1 for another. */
  readonly recorded: ReadonlySignal<number>;
  /** Replica whose spectra are shown: the one picked, or the first. */
  readonly shownReplica: ReadonlySignal<number>;
  /** Floor of the loss at the threshold; `null` where there is none. */
  readonly floor: ReadonlySignal<FloorSeries | null>;
}

/**
 * Makes the model of a run.
 *
 * @param report The run.
 * @returns The model.
 */
export function runModel(report: RunReport): RunModel {
  const { columns } = report, state = initialState(columns);
  const at = computed(() => ({ epsilon: state.epsilon.value, threshold: state.threshold.value }));
  return {
    report,
    state,
    other: signal(null),
    ranks: columns.layers.map((_, l) => computed(() => ranksAt(columns, l, at.value))),
    ...stairsModel(report, state, at),
    recorded: computed(() => recordedIndex(columns, at.value)),
    shownReplica: computed(() => state.replica.value ?? 0),
    floor: floorModel(report, state, at),
  };
}

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
export function spectrumAtCursor({ report: { columns }, state, shownReplica }: RunModel, layer: number):
  | SpectrumAt
  | null {
  const { spectrumAt, isSolved, steps } = columns, S = spectrumAt.length, replica = shownReplica.value;
  for (let s = S - 1; s >= 0; s--) {
    if (spectrumAt[s] > state.cursor.value || !isSolved[replica * S + s]) continue;
    return { step: steps[spectrumAt[s]], intervals: intervalsOf(columns, layer)[replica * S + s] };
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
