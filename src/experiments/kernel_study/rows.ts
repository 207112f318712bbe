/**
 * What the study measures: the rows of its tables.
 *
 * @module
 */
import type { FamilyName } from "./families.ts";

/** Which method a row is of. */
export interface MethodKey {
  /** Name of the method. */
  readonly method: string;
  /** Its arithmetic. */
  readonly precision: "single" | "double" | "auto";
}

/** Which matrix a row is of. */
export interface MatrixKey {
  /** Family of the matrix. */
  readonly family: FamilyName;
  /** Features n. */
  readonly columns: number;
  /** Samples m. */
  readonly rows: number;
}

/** One ε-rank of one matrix by one method, beside the truth. */
export interface CountRow extends MethodKey, MatrixKey {
  /** Threshold as a share of λ₁. */
  readonly share: number;
  /** Rank as reported. */
  readonly rank: number;
  /** Lower end of its interval; `null` where the method proves none. */
  readonly low: number | null;
  /** Upper end of its interval. */
  readonly high: number | null;
  /** Least that the rank can be, by float64. */
  readonly truthLow: number;
  /** Most that the rank can be, by float64. */
  readonly truthHigh: number;
  /** What the rank is off: 0 where it lies between the two, signed otherwise. */
  readonly error: number;
}

/** One eigenvalue of one matrix by one method, beside the truth; all as shares of λ₁. */
export interface EigenvalueRow extends MethodKey, MatrixKey {
  /** Index of the eigenvalue, from 1. */
  readonly index: number;
  /** By float64. */
  readonly value: number;
  /** As computed. */
  readonly computed: number;
  /** |computed − value|. */
  readonly error: number;
  /** What it is certified to; `null` where the method proves nothing. */
  readonly bound: number | null;
  /** What float64 itself may be off. */
  readonly referenceError: number;
}

/** What a batch of matrices took. */
export interface CostRow extends MethodKey {
  /** Features n. */
  readonly columns: number;
  /** Samples m. */
  readonly rows: number;
  /** Matrices in the batch. */
  readonly batch: number;
  /** Time of the whole call, features in and ranks out, in milliseconds: the least of the repeats. */
  readonly milliseconds: number;
  /** Time of it on the GPU; `null` where the adapter takes no timestamps. */
  readonly gpuMilliseconds: number | null;
  /** Dispatches. */
  readonly dispatches: number;
  /** Submissions. */
  readonly submissions: number;
  /** Waits for results. */
  readonly waits: number;
  /** Operations of the batch by the method's formula; `null` where it has none. */
  readonly flops: number | null;
  /** Operations a second on the GPU, as a share of the adapter's measured peak. */
  readonly peakShare: number | null;
  /** Share of the ranks that are certain; `null` where the method proves nothing. */
  readonly certain: number | null;
  /** Calls that were timed. */
  readonly repeats: number;
}

/** Which size grows. */
export type GrowthAxis = "columns" | "rows";

/** What a matrix took whose size grows. */
export interface GrowthRow extends CostRow {
  /** Whether the columns n grow, m = 2n with them, or the rows m for a fixed n. */
  readonly axis: GrowthAxis;
}

/** How a time grows. */
export interface Exponent extends MethodKey {
  /** Which size grows. */
  readonly axis: GrowthAxis;
  /** Exponent p of the fit t = c sizeᵖ. */
  readonly exponent: number;
  /** Lower end of its 95 % confidence interval. */
  readonly low: number;
  /** Upper end of it. */
  readonly high: number;
  /** The theory's exponent: of the operations as the size goes to infinity. */
  readonly theory: number;
  /** Exponent of the operations over the same sizes by the method's formula; `null` where it has none. */
  readonly model: number | null;
  /** Sizes fitted. */
  readonly points: number;
}
