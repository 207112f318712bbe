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
  /** Thresholds ε. */
  readonly thresholds: number;
  /** Sweeps that the solver made; `null` where it does not tell. */
  readonly sweeps: number | null;
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

/** M = ΨᵀΨ, the upper triangle, by `gram.wgsl`. */
function gram({ rows, columns: n }: Work): number {
  return rows * n * n;
}

/** One sweep of `jacobi.wgsl`: 3 n³ on the matrix, as many on the vectors. */
function sweep(n: number): number {
  return 6 * n ** 3;
}

/**
 * A Gram matrix, a tridiagonal form of 2 n³, and 30 counts of 3 n for each eigenvalue.
 *
 * @param work Shape.
 * @returns Operations a matrix.
 */
export function naiveFlops(work: Work): number {
  return gram(work) + 2 * work.columns ** 3 + 90 * work.columns ** 2;
}

/**
 * `featureSpectra`. In single precision two probes of two passes each, see `spectra.ts`: 2 m n² and 12 m n² for Ψ, 2 m n²
 * for two Gram matrices, 28 n³ to keep the bases orthonormal; and sweeps of 6 n³. Double-single precision adds two passes of
 * 45 m n² for Ψ and 24 m n² for its Gram matrix, three steps of 90 n³ to keep the bases orthonormal, and sweeps of 210 n³.
 *
 * @param work Shape, and whether there was doubt.
 * @returns Operations a matrix, with as many sweeps as are usual.
 */
export function spectrumFlops(work: Work): number {
  const { rows, columns: n, refined } = work;
  const { cold, warm, double } = usualSweeps(n);
  const single = 2 * (14 * rows * n * n + 2 * gram(work) + 28 * n ** 3) +
    (cold + warm) * sweep(n);
  return refined ? single + 2 * 69 * rows * n * n + (270 + 210 * double) * n ** 3 : single;
}

/**
 * A Gram matrix, and nine factorisations a threshold of ⅔ n³: at ε and at both ends of the matrix's error, each with both
 * sides of its own.
 *
 * @param work Shape and thresholds.
 * @returns Operations a matrix.
 */
export function inertiaFlops(work: Work): number {
  return gram(work) + 9 * work.thresholds * 2 / 3 * work.columns ** 3;
}

/**
 * A Gram matrix, a tridiagonal form of 2 n³, and nine counts of 3 n a threshold.
 *
 * @param work Shape and thresholds.
 * @returns Operations a matrix.
 */
export function sturmFlops(work: Work): number {
  return gram(work) + 2 * work.columns ** 3 + 27 * work.thresholds * work.columns;
}

/**
 * A Gram matrix, a factorisation and the inverse of its factor: ⅔ n³.
 *
 * @param work Shape.
 * @returns Operations a matrix.
 */
export function choleskyFlops(work: Work): number {
  return gram(work) + 2 / 3 * work.columns ** 3;
}
