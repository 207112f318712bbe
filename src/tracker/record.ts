/**
 * What a tracker says of what it left out, and why.
 *
 * @module
 */

/** A step from which on fewer steps are tracked, or as many as at first again. */
export interface ThinnedFrom {
  /** The step. */
  readonly step: number;
  /** Steps of the training from one that is tracked to the next, from then on. */
  readonly every: number;
}

/** A layer whose features had entries that are infinite or NaN. */
export interface NotFiniteLayer {
  /** The step. */
  readonly step: number;
  /** Name of the layer. */
  readonly layer: string;
}

/** A step that could not be tracked, or not in full. */
export interface FailedStep {
  /** The step. */
  readonly step: number;
  /** What went wrong. */
  readonly reason: string;
}

/** What a tracker did, beside its trace. */
export interface TrackerRecord {
  /** Steps of the training from one that is tracked to the next, as it is now. */
  readonly every: number;
  /** Number of steps whose features were taken. */
  readonly tracked: number;
  /**
   * Where the GPU did not keep up, so that from then on every other step was left out; and where
   * the first ranks came, so that steps left out while kernels were compiled need not be any more.
   */
  readonly thinned: readonly ThinnedFrom[];
  /** Layers without a rank at a step: the trace has rank 0 in [0, n]. */
  readonly notFinite: readonly NotFiniteLayer[];
  /** Steps that are missing or lack spectra. */
  readonly failed: readonly FailedStep[];
}
