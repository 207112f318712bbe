/**
 * What a run leaves behind: the loss at every step and, every few steps, the spectra of all hidden layers.
 *
 * @module
 */
import type { RankInterval } from "../rank/certificates/rank_interval.ts";

/** Spectrum and ranks of one hidden layer of one replica at one step. */
export interface LayerProbe {
  /** Index of the hidden layer, from 1. */
  readonly layer: number;
  /** Eigenvalues λ̂ of the Gram matrix, descending; none where the probe only counted, see `TrainingOptions.spectraEvery`. */
  readonly eigenvalues: Float64Array;
  /** Bounds δ_i ≥ |λ̂_i − λ_i|. */
  readonly bounds: Float64Array;
  /** ε-ranks with their certified intervals, in the order of the thresholds asked for. */
  readonly ranks: readonly RankInterval[];
  /** Arithmetic that they come from; counts are made in double-single. */
  readonly precision: "single" | "double";
}

/** One probe of one replica. */
export interface Probe {
  /** Number of updates made before this probe. */
  readonly step: number;
  /** Index of the replica, from 0. */
  readonly replica: number;
  /** Loss over all training samples. */
  readonly loss: number;
  /**
   * Fraction of the held-out samples classified right, of the training samples where none are held out; `null` where
   * the task has no classes.
   */
  readonly accuracy: number | null;
  /** Fraction of the training samples classified right; absent where the task has no classes. */
  readonly trainingAccuracy?: number;
  /**
   * ‖u − u*‖ / ‖u*‖ of the network u and the solution u* of a differential equation, in the weighted norm of the held-out samples;
   * absent for other tasks, and where none are held out.
   */
  readonly relativeError?: number;
  /**
   * Lower bounds of the loss by the ε-rank of the terminal layer, one per threshold; `null` unless the loss is MSE, and where
   * the probe only counted.
   */
  readonly floors: readonly number[] | null;
  /**
   * The least loss that any output layer could have on the terminal layer's features, see `projectionError`; absent where there
   * are no floors.
   */
  readonly projectionError?: number;
  /** The hidden layers, first to last. */
  readonly layers: readonly LayerProbe[];
}

/** The record of a run. */
export interface Trace {
  /** Number of replicas. */
  readonly replicas: number;
  /** Thresholds ε. */
  readonly epsilons: readonly number[];
  /** Loss of the batch at each step: `losses[replica][step]`. */
  readonly losses: readonly Float32Array[];
  /** Probes in the order of step, then replica. */
  readonly probes: readonly Probe[];
}
