/**
 * The quantiles of the losses that a run of very many replicas records.
 *
 * @module
 */

/**
 * Shares of the replicas whose loss is at or below each quantile: the least, 5 %, the quartiles,
 * 95 %, the largest. A quantile is the loss of a replica, the ⌊p (n − 1)⌋-th of n from 0: that of
 * ½ is the lower median.
 */
export const lossShares: readonly number[] = [0, 0.05, 0.25, 0.5, 0.75, 0.95, 1];
