/**
 * The stairs of a run in a page: they follow the threshold at a distance.
 *
 * @module
 */
import type { Staircase } from "../../rank/stairs/find_stairs.ts";
import { drawRamps } from "../../rank/stairs/ramp.ts";
import { computed, effect, type ReadonlySignal, signal } from "../deps.ts";
import type { PValues } from "../data/p_values.ts";
import {
  ranksAt,
  recordedIndex,
  singleSeries,
  stairsOf,
  testsOf,
  type ThresholdAt,
} from "../data/ranks_at.ts";
import { onEnd } from "../scope.ts";
import type { Run } from "./run.ts";

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

/** Stairs, what else could have made them, and tests. */
export interface StairsModel {
  /** Stairs of each layer, which follow the threshold a little later; `null` at the very start. */
  readonly stairs: readonly ReadonlySignal<FoundStairs | null>[];
  /** Draws from the null of the stairs: smooth trends that are rounded; empty unless wanted. */
  readonly trends: readonly ReadonlySignal<readonly Trend[]>[];
  /** p-values of the stairs of the picked layer, a little later; `null` where there are none. */
  readonly tests: ReadonlySignal<PValues | null>;
}

/** What stairs depend on besides the run. */
export interface StairsChoice {
  /** The threshold. */
  readonly at: ReadonlySignal<ThresholdAt>;
  /** Replica that is picked; `null` for the median of all. */
  readonly replica: ReadonlySignal<number | null>;
  /** Index of the layer that is tested. */
  readonly layer: ReadonlySignal<number>;
  /** Whether smooth trends are wanted. */
  readonly hasTrends: ReadonlySignal<boolean>;
}

/**
 * Makes the model of the stairs.
 *
 * @param run The run.
 * @param choice Threshold, replica, layer, trends.
 * @returns The model.
 */
export function stairsModel({ columns, recordedStairs }: Run, choice: StairsChoice): StairsModel {
  const { layers } = columns.peek(), settled = trailing(choice.at);
  const stairs = layers.map((_, l) =>
    computed((): FoundStairs | null => {
      const at = settled.at.value, replica = choice.replica.value, own = columns.value;
      if (at === null) return null;
      const e = recordedIndex(own, at);
      const kept = recordedStairs.find((each) =>
        each.replica === replica && each.layer === l && each.e === e
      );
      // Those of the run are from all of its probes, also from those that are not in the page.
      if (kept) return { ...kept, at, isOfAllProbes: true };
      return settled.timed(() => ({
        ...stairsOf(own, singleSeries(own, ranksAt(own, l, at), replica)),
        at,
        pValues: null,
        isOfAllProbes: e >= 0 && own.steps.length === own.recorded.steps,
      }));
    })
  );
  const trends = layers.map((_, l) =>
    computed((): readonly Trend[] => {
      const found = stairs[l].value, own = columns.value;
      if (!choice.hasTrends.value || found === null) return [];
      const series = singleSeries(own, ranksAt(own, l, found.at), choice.replica.value);
      return drawRamps(series.ranks, { flicker: found.flicker, draws: TRENDS })
        .map(({ indices, ranks }) => ({ at: indices.map((i) => series.at[i]), ranks }));
    })
  );
  return { stairs, trends, tests: testsOfStairs(columns, choice, stairs) };
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
  onEnd(() => clearTimeout(timer));
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
  columns: Run["columns"],
  { layer, replica }: StairsChoice,
  stairs: StairsModel["stairs"],
): ReadonlySignal<PValues | null> {
  const tests = signal<PValues | null>(null);
  effect(() => {
    const found = stairs[layer.value]?.value ?? null, of = replica.value, l = layer.value;
    tests.value = found?.pValues ?? null;
    // Tests are of one network: those of a median are none.
    if (found === null || found.pValues !== null || of === null) return;
    const timer = setTimeout(() => {
      const own = columns.peek(), series = singleSeries(own, ranksAt(own, l, found.at), of);
      tests.value = testsOf(own, series, found, of);
    }, TESTED_AFTER);
    return () => clearTimeout(timer);
  });
  return tests;
}
