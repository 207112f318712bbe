/**
 * Operands of Gram matrices in slices of the samples, and the layout of their sums.
 *
 * @module
 */
import type { GpuArray } from "../../gpu/array.ts";
import type { MatrixView } from "../matrix_view.ts";

/** Slices of the samples of a Gram matrix, each summed by itself. */
export interface Slices {
  /** Samples per slice. */
  readonly slice: number;
  /** Number of slices. */
  readonly slices: number;
}

/** The features of one layer of all replicas, and where their Gram matrices go. */
export interface GramOperand {
  /** Features Ψ, `samples × order` for each replica. */
  readonly features: MatrixView;
  /** Number of features. */
  readonly order: number;
  /** Index of the first replica's matrix in the batch. */
  readonly first: number;
  /** Targets Y of the moments, `samples × 4 stride`; `null` for no moments. */
  readonly targets: MatrixView | null;
}

/** Layout of matrices in partial sums; an `EigenBatch` has one. */
export interface GramLayout {
  /** Number of matrices. */
  readonly count: number;
  /** Rows that each matrix has room for: a multiple of 4. */
  readonly rows: number;
  /** Vectors of four per row: those of M, then those of C. */
  readonly rowStride: number;
  /** Vectors of four per row for C. */
  readonly tailStride: number;
}

/** Inputs of a Gram matrix besides the features, and where its sums go. */
export interface GramInputs {
  /** Number of samples m. */
  readonly samples: number;
  /** Number of replicas: matrices from `first` on. */
  readonly replicas: number;
  /** Quadrature weights, one per sample. */
  readonly weights: GpuArray;
  /** How M and C of all matrices lie in the partial sums. */
  readonly batch: GramLayout;
  /** Memory for partial sums: `gramPartials` words. */
  readonly partials: GpuArray;
}
