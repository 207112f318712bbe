/**
 * Floors of the loss in a page: those of the run at its own thresholds, others from its networks.
 *
 * @module
 */
import { computed, effect, type ReadonlySignal, signal } from "../deps.ts";
import { floorAt, type FloorBasis, floorBasis, hasFloors } from "../data/floors.ts";
import { recordedIndex, type ThresholdAt } from "../data/ranks_at.ts";
import type { RunReport } from "../data/run_file.ts";
import type { ViewState } from "../state.ts";
import { lineAndBand, rowsOf } from "../views/series.ts";

/** Floors of the loss at some steps. */
export interface FloorSeries {
  /** The steps, ascending. */
  readonly steps: ArrayLike<number>;
  /** Floors there; NaN where there is none. */
  readonly values: readonly number[];
}

/**
 * Makes the signal of the floor at the threshold.
 *
 * @param report The run.
 * @param replica Replica that is picked; `null` for the median.
 * @param at The threshold.
 * @returns The floor; `null` where there is none.
 */
export function floorModel(
  report: RunReport,
  { replica }: ViewState,
  at: ReadonlySignal<ThresholdAt>,
): ReadonlySignal<FloorSeries | null> {
  const { columns } = report;
  const recorded = computed(() => recordedIndex(columns, at.value));
  const between = floorsOfNetworks(report, computed(() => replica.value ?? 0), recorded);
  return computed(() => {
    if (recorded.value < 0) return between.value && between.value(at.value);
    const floors = columns.floors?.[recorded.value];
    if (!floors) return null;
    const picked = { replica: replica.value, hasBand: false };
    return { steps: columns.steps, values: lineAndBand(rowsOf(floors, columns.replicas), picked).line };
  });
}

/** Milliseconds from one network to the next, in which the page can answer. */
const PREPARE_EVERY = 25;

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
        timer = setTimeout(prepare, PREPARE_EVERY);
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
