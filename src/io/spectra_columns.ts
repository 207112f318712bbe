/**
 * The arrays of `spectra.npz`: their names and types.
 *
 * @module
 */

/** Types of entries, as NumPy writes them, and their bytes. */
export const ENTRY_BYTES = { "<f8": 8, "<f4": 4, "<i8": 8, "<u4": 4, "|u1": 1, "|b1": 1 } as const;

/** Type of the entries of an array. */
export type Descr = keyof typeof ENTRY_BYTES;

/** Version of the arrays and their meaning. */
export const SPECTRA_VERSION = 1;

/** Fields that a probe has, by the bits of `probe_fields`. */
export const PROBE_FIELDS = {
  spectrum: 1,
  accuracy: 2,
  trainingAccuracy: 4,
  relativeError: 8,
  floors: 16,
  projectionError: 32,
} as const;

/**
 * Arrays of every file, in their order. S steps, R replicas, P probes, L hidden layers, E
 * thresholds.
 */
export const COLUMNS = {
  format_version: "<u4",
  /** E */
  epsilons: "<f8",
  /** S × R, NaN from where a replica diverged; S × 0 beside {@linkcode LOSS_QUANTILES} */
  losses: "<f4",
  /** R: steps before a replica diverged */
  loss_counts: "<i8",
  /** P, as are the following */
  probe_step: "<i8",
  probe_replica: "<u4",
  probe_fields: "|u1",
  probe_loss: "<f8",
  probe_accuracy: "<f8",
  probe_training_accuracy: "<f8",
  probe_relative_error: "<f8",
  probe_projection_error: "<f8",
  /** P × E */
  probe_floors: "<f8",
  /** P × L × E, as are the following two */
  ranks: "<u4",
  ranks_low: "<u4",
  ranks_high: "<u4",
  /** P × L: whether a spectrum was solved, and whether ranks are in double-single arithmetic */
  is_solved: "|b1",
  is_double: "|b1",
} as const satisfies Record<string, Descr>;

/**
 * Array of S × 7 in place of the losses: quantiles over the replicas, see `Trace.lossQuantiles`.
 */
export const LOSS_QUANTILES = { name: "loss_quantiles", descr: "<f4" } as const;

/** Name of an array of every file. */
export type ColumnName = keyof typeof COLUMNS;

/** Arrays of each layer l, from 1, named with `_l`: N_l spectra of n_l eigenvalues. */
export const LAYER_COLUMNS = {
  /** N_l: index of the probe of each spectrum, ascending */
  spectrum_probe: "<i8",
  /** N_l × n_l, as are the bounds */
  eigenvalues: "<f8",
  bounds: "<f8",
} as const satisfies Record<string, Descr>;

/** Name of an array of a layer, without the layer. */
export type LayerColumnName = keyof typeof LAYER_COLUMNS;
