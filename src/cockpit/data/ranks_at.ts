/**
 * Ranks and stairs at any threshold, from stored spectra, by the functions that a run itself uses.
 *
 * @module
 */
import {
  countIntervals,
  type EigenvalueIntervals,
  eigenvalueIntervals,
  type Threshold,
} from "../../rank/certificates/rank_interval.ts";
import { findStairs, type Staircase } from "../../rank/stairs/find_stairs.ts";
import type { RankBounds } from "../../rank/stairs/flicker.ts";
import { lowerMedian } from "../../stats/median.ts";
import { testStairs } from "../../train/stair_tests.ts";
import type { Probe } from "../../train/trace.ts";
import { type PValues, pValuesOf } from "./p_values.ts";
import type { LayerColumns, RankColumns, RunColumns } from "./run_columns.ts";

/** A threshold and its kind. */
export interface ThresholdAt {
  /** The threshold ε. */
  readonly epsilon: number;
  /** Its kind. */
  readonly threshold: Threshold;
}

/** Ranks of all replicas at K of the steps; R × K. */
export interface RankSeries extends RankColumns {
  /** Indices of the steps: K. */
  readonly at: Uint32Array;
  /** Whether the run counted these ranks itself, at every probe. */
  readonly isRecorded: boolean;
}

/** Intervals of the eigenvalues of each layer, computed once: R × S. */
const known = new WeakMap<LayerColumns, readonly EigenvalueIntervals[]>();

/**
 * Gives the spectra of a layer with the intervals in which exact eigenvalues lie.
 *
 * @param columns The run.
 * @param layer Index of the layer, from 0.
 * @returns The spectra, R × S.
 */
export function intervalsOf(columns: RunColumns, layer: number): readonly EigenvalueIntervals[] {
  const own = columns.layers[layer], found = known.get(own);
  if (found) return found;
  const { width, eigenvalues, bounds } = own;
  const made = Array.from(columns.isSolved, (_, i) => {
    const part = (values: Float64Array) => values.subarray(i * width, (i + 1) * width);
    return eigenvalueIntervals(part(eigenvalues), part(bounds));
  });
  known.set(own, made);
  return made;
}

/**
 * Finds a threshold among those of the run.
 *
 * @param columns The run.
 * @param at The threshold.
 * @returns Its index; −1 if the run has another.
 */
export function recordedIndex({ epsilons, threshold }: RunColumns, at: ThresholdAt): number {
  return at.threshold === threshold ? epsilons.indexOf(at.epsilon) : -1;
}

/**
 * Counts the ranks of a layer at a threshold. At those of the run every probe has its rank; at
 * others those have that solved for spectra.
 *
 * @param columns The run.
 * @param layer Index of the layer, from 0.
 * @param at The threshold.
 * @returns The ranks, −1 where a replica has none.
 */
export function ranksAt(columns: RunColumns, layer: number, at: ThresholdAt): RankSeries {
  const { steps, spectrumAt, isSolved } = columns, e = recordedIndex(columns, at);
  if (e >= 0) {
    return { at: Uint32Array.from(steps, (_, i) => i), ...columns.layers[layer].ranks[e], isRecorded: true };
  }
  const rank = new Int32Array(isSolved.length).fill(-1), low = rank.slice(), high = rank.slice();
  const spectra = intervalsOf(columns, layer);
  for (let i = 0; i < isSolved.length; i++) {
    if (!isSolved[i]) continue;
    const found = countIntervals(spectra[i], at.epsilon, at.threshold);
    rank[i] = found.rank;
    low[i] = found.low;
    high[i] = found.high;
  }
  return { at: spectrumAt, rank, low, high, isRecorded: false };
}

/** Ranks of one replica, or the lower median of all, at the steps that have one. */
export interface SingleSeries {
  /** Indices of the steps. */
  readonly at: readonly number[];
  /** Ranks, and their certified intervals. */
  readonly ranks: readonly (RankBounds & { readonly rank: number })[];
}

/**
 * Takes the ranks of one replica, or the lower median of all.
 *
 * @param columns The run.
 * @param series Ranks of a layer.
 * @param replica Index of the replica; `null` for the median.
 * @returns The ranks at the steps that have one.
 */
export function singleSeries(
  { replicas }: RunColumns,
  { at, rank, low, high }: RankSeries,
  replica: number | null,
): SingleSeries {
  const K = at.length, of: number[] = [], ranks: SingleSeries["ranks"][number][] = [];
  for (let k = 0; k < K; k++) {
    const all = replica === null ? Array.from({ length: replicas }, (_, r) => r * K + k) : [replica * K + k];
    const ends = all.filter((i) => low[i] >= 0);
    if (ends.length === 0) continue;
    // The lower median keeps order: that of the lower ends is below that of the ranks.
    const [rankHere, lowHere, highHere] = [rank, low, high].map((values) =>
      ends.length === 1 ? values[ends[0]] : lowerMedian(ends.map((i) => values[i]))
    );
    ranks.push({ rank: rankHere, low: lowHere, high: highHere });
    of.push(at[k]);
  }
  return { at: of, ranks };
}

/**
 * Finds the stairs of ranks.
 *
 * @param columns The run.
 * @param series Ranks, as {@linkcode singleSeries} takes them.
 * @returns Their stairs.
 */
export function stairsOf({ steps }: RunColumns, { at, ranks }: SingleSeries): Staircase {
  return findStairs(at.map((p) => steps[p]), ranks);
}

/**
 * Tests the stairs of a replica, as the summary of a run does.
 *
 * @param columns The run.
 * @param series Its ranks, as {@linkcode singleSeries} takes them.
 * @param staircase Its stairs.
 * @param replica Index of the replica.
 * @returns p-values by the names of their tests, as {@linkcode pValuesOf} gives them.
 */
export function testsOf(
  { steps, loss }: RunColumns,
  { at, ranks }: SingleSeries,
  staircase: Pick<Staircase, "jumps" | "flicker" | "doubt">,
  replica: number,
): PValues {
  const probes = at.map((p, k): Probe => ({
    kind: "count",
    step: steps[p],
    replica,
    loss: loss[replica * steps.length + p],
    accuracy: null,
    layers: [{
      kind: "count",
      layer: 1,
      precision: "double",
      ranks: [{ epsilon: 1, ...ranks[k] }],
    }],
  }));
  return pValuesOf(testStairs(probes, staircase, { layer: 0, e: 0, isTerminal: false }));
}
