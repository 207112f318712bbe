/**
 * Operations of each method, by the formulas in the headers of their kernels. An `fma` counts as
 * two operations. Double-single arithmetic counts all its operations in single precision.
 *
 * @module
 */

/** Size of the work of a method. */
export interface Work {
  /** Samples m. */
  readonly rows: number;
  /** Features n. */
  readonly columns: number;
  /** Matrices solved together. */
  readonly batch: number;
  /** Thresholds ε. */
  readonly thresholds: number;
  /** Whether double-single arithmetic was needed. */
  readonly refined: boolean;
}

/**
 * Gives the usual numbers of sweeps of the passes of `featureSpectra`, which does not report them:
 * of the first pass, from a cold start; of the three that follow together; of both passes in
 * double-single arithmetic. Measured on features of trained and of random networks: 9 to 12, 5 to
 * 10 and 9 to 14 for n = 32 … 256, and 5 to 9, 4 to 7 and 3 for n = 8 and 16.
 */
const usualSweeps = (columns: number) =>
  columns > 16 ? { cold: 10, warm: 8, double: 12 } : { cold: 7, warm: 5, double: 3 };

/** Largest orders of one workgroup, in single and double-single; then `block_jacobi.wgsl`. */
const MOST_ALONE = 128, MOST_ALONE_DOUBLE = 64;

/** Bytes of features, in double-single words, beyond which `featureSpectra` streams them. */
const MOST_BYTES = 2 ** 27;

/** Operations of the upper triangle of M = ΨᵀΨ by `gram.wgsl`, in plain sums. */
function gram({ rows, columns: n }: Work): number {
  return rows * n * n;
}

/**
 * Operations of the same in compensated sums: 7 more for each of the n²/2 entries and 8 samples.
 */
function gramCompensated(work: Work): number {
  return (1 + 7 / 16) * gram(work);
}

/** Operations of the same by `gram_double_single.wgsl`. */
function gramDouble(work: Work): number {
  return 24 * gram(work);
}

/** Operations of a sweep: 3 n³ on the matrix, as many on the vectors; of blocks 4 n³ each. */
function sweep(n: number): number {
  return (n > MOST_ALONE ? 8 : 6) * n ** 3;
}

/**
 * Operations of a sweep in double-single: 70 n³ and 140 n³; of blocks sums of 8 n³ products, at 45
 * for two operations.
 */
function doubleSweep(n: number): number {
  return (n > MOST_ALONE_DOUBLE ? 180 : 210) * n ** 3;
}

/** Operations of a tridiagonal form by `tridiagonal.wgsl`: 2 n³, and n³ / 2 to track rounding. */
function tridiagonal(n: number): number {
  return 2.5 * n ** 3;
}

/**
 * Counts the operations of `naive`: a Gram matrix, a tridiagonal form, and 30 counts of 3 n for
 * each eigenvalue.
 *
 * @param work Shape.
 * @returns Operations per matrix.
 */
export function naiveFlops(work: Work): number {
  return gram(work) + tridiagonal(work.columns) + 90 * work.columns ** 2;
}

/**
 * Counts the operations of `featureSpectra` in single precision: two probes of two passes each, see
 * `spectra.ts`. These take 2 m n² and, compensated, 12 m n² for Ψ, a plain and a compensated Gram
 * matrix, 28 n³ to keep the bases orthonormal, and sweeps. Features that stream take three passes,
 * see `stream_spectra.ts`: a compensated Gram matrix each, Ψ in the latter two, two steps of 24 n³
 * and one of 4 n³.
 *
 * @param work Shape.
 * @returns Operations per matrix, with the usual number of sweeps.
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
 * Counts the operations of `featureSpectra` in double-single precision: as in single, then two
 * passes of 45 m n² for Ψ and a Gram matrix, three steps of 90 n³ to keep the bases orthonormal,
 * and sweeps.
 *
 * @param work Shape.
 * @returns Operations per matrix, with the usual number of sweeps.
 */
export function doubleFlops(work: Work): number {
  const { rows, columns: n } = work;
  return singleFlops(work) + 2 * (45 * rows * n * n + gramDouble(work)) + 270 * n ** 3 +
    usualSweeps(n).double * doubleSweep(n);
}

/**
 * Counts the operations of `featureSpectra` in precision `auto`: single, then double from the start
 * if a rank is not certain.
 *
 * @param work Shape, and whether double-single arithmetic was needed.
 * @returns Operations per matrix, with the usual number of sweeps.
 */
export function autoFlops(work: Work): number {
  return singleFlops(work) + (work.refined ? doubleFlops(work) : 0);
}

/**
 * Counts the operations of `inertia`: a Gram matrix, and six factorisations of ⅔ n³ per threshold:
 * at ε and at both ends of the matrix's error, each at both ends of its own. Thresholds that these
 * leave uncertain take more.
 *
 * @param work Shape and thresholds.
 * @returns Operations per matrix.
 */
export function inertiaFlops(work: Work): number {
  return gramCompensated(work) + 6 * work.thresholds * 2 / 3 * work.columns ** 3;
}

/**
 * Counts the operations of `blocked-inertia`: a Gram matrix in double-single, and at both ends of
 * each threshold a factorisation of n³ / 6 terms of 32. Thresholds that these leave uncertain take
 * more.
 *
 * @param work Shape and thresholds.
 * @returns Operations per matrix.
 */
export function blockedInertiaFlops(work: Work): number {
  return gramDouble(work) + 2 * work.thresholds * 32 / 6 * work.columns ** 3;
}

/**
 * Counts the operations of `sturm`: a Gram matrix, a tridiagonal form, and nine counts of 3 n per
 * threshold: at ε and at both ends of the matrix's error, each with both ends of its own.
 *
 * @param work Shape and thresholds.
 * @returns Operations per matrix.
 */
export function sturmFlops(work: Work): number {
  return gramCompensated(work) + tridiagonal(work.columns) + 27 * work.thresholds * work.columns;
}

/**
 * Counts the operations of `sturm` in double-single arithmetic: 40 for every two of the tridiagonal
 * form, and 300 n for the counts at a shift and both ends of its error.
 *
 * @param work Shape and thresholds.
 * @returns Operations per matrix.
 */
export function sturmDoubleFlops(work: Work): number {
  return gramDouble(work) + 40 * work.columns ** 3 + 900 * work.thresholds * work.columns;
}

/**
 * Counts the operations of `cholesky`: a Gram matrix, and ⅔ n³ for a factorisation and the inverse
 * of its factor.
 *
 * @param work Shape.
 * @returns Operations per matrix.
 */
export function choleskyFlops(work: Work): number {
  return gramCompensated(work) + 2 / 3 * work.columns ** 3;
}
