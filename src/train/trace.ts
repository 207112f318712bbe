/**
 * The record of a run: the loss at every step and, every few steps, spectra and ranks of all hidden
 * layers.
 *
 * @module
 */
import type { RankInterval } from "../rank/certificates/rank_interval.ts";

/** Fields of a hidden layer in every probe. */
export interface LayerBase {
  /** Index of the hidden layer, from 1. */
  readonly layer: number;
  /** ε-ranks with their certified intervals, in the order of `Trace.epsilons`. */
  readonly ranks: readonly RankInterval[];
}

/** Spectrum and ranks of one hidden layer of one replica at one step. */
export interface LayerSpectrum extends LayerBase {
  /** Kind of result. */
  readonly kind: "spectrum";
  /** Eigenvalues λ̂ of the Gram matrix, descending. */
  readonly eigenvalues: Float64Array;
  /** Bounds δ_i ≥ |λ̂_i − λ_i|. */
  readonly bounds: Float64Array;
  /** Arithmetic of the eigenvalues: single precision or double-single. */
  readonly precision: "single" | "double";
}

/**
 * Ranks of one hidden layer of one replica at one step, counted without solving for the spectrum.
 */
export interface LayerCount extends LayerBase {
  /** Kind of result. */
  readonly kind: "count";
  /** Arithmetic of the counts: always double-single. */
  readonly precision: "double";
}

/** One hidden layer in a probe. */
export type LayerProbe = LayerSpectrum | LayerCount;

/** Fields of every probe of one replica. */
export interface ProbeBase {
  /** Number of updates made before this probe. */
  readonly step: number;
  /** Index of the replica, from 0. */
  readonly replica: number;
  /** Loss over all training samples. */
  readonly loss: number;
  /**
   * Fraction of the held-out samples classified correctly, or of the training samples if none are
   * held out; `null` if the task has no classes.
   */
  readonly accuracy: number | null;
  /** Fraction of the training samples classified correctly; absent if the task has no classes. */
  readonly trainingAccuracy?: number;
  /**
   * ‖u − u*‖ / ‖u*‖ of the network u and the solution u* of a differential equation, in the
   * weighted norm of the held-out samples; absent for other tasks, and if none are held out.
   */
  readonly relativeError?: number;
}

/** A probe that solved for the spectra of all layers. */
export interface SpectrumProbe extends ProbeBase {
  /** Kind of probe. */
  readonly kind: "spectrum";
  /**
   * Lower bounds of the loss by the ε-rank of the terminal layer, in the order of `Trace.epsilons`,
   * in the precision of its spectrum; `null` unless the task is a regression.
   */
  readonly floors: readonly number[] | null;
  /**
   * Least loss that any output layer could have on the terminal layer's features, see
   * `projectionError`; absent if there are no floors.
   */
  readonly projectionError?: number;
  /** The hidden layers, first to last. */
  readonly layers: readonly LayerSpectrum[];
}

/** A probe that counted ranks, see `TrainingOptions.spectraEvery`. */
export interface CountProbe extends ProbeBase {
  /** Kind of probe. */
  readonly kind: "count";
  /**
   * The hidden layers, first to last. A layer whose count left a rank uncertain may have been
   * solved for its spectrum.
   */
  readonly layers: readonly LayerProbe[];
}

/** One probe of one replica. */
export type Probe = SpectrumProbe | CountProbe;

/** The record of a run. */
export interface Trace {
  /** Number of replicas. */
  readonly replicas: number;
  /** Thresholds ε. */
  readonly epsilons: readonly number[];
  /**
   * Loss of the batch at each step: `losses[replica][step]`; empty where there are
   * {@linkcode Trace.lossQuantiles}.
   */
  readonly losses: readonly Float32Array[];
  /**
   * Quantiles of the losses of the batch over the replicas whose loss is finite, at each step:
   * `lossQuantiles[quantile][step]`, those of `lossShares`. Only of a run of at least 64
   * replicas with more than 2²⁶ losses in all.
   */
  readonly lossQuantiles?: readonly Float32Array[];
  /** Probes in the order of step, then replica. */
  readonly probes: readonly Probe[];
}

/**
 * Reads the ε-rank of the last hidden layer.
 *
 * @param probe A probe.
 * @param e Index of the threshold.
 * @returns The rank and its certified interval.
 */
export function terminalRank({ layers }: Pick<Probe, "layers">, e = 0): RankInterval {
  return layers[layers.length - 1].ranks[e];
}

/**
 * Selects the probes that solved for the spectra of all layers.
 *
 * @param trace The record of a run.
 * @returns The probes, in order: all of them unless `TrainingOptions.spectraEvery` is above 1.
 */
export function spectrumProbes({ probes }: Pick<Trace, "probes">): SpectrumProbe[] {
  return probes.filter((probe) => probe.kind === "spectrum");
}
