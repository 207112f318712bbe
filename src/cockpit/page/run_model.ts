/**
 * What the views of a run share: its columns, what is shown of it, and what follows from both.
 *
 * @module
 */
import type { EigenvalueIntervals } from "../../rank/certificates/rank_interval.ts";
import { countIntervals } from "../../rank/certificates/rank_interval.ts";
import type { Staircase } from "../../rank/stairs/find_stairs.ts";
import { drawRamps } from "../../rank/stairs/ramp.ts";
import { computed, effect, type ReadonlySignal, type Signal, signal } from "../deps.ts";
import {
  intervalsOf,
  ranksAt,
  type RankSeries,
  recordedIndex,
  singleSeries,
  stairsOf,
  testsOf,
  type ThresholdAt,
} from "../data/ranks_at.ts";
import { floorAt, type FloorBasis, floorBasis, hasFloors } from "../data/floors.ts";
import type { PValues } from "../data/p_values.ts";
import type { RunReport } from "../data/run_file.ts";
import { initialState, type ViewState } from "../state.ts";
import { lineAndBand, rowsOf } from "../views/series.ts";

/** The parts of a staircase that are shown. */
type StairsParts = Pick<Staircase, "stairs" | "jumps" | "flicker" | "doubt">;

/** Stairs with their threshold. */
export interface FoundStairs extends StairsParts {
  /** The threshold. */
  readonly at: ThresholdAt;
  /** p-values of their tests, where the run has made them; otherwise `null`. */
  readonly pValues: PValues | null;
  /** Whether they are from all probes of the run. */
  readonly isOfAllProbes: boolean;
}

/** Ranks of a smooth trend. */
export interface Trend {
  /** Indices of the steps. */
  readonly at: readonly number[];
  /** Ranks at these. */
  readonly ranks: readonly number[];
}

/** Floors of the loss at some steps. */
export interface FloorSeries {
  /** The steps, ascending. */
  readonly steps: ArrayLike<number>;
  /** Floors there; NaN where there is none. */
  readonly values: readonly number[];
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
  /** Draws from the null of the stairs: smooth trends that are rounded; empty unless wanted. */
  readonly trends: readonly ReadonlySignal<readonly Trend[]>[];
  /** p-values of the stairs of the picked layer, a little later; `null` where there are none. */
  readonly tests: ReadonlySignal<PValues | null>;
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
        ...stairsOf(columns, singleSeries(columns, ranksAt(columns, l, at), replica)),
        at,
        pValues: null,
        isOfAllProbes: e >= 0 && columns.steps.length === columns.recorded.steps,
      }));
    })
  );
  const trends = columns.layers.map((_, l) =>
    computed((): readonly Trend[] => {
      const found = stairs[l].value;
      if (!state.hasTrends.value || found === null) return [];
      const series = singleSeries(columns, ranksAt(columns, l, found.at), state.replica.value);
      return drawRamps(series.ranks, { flicker: found.flicker, draws: TRENDS })
        .map(({ indices, ranks }) => ({ at: indices.map((i) => series.at[i]), ranks }));
    })
  );
  const shownReplica = computed(() => state.replica.value ?? 0);
  const between = floorsOfNetworks(report, shownReplica, recorded);
  const floor = computed((): FloorSeries | null => {
    if (recorded.value < 0) return between.value && between.value(at.value);
    const floors = columns.floors?.[recorded.value];
    if (!floors) return null;
    const { line } = lineAndBand(rowsOf(floors, columns.replicas), {
      replica: state.replica.value,
      hasBand: false,
    });
    return { steps: columns.steps, values: line };
  });
  const tests = testsOfStairs(report, state, stairs);
  const other = signal(null);
  return { report, state, other, ranks, stairs, trends, tests, recorded, shownReplica, floor };
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

/** Trends that are drawn. */
const TRENDS = 3;

/** Milliseconds for which the stairs must rest before they are tested. */
const TESTED_AFTER = 400;

/** Tests the stairs of the picked layer at thresholds that the run did not have. */
function testsOfStairs(
  { columns }: RunReport,
  { layer, replica }: ViewState,
  stairs: RunModel["stairs"],
): ReadonlySignal<PValues | null> {
  const tests = signal<PValues | null>(null);
  let timer: ReturnType<typeof setTimeout> | undefined;
  effect(() => {
    const found = stairs[layer.value]?.value ?? null, of = replica.value, l = layer.value;
    clearTimeout(timer);
    tests.value = found?.pValues ?? null;
    // Tests are of one network: those of a median are none.
    if (found === null || found.pValues !== null || of === null) return;
    timer = setTimeout(() => {
      const series = singleSeries(columns, ranksAt(columns, l, found.at), of);
      tests.value = testsOf(columns, series, found, of);
    }, TESTED_AFTER);
  });
  return tests;
}

/** Most neurons of the last hidden layer whose floors are computed: about 20 ms a network. */
const MOST_NEURONS = 128;

/**
 * Computes floors at thresholds that the run did not have, from its networks. These are prepared
 * one by one when first asked for, and between them the page can be used.
 */
function floorsOfNetworks(
  { networks, columns }: RunReport,
  shownReplica: ReadonlySignal<number>,
  recorded: ReadonlySignal<number>,
): ReadonlySignal<((at: ThresholdAt) => FloorSeries) | null> {
  const ready = signal<{ readonly replica: number; readonly bases: readonly FloorBasis[] } | null>(null);
  const can = networks && columns.floors && hasFloors(networks) && networks.widths.at(-2)! <= MOST_NEURONS;
  if (!can) return computed(() => null);
  let timer: ReturnType<typeof setTimeout> | undefined;
  effect(() => {
    const replica = Math.min(shownReplica.value, networks.replicas - 1);
    clearTimeout(timer);
    if (recorded.value >= 0 || ready.peek()?.replica === replica) return;
    const bases: FloorBasis[] = [];
    const prepare = () => {
      if (bases.length < networks.steps.length) {
        bases.push(floorBasis(networks, { snapshot: bases.length, replica }));
        timer = setTimeout(prepare);
      } else ready.value = { replica, bases };
    };
    timer = setTimeout(prepare);
  });
  return computed(() => {
    const replica = Math.min(shownReplica.value, networks.replicas - 1);
    if (ready.value?.replica !== replica) return null;
    const { bases } = ready.value;
    return ({ epsilon, threshold }) => ({
      steps: networks.steps,
      values: bases.map((basis) => floorAt(basis, epsilon, threshold === "relative")),
    });
  });
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
