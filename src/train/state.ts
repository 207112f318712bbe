/**
 * What a training hands out as it goes: the record of each submission, and states to go on from.
 *
 * @module
 */
import type { Probe, Trace } from "./trace.ts";

/**
 * The first layer, from the input on, whose parameters or features hold NaN or an infinity: a
 * hidden layer by its number, from 1; `output` if those of all hidden layers are finite. `null` if
 * it is not known: where only a probe of all samples saw the loss, and the mini-batches did not.
 */
export type DivergedLayer = number | "output" | null;

/** A network whose loss became NaN or infinite. */
export interface DivergedReplica {
  /** Index of the replica. */
  readonly replica: number;
  /** Step at which its loss was first not finite. */
  readonly step: number;
  /** Layer in which that began. */
  readonly layer: DivergedLayer;
}

/**
 * State of a training between two steps: all that its later steps and probes depend on, beside its
 * options. A training that starts from it makes the same bits as one that was never interrupted.
 */
export interface TrainingState {
  /** Number of the next step. All earlier ones are made. */
  readonly step: number;
  /** Updates that the run was to make, on which a cosine schedule depends. */
  readonly steps: number;
  /**
   * Probes from one that solves for spectra to the next; 1 if it is left out. A training that goes
   * on keeps to it unless its options say otherwise: the default follows from the number of steps,
   * which may grow.
   */
  readonly spectraEvery?: number;
  /** Words of the arrays on the GPU that change from step to step, by name. */
  readonly arrays: Readonly<Record<string, Uint32Array>>;
  /** Networks that had diverged. */
  readonly diverged: readonly DivergedReplica[];
}

/** The record of some consecutive steps, complete: their losses, and all probes made at them. */
export interface TraceChunk {
  /** First step. */
  readonly first: number;
  /** Number of steps. */
  readonly count: number;
  /**
   * Loss of the batch at each of these steps: `losses[replica][step - first]`, those of networks
   * that have diverged among them. Empty where there are quantiles.
   */
  readonly losses: readonly Float32Array[];
  /** As {@linkcode Trace.lossQuantiles}, at each of these steps. */
  readonly lossQuantiles?: readonly Float32Array[];
  /** Probes at these steps, in the order of step, then replica. */
  readonly probes: readonly Probe[];
  /** Networks that diverged at these steps. */
  readonly diverged: readonly DivergedReplica[];
  /**
   * State after these steps, if one was asked for before they were submitted; otherwise, and after
   * the last step of all, `null`.
   */
  readonly state: TrainingState | null;
}

/** A training to go on with. */
export interface SavedTraining {
  /** Its state. */
  readonly state: TrainingState;
  /**
   * Its record, of which only what comes before the state counts. `null` if the rest of the record
   * is all that is wanted, which needs `retain: false`.
   */
  readonly trace: Trace | null;
}
