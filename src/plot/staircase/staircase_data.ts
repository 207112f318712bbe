/**
 * The data of a staircase figure.
 *
 * @module
 */
import type { StripStair } from "../core/stair_strip.ts";
import type { Threshold } from "../../rank/certificates/rank_interval.ts";

/** Values of the replicas at the probes: `[replica][probe]`; NaN where a replica has none. */
export type ReplicaSeries = readonly (readonly number[])[];

/** The ε-rank of one layer for one threshold, with the interval that certifies it. */
export interface RankSeries {
  /** Threshold ε. */
  readonly epsilon: number;
  /** The ε-rank. */
  readonly rank: ReplicaSeries;
  /** Lower end of the certified interval. */
  readonly low: ReplicaSeries;
  /** Upper end of the certified interval. */
  readonly high: ReplicaSeries;
}

/** One hidden layer: one panel of the figure. */
export interface LayerSeries {
  /** Name of the layer. */
  readonly label: string;
  /** Number of its neurons. */
  readonly width: number;
  /** Its ranks, one per threshold. */
  readonly ranks: readonly RankSeries[];
  /** Stairs of the smallest ε, of the median over the replicas, first to last. */
  readonly stairs: readonly StripStair[];
}

/** The data of a staircase figure. */
export interface StaircaseFigureData {
  /** Heading. */
  readonly title: string;
  /** Network and training, in words: a line under the heading. */
  readonly subtitle: string;
  /** What sets these networks apart from those of other parts. Default: nothing. */
  readonly part?: string;
  /** Steps of the probes, ascending. */
  readonly steps: readonly number[];
  /** Loss at the probes. */
  readonly loss: ReplicaSeries;
  /** Name of the loss, such as "weighted mean squared error". */
  readonly lossName: string;
  /**
   * Lower bound of the loss by the ε-rank of the terminal layer, the last one; 0 where it bounds
   * nothing.
   */
  readonly floor: { readonly epsilon: number; readonly values: ReplicaSeries } | null;
  /** Kind of the thresholds. */
  readonly threshold: Threshold;
  /** The hidden layers, first to last. */
  readonly layers: readonly LayerSeries[];
}
