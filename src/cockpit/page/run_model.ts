/**
 * What the views of a run share: its columns, what is shown of it, and what follows from both.
 *
 * @module
 */
import type { EigenvalueIntervals } from "../../rank/certificates/rank_interval.ts";
import { countIntervals } from "../../rank/certificates/rank_interval.ts";
import type { Staircase } from "../../rank/stairs/find_stairs.ts";
import { computed, effect, type ReadonlySignal, type Signal, signal } from "../deps.ts";
import {
  intervalsOf,
  ranksAt,
  type RankSeries,
  recordedIndex,
  stairsOf,
  type ThresholdAt,
} from "../data/ranks_at.ts";
import type { RunReport, StairsRecord } from "../data/run_file.ts";
import { initialState, type ViewState } from "../state.ts";

/** Stairs with their threshold. */
export interface FoundStairs extends Pick<Staircase, "stairs" | "jumps" | "flicker" | "doubt"> {
  /** The threshold. */
  readonly at: ThresholdAt;
  /** p-values by the names of their tests, where the run has made them. */
  readonly pValues: StairsRecord["pValues"];
  /** Whether they are from all probes of the run. */
  readonly isOfAllProbes: boolean;
}

/** A run in a page. */
export interface RunModel {
  /** The run. */
  readonly report: RunReport;
  /** What is shown of it. */
  readonly state: ViewState;
  /** Another run to compare with; `null` for none. */
  readonly other: Signal<RunReport | null>;
  /** Ranks of each layer at the threshold, each computed when it is asked for. */
  readonly ranks: readonly ReadonlySignal<RankSeries>[];
  /** Stairs of each layer, which follow the threshold a little later; `null` at the very start. */
  readonly stairs: readonly ReadonlySignal<FoundStairs | null>[];
  /** Index of the threshold among those of the run; −1 for another. */
  readonly recorded: ReadonlySignal<number>;
  /** Replica whose spectra are shown: the one picked, or the first. */
  readonly shownReplica: ReadonlySignal<number>;
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
  const ranks = columns.layers.map((_, l) => computed(() => ranksAt(columns, l, at.value)));
  const recorded = computed(() => recordedIndex(columns, at.value));
  const settled = trailing(at);
  const stairs = columns.layers.map((_, l) =>
    computed((): FoundStairs | null => {
      const at = settled.at.value, replica = state.replica.value;
      if (at === null) return null;
      const e = recordedIndex(columns, at);
      const kept = report.stairs.find((each) => each.replica === replica && each.layer === l && each.e === e);
      // Those of the run are from all of its probes, also from those that are not in the page.
      if (kept) return { ...kept, at, isOfAllProbes: true };
      return settled.timed(() => ({
        ...stairsOf(columns, ranksAt(columns, l, at), replica),
        at,
        pValues: {},
        isOfAllProbes: e >= 0 && columns.steps.length === columns.recorded.steps,
      }));
    })
  );
  const shownReplica = computed(() => state.replica.value ?? 0);
  return { report, state, other: signal(null), ranks, stairs, recorded, shownReplica };
}

/** Milliseconds from one search for stairs to the next while ε is dragged, if they take none. */
const STAIRS_EVERY = 100;

/**
 * Follows a threshold at some distance: finding stairs takes longer than a frame, and the more
 * longer, the more rarely they follow.
 */
function trailing(at: ReadonlySignal<ThresholdAt>) {
  const followed = signal<ThresholdAt | null>(null);
  let timer: ReturnType<typeof setTimeout> | undefined, spent = 0;
  effect(() => {
    void at.value;
    timer ??= setTimeout(() => {
      timer = undefined;
      spent = 0;
      followed.value = at.value;
    }, followed.peek() === null ? 0 : STAIRS_EVERY + 5 * spent);
  });
  const timed = <T>(find: () => T): T => {
    const begin = performance.now();
    try {
      return find();
    } finally {
      spent += performance.now() - begin;
    }
  };
  return { at: followed as ReadonlySignal<ThresholdAt | null>, timed };
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
