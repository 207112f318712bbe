/**
 * What a family of feature matrices is, and the parts that several families share.
 *
 * @module
 */

/** Format of floating-point numbers. */
export type FloatFormat = "single" | "double";

/** Extent of a format: LAPACK's `ulp`, and the largest and the least normal number. */
export interface FloatLimits {
  /** Distance of 1 from the next number above it. */
  readonly ulp: number;
  /** Largest finite number. */
  readonly overflow: number;
  /** Least normal number. */
  readonly underflow: number;
}

/** Extents of the formats. */
export const floatLimits: Readonly<Record<FloatFormat, FloatLimits>> = {
  single: { ulp: 2 ** -23, overflow: (2 - 2 ** -23) * 2 ** 127, underflow: 2 ** -126 },
  double: { ulp: 2 ** -52, overflow: Number.MAX_VALUE, underflow: 2 ** -1022 },
};

/** The matrix that is asked of a family. */
export interface FamilyMatrix {
  /** Number of samples m, at least n. */
  readonly rows: number;
  /** Number of features n. */
  readonly columns: number;
  /** Seed; matrices given by a formula do not depend on it. */
  readonly seed: number;
  /** Format that the features are meant for. It sets the least singular values and the scalings. */
  readonly format: FloatFormat;
}

/** A hidden layer of a network in training, and when. */
export interface TrainedLayer {
  /** Steps made; 0 for the network as it starts. */
  readonly step: number;
  /** Hidden layer: 1, or 2, the last one. */
  readonly layer: 1 | 2;
}

/** A family of feature matrices. */
export interface Family {
  /** Name in figures. */
  readonly label: string;
  /** Makes a matrix in double precision, row-major; `null` for features of trained networks. */
  readonly make: ((matrix: FamilyMatrix) => Float64Array) | null;
  /** Where features of trained networks come from. Default: from none. */
  readonly trained?: TrainedLayer;
  /** A rank that a matrix of n columns does not exceed in exact arithmetic. Default: n. */
  readonly mostRank?: (columns: number) => number;
}

/** Families by name. */
export type Families = Readonly<Record<string, Family>>;

/**
 * Makes a matrix from a formula of its entries.
 *
 * @param rows Rows m.
 * @param columns Columns n.
 * @param entry Entry of a row and a column, both from 0.
 * @returns The matrix, row-major.
 */
export function fromEntries(
  rows: number,
  columns: number,
  entry: (row: number, column: number) => number,
): Float64Array {
  return Float64Array.from({ length: rows * columns }, (_, e) => entry(Math.floor(e / columns), e % columns));
}

/**
 * Puts rows of zeros below a matrix.
 *
 * @param matrix Matrix, row-major.
 * @param rows Rows that are wanted.
 * @param columns Its columns.
 * @returns The matrix of `rows × columns`.
 */
export function padded(matrix: Float64Array, rows: number, columns: number): Float64Array {
  const result = new Float64Array(rows * columns);
  result.set(matrix);
  return result;
}

/** How a series falls from 1 to its least value. */
export type Spacing = "even" | "geometric" | "clustered";

/**
 * Makes the diagonals of LAPACK's test matrices: from 1 to a least value evenly or geometrically,
 * or 1 and then the least value alone.
 *
 * @param spacing How it falls.
 * @param count Number of values.
 * @param least Last value; a single value is 1.
 * @returns The values, descending.
 */
export function spaced(spacing: Spacing, count: number, least: number): Float64Array {
  const part = (i: number) => count === 1 ? 0 : i / (count - 1);
  const of: Readonly<Record<Spacing, (i: number) => number>> = {
    even: (i) => 1 - part(i) * (1 - least),
    geometric: (i) => least ** part(i),
    clustered: (i) => i === 0 ? 1 : least,
  };
  return Float64Array.from({ length: count }, (_, i) => of[spacing](i));
}
