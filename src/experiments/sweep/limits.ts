/**
 * Limits of a sweep.
 *
 * @module
 */

/**
 * Most trials of a sweep. Their plan takes about 1 kB of memory each, and the table a row or more:
 * a larger grid is mostly a slip, and several sweeps can be merged by any reader of tables.
 */
export const MOST_TRIALS = 100_000;
