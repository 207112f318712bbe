/**
 * Measurements of the study: the rows of its tables.
 *
 * @module
 */
/** The method of a row. */
export interface MethodKey {
  /** Name of the method. */
  readonly method: string;
  /** Its arithmetic. */
  readonly precision: "single" | "double" | "auto";
}

/** The matrix of a row. */
export interface MatrixKey {
  /** Family of the matrix. */
  readonly family: string;
  /** Features n. */
  readonly columns: number;
  /** Samples m. */
  readonly rows: number;
}

/** One ε-rank of one matrix by one method, with the reference. */
export interface CountRow extends MethodKey, MatrixKey {
  /** Threshold as a share of λ₁. */
  readonly share: number;
  /** Rank as reported. */
  readonly rank: number;
  /** Lower end of its interval; `null` if the method proves none. */
  readonly low: number | null;
  /** Upper end of its interval; `null` if the method proves none. */
  readonly high: number | null;
  /** Smallest rank that float64 allows. */
  readonly truthLow: number;
  /** Largest rank that float64 allows. */
  readonly truthHigh: number;
  /** Signed error of the rank; 0 if it lies between the two. */
  readonly error: number;
}

/** One eigenvalue of one matrix by one method, with the reference; all as shares of λ₁. */
export interface EigenvalueRow extends MethodKey, MatrixKey {
  /** Index of the eigenvalue, from 1. */
  readonly index: number;
  /** Eigenvalue by float64. */
  readonly value: number;
  /** Eigenvalue by the method. */
  readonly computed: number;
  /** |computed − value|. */
  readonly error: number;
  /** Certified bound on the error; `null` if the method proves none. */
  readonly bound: number | null;
  /** Bound on the error of float64. */
  readonly referenceError: number;
}

/** A matrix after a sweep of two-sided rotations. */
export interface ConvergenceRow extends MatrixKey {
  /** Sweeps made; 0 at the start. */
  readonly sweep: number;
  /** Norm of the entries off the diagonal, as a share of the whole matrix's. */
  readonly off: number;
  /** Certified decimal digits of the eigenvalues, as shares of the matrix's norm. */
  readonly digits: number;
}

/** Cost of a batch of matrices. */
export interface CostRow extends MethodKey {
  /** Features n. */
  readonly columns: number;
  /** Samples m. */
  readonly rows: number;
  /** Matrices in the batch. */
  readonly batch: number;
  /** Time of the whole call, features in and ranks out, in milliseconds: the least of all calls. */
  readonly milliseconds: number;
  /** Part of that time on the GPU; `null` without timestamps, or without a dispatch. */
  readonly gpuMilliseconds: number | null;
  /** Dispatches. */
  readonly dispatches: number;
  /** Submissions. */
  readonly submissions: number;
  /** Waits for results. */
  readonly waits: number;
  /** Operations of the batch by the method's formula; `null` if it has none. */
  readonly flops: number | null;
  /** Operations per second on the GPU, as a share of the adapter's measured peak. */
  readonly peakShare: number | null;
  /** Share of the ranks that are certain; `null` if the method proves nothing. */
  readonly certain: number | null;
  /** Calls that were timed. */
  readonly repeats: number;
}

/** The size that grows. */
export type GrowthAxis = "columns" | "rows";

/** Cost of a matrix whose size grows. */
export interface GrowthRow extends CostRow {
  /** The size that grows: the columns n, with m = 2n, or the rows m for a fixed n. */
  readonly axis: GrowthAxis;
}

/** Growth of a time. */
export interface Exponent extends MethodKey {
  /** The size that grows. */
  readonly axis: GrowthAxis;
  /** Exponent p of the fit t = c sizeᵖ. */
  readonly exponent: number;
  /** Lower end of its 95 % confidence interval. */
  readonly low: number;
  /** Upper end of the interval. */
  readonly high: number;
  /** Exponent of the theory: that of the operations as the size goes to infinity. */
  readonly theory: number;
  /**
   * Exponent of the operations over the same sizes by the method's formula; `null` if it has none.
   */
  readonly model: number | null;
  /** Sizes fitted. */
  readonly points: number;
}
