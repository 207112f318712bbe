/**
 * What the views of a run share: its columns, which may grow, what is shown of it, and what follows
 * from both.
 *
 * @module
 */
import { computed, type ReadonlySignal, type Signal, signal } from "../deps.ts";
import { intervalsOf, ranksAt, type RankSeries, recordedIndex } from "../data/ranks_at.ts";
import type { RunReport } from "../data/run_file.ts";
import type { ViewShape, ViewState } from "../state.ts";
import { type LineAndBand, lineAndBand, rowsOf } from "../views/series.ts";
import { spectrumDomain } from "../views/spectrum_views.ts";
import { floorModel, type FloorSeries } from "./floor_model.ts";
import { type RankLines, rankLines } from "./rank_lines.ts";
import type { Run } from "./run.ts";
import { type StairsModel, stairsModel } from "./stairs_model.ts";

/** What a page shows: of one run, or of runs side by side. */
export interface View {
  /** What is shown. */
  readonly state: ViewState;
  /** What there is to show. */
  readonly shape: ReadonlySignal<ViewShape>;
  /** The runs, whose axes are the same. */
  readonly runs: ReadonlySignal<readonly RunModel[]>;
  /** Steps of all of them, ascending. */
  readonly steps: ReadonlySignal<Float64Array>;
  /** Whether runs grow: the time cursor then goes back to the end when the pointer leaves. */
  readonly isLive: boolean;
}

/** A run in a page. */
export interface RunModel extends Run, StairsModel {
  /** What the page shows. */
  readonly view: View;
  /** The same, without what there is. */
  readonly state: ViewState;
  /** Number of replicas. */
  readonly replicas: number;
  /** Widths of the hidden layers. */
  readonly widths: readonly number[];
  /** Another run to compare with; `null` for none. */
  readonly other: Signal<RunReport | null>;
  /** Index of the step at the time cursor; −1 before the first. */
  readonly cursor: ReadonlySignal<number>;
  /** Index of the layer whose spectra are shown. */
  readonly layer: ReadonlySignal<number>;
  /** Replica that is picked; `null` for the median of all. */
  readonly replica: ReadonlySignal<number | null>;
  /** Replica whose spectra are shown: the one picked, or the first. */
  readonly shownReplica: ReadonlySignal<number>;
  /** Losses as they are drawn. */
  readonly loss: ReadonlySignal<LineAndBand>;
  /** Floor of the loss at the threshold; `null` where there is none. */
  readonly floor: ReadonlySignal<FloorSeries | null>;
  /** Ranks of each layer at the threshold, each computed when it is asked for. */
  readonly ranks: readonly ReadonlySignal<RankSeries>[];
  /** Ranks of each layer as they are drawn. */
  readonly rankLines: readonly RankLines[];
  /** Index of the threshold among those of the run; −1 for another. */
  readonly recorded: ReadonlySignal<number>;
  /** Ends of the axis of eigenvalues of each layer, for this run alone. */
  readonly eigenvalues: readonly ReadonlySignal<readonly [number, number]>[];
}

/**
 * Makes the model of a run.
 *
 * @param run The run.
 * @param view What the page shows.
 * @returns The model. What it follows ends with its scope.
 */
export function runModel(run: Run, view: View): RunModel {
  const { state } = view, { columns } = run, { replicas, layers, epsilons, threshold } = columns.peek();
  const at = computed(() => ({ epsilon: state.epsilon.value, threshold: state.threshold.value }));
  const replica = computed(() => {
    const picked = state.replica.value;
    return picked === null ? (replicas > 1 ? null : 0) : Math.min(picked, replicas - 1);
  });
  const cursor = computed(() => {
    const { steps } = columns.value, step = state.cursor.value;
    return step === null ? steps.length - 1 : Math.max(0, steps.findLastIndex((each) => each <= step));
  });
  const layer = computed(() => Math.max(0, Math.min(state.layer.value, layers.length - 1)));
  const other = signal<RunReport | null>(null);
  const recorded = computed(() => recordedIndex(columns.value, at.value));
  const ranks = layers.map((_, l) => computed(() => ranksAt(columns.value, l, at.value)));
  const rows = computed(() => rowsOf(columns.value.loss, replicas));
  const picked = computed(() => ({ replica: replica.value, hasBand: state.hasBand.value }));
  return {
    ...run,
    view,
    state,
    replicas,
    widths: layers.map(({ width }) => width),
    other,
    cursor,
    layer,
    replica,
    shownReplica: computed(() => replica.value ?? 0),
    loss: computed(() => lineAndBand(rows.value, picked.value)),
    floor: floorModel(run, replica, at),
    ranks,
    rankLines: ranks.map((own, layer) => rankLines(run, { layer, own, state, picked, other })),
    recorded,
    eigenvalues: layers.map((_, l) =>
      computed(() => {
        const { isSolved } = columns.value;
        const solved = intervalsOf(columns.value, l).filter((_, i) => isSolved[i]);
        return spectrumDomain(solved, threshold === "absolute" ? epsilons : []);
      })
    ),
    ...stairsModel(run, { at, replica, layer, hasTrends: state.hasTrends }),
  };
}
