/**
 * Operations of each method, by the formulas that the headers of their kernels state. An `fma` counts as two; of
 * double-single arithmetic all the single-precision operations count that it is made of.
 *
 * @module
 */

/** What a method is given, and what it took. */
export interface Work {
  /** Samples m. */
  readonly rows: number;
  /** Features n. */
  readonly columns: number;
  /** Matrices solved together. */
  readonly batch: number;
  /** Thresholds ε. */
  readonly thresholds: number;
  /** Whether double-single arithmetic was called in. */
  readonly refined: boolean;
}

/**
 * Sweeps of the passes of `featureSpectra`, which it does not tell: those of the first pass, from a cold start; of the three
 * that follow together; of both in double-single arithmetic. Measured on features of trained and of random networks: 9 to 12,
 * 5 to 10 and 9 to 14 for n = 32 … 256, and 5 to 9, 4 to 7 and 3 for n = 8 and 16.
 */
const usualSweeps = (columns: number) =>
  columns > 16 ? { cold: 10, warm: 8, double: 12 } : { cold: 7, warm: 5, double: 3 };

/** Largest orders that one workgroup solves, in single and in double-single; beyond them is `block_jacobi.wgsl`. */
const MOST_ALONE = 128, MOST_ALONE_DOUBLE = 64;

/** Bytes of features, in double-single words, beyond which `featureSpectra` streams them. */
const MOST_BYTES = 2 ** 27;

/** M = ΨᵀΨ, the upper triangle, by `gram.wgsl` in plain sums. */
function gram({ rows, columns: n }: Work): number {
  return rows * n * n;
}

/** The same in compensated sums: 7 more for each of the n²/2 entries and 8 samples. */
function gramCompensated(work: Work): number {
  return (1 + 7 / 16) * gram(work);
}

/** By `gram_double_single.wgsl`. */
function gramDouble(work: Work): number {
  return 24 * gram(work);
}

/** One sweep: 3 n³ on the matrix, as many on the vectors; of blocks 4 n³ each. */
function sweep(n: number): number {
  return (n > MOST_ALONE ? 8 : 6) * n ** 3;
}

/** One sweep in double-single: 70 n³ and 140 n³; of blocks sums of 8 n³ products at 45 for two operations. */
function doubleSweep(n: number): number {
  return (n > MOST_ALONE_DOUBLE ? 180 : 210) * n ** 3;
}

/** A tridiagonal form by `tridiagonal.wgsl`: 2 n³, and n³ / 2 to carry roundings along. */
function tridiagonal(n: number): number {
  return 2.5 * n ** 3;
}

/**
 * A Gram matrix, a tridiagonal form, and 30 counts of 3 n for each eigenvalue.
 *
 * @param work Shape.
 * @returns Operations a matrix.
 */
export function naiveFlops(work: Work): number {
  return gram(work) + tridiagonal(work.columns) + 90 * work.columns ** 2;
}

/**
 * `featureSpectra` in single precision: two probes of two passes each, see `spectra.ts`: 2 m n² and, compensated, 12 m n² for
 * Ψ, a plain and a compensated Gram matrix, 28 n³ to keep the bases orthonormal; and sweeps. What streams takes three passes,
 * see `stream_spectra.ts`: a compensated Gram matrix each, Ψ in the latter two, two steps of 24 n³ and one of 4 n³.
 *
 * @param work Shape.
 * @returns Operations a matrix, with as many sweeps as are usual.
 */
export function singleFlops(work: Work): number {
  const { rows, columns: n, batch } = work;
  const { cold, warm } = usualSweeps(n);
  if (8 * batch * rows * 4 * Math.ceil(n / 4) > MOST_BYTES) {
    return 14 * rows * n * n + 3 * gramCompensated(work) + 52 * n ** 3 + (cold + 2 / 3 * warm) * sweep(n);
  }
  return 2 * (14 * rows * n * n + gram(work) + gramCompensated(work) + 28 * n ** 3) +
    (cold + warm) * sweep(n);
}

/**
 * `featureSpectra` in double-single precision: as in single, then two passes of 45 m n² for Ψ and a Gram matrix, three
 * steps of 90 n³ to keep the bases orthonormal, and sweeps.
 *
 * @param work Shape.
 * @returns Operations a matrix, with as many sweeps as are usual.
 */
export function doubleFlops(work: Work): number {
  const { rows, columns: n } = work;
  return singleFlops(work) + 2 * (45 * rows * n * n + gramDouble(work)) + 270 * n ** 3 +
    usualSweeps(n).double * doubleSweep(n);
}

/**
 * `featureSpectra` in whichever precision it needs: single, and double from the start where that leaves doubt.
 *
 * @param work Shape, and whether there was doubt.
 * @returns Operations a matrix, with as many sweeps as are usual.
 */
export function autoFlops(work: Work): number {
  return singleFlops(work) + (work.refined ? doubleFlops(work) : 0);
}

/**
 * A Gram matrix, and six factorisations a threshold of ⅔ n³: at ε and at both ends of the matrix's error, each at both ends
 * of its own. Thresholds that these leave in doubt take more.
 *
 * @param work Shape and thresholds.
 * @returns Operations a matrix.
 */
export function inertiaFlops(work: Work): number {
  return gramCompensated(work) + 6 * work.thresholds * 2 / 3 * work.columns ** 3;
}

/**
 * A Gram matrix, a tridiagonal form, and nine counts of 3 n a threshold: at ε and at both ends of the matrix's error, each
 * with both ends of its own.
 *
 * @param work Shape and thresholds.
 * @returns Operations a matrix.
 */
export function sturmFlops(work: Work): number {
  return gramCompensated(work) + tridiagonal(work.columns) + 27 * work.thresholds * work.columns;
}

/**
 * The same in double-single arithmetic: 40 operations where the tridiagonal form has two, 300 n for the counts at a shift and
 * both ends of its error.
 *
 * @param work Shape and thresholds.
 * @returns Operations a matrix.
 */
export function sturmDoubleFlops(work: Work): number {
  return gramDouble(work) + 40 * work.columns ** 3 + 900 * work.thresholds * work.columns;
}

/**
 * A Gram matrix, a factorisation and the inverse of its factor: ⅔ n³.
 *
 * @param work Shape.
 * @returns Operations a matrix.
 */
export function choleskyFlops(work: Work): number {
  return gramCompensated(work) + 2 / 3 * work.columns ** 3;
}
