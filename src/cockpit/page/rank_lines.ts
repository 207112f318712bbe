/**
 * Ranks of a layer as lines.
 *
 * @module
 */
import { computed, type ReadonlySignal } from "../deps.ts";
import { ranksAt, type RankSeries } from "../data/ranks_at.ts";
import type { RunReport } from "../data/run_file.ts";
import type { ViewState } from "../state.ts";
import { type RanksOverSteps, ranksOverSteps } from "../views/rank_view.ts";
import type { Picked } from "../views/series.ts";
import { otherPicked, type Run } from "./run.ts";

/** Ranks of a layer as lines, and how high they are. */
export interface RankLines {
  /** At the thresholds that have lines of their own, with these. */
  readonly fixed: ReadonlySignal<readonly { readonly epsilon: number; readonly ranks: RanksOverSteps }[]>;
  /** At the threshold. */
  readonly own: ReadonlySignal<RanksOverSteps>;
  /** Of the other run at the threshold; `null` where there is none. */
  readonly others: ReadonlySignal<RanksOverSteps | null>;
  /** The highest rank. It grows in leaps, so that what does not follow ε is seldom drawn anew. */
  readonly highest: ReadonlySignal<number>;
}

/** The largest of some numbers, at least 1. */
function mostOf(...all: readonly (readonly number[] | undefined)[]): number {
  let most = 1;
  for (const values of all) for (const value of values ?? []) if (value > most) most = value;
  return most;
}

/**
 * Arranges the ranks of a layer for drawing.
 *
 * @param run The run.
 * @param options Index of the layer, its ranks at the threshold, what is shown, the other run.
 * @returns The lines.
 */
export function rankLines(
  { columns }: Run,
  { layer, own: series, state, picked, other }: {
    readonly layer: number;
    readonly own: ReadonlySignal<RankSeries>;
    readonly state: ViewState;
    readonly picked: ReadonlySignal<Picked>;
    readonly other: ReadonlySignal<RunReport | null>;
  },
): RankLines {
  const { replicas, threshold, epsilons } = columns.peek();
  const shown = (series: RankSeries) =>
    ranksOverSteps(columns.value.steps, series, { ...picked.value, replicas });
  const fixed = computed(() =>
    epsilons.filter((epsilon) => state.epsilons.value.includes(epsilon)).map((epsilon) => ({
      epsilon,
      ranks: shown(ranksAt(columns.value, layer, { epsilon, threshold })),
    }))
  );
  const own = computed(() => shown(series.value));
  const others = computed(() => {
    if (other.value === null || layer >= other.value.columns.layers.length) return null;
    const { columns } = other.value;
    const at = { epsilon: state.epsilon.value, threshold: state.threshold.value };
    return ranksOverSteps(columns.steps, ranksAt(columns, layer, at), {
      ...otherPicked(other.value),
      replicas: columns.replicas,
    });
  });
  const fixedMost = computed(() =>
    mostOf(...fixed.value.flatMap(({ ranks: { high, values: { band } } }) => [high, band?.high]))
  );
  const highest = computed(() => {
    const dragged = mostOf(own.value.high, own.value.values.band?.high, others.value?.high);
    const leaps = Math.ceil(Math.log(dragged / fixedMost.value) / Math.log(1.25));
    return Math.ceil(fixedMost.value * 1.25 ** Math.max(0, leaps));
  });
  return { fixed, own, others, highest };
}
