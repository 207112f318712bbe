/**
 * Batches: trials that train side by side, as the replicas of one training.
 *
 * @module
 */
import type { SweepPlan, Trial } from "./trial.ts";

/** Trials of equal shape that train side by side. */
export interface Batch {
  /** 16 hexadecimal digits that depend on its trials and their order. */
  readonly id: string;
  /** Its trials; trial r is replica r. */
  readonly trials: readonly Trial[];
  /** Estimate of the work, in floating-point operations. */
  readonly cost: number;
  /** Estimate of the GPU memory, in bytes. */
  readonly bytes: number;
}

/** A plan, and its trials in batches. */
export interface Sweep {
  /** The trials. */
  readonly plan: SweepPlan;
  /** The batches: each trial is in one of them. */
  readonly batches: readonly Batch[];
}
