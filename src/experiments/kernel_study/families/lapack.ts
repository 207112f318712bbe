/**
 * Test matrices of LAPACK: its 21 symmetric types and 16 bidiagonal ones, by their descriptions in
 * the headers of `dchkst` and `dchkbd`.
 *
 * A symmetric type of order n stands above m − n rows of zeros. `ulp`, √overflow and √underflow are
 * those of the format that the features are meant for. As in LAPACK's code, √overflow is taken
 * times `ulp` and √underflow is divided by it, so that sums of squares stay in range.
 *
 * Source: J. Demmel, A. McKenney, "A test matrix generation suite", LAPACK Working Note 9, 1989.
 *
 * @module
 */
import { uniform } from "../../../stats/random.ts";
import { orthonormalRows, product } from "../../../stats/random_matrices.ts";
import {
  type Families,
  type Family,
  type FamilyMatrix,
  floatLimits,
  fromEntries,
  padded,
  spaced,
  type Spacing,
} from "./family.ts";

/** Factor of a matrix: 1, √overflow or √underflow of the format. */
type Scaling = "one" | "overflow" | "underflow";

const MARKS: Readonly<Record<Scaling, string>> = {
  one: "",
  overflow: " × √overflow",
  underflow: " × √underflow",
};

function scaled(scaling: Scaling, make: (matrix: FamilyMatrix) => Float64Array) {
  return (matrix: FamilyMatrix): Float64Array => {
    if (scaling === "one") return make(matrix);
    const { ulp, overflow, underflow } = floatLimits[matrix.format];
    const factor = scaling === "overflow" ? Math.sqrt(overflow) * ulp : Math.sqrt(underflow) / ulp;
    return make(matrix).map((value) => factor * value);
  };
}

/** A family in one scaling. */
function family(
  label: string,
  make: (matrix: FamilyMatrix) => Float64Array,
  scaling: Scaling = "one",
): Family {
  return { label: label + MARKS[scaling], make: scaled(scaling, make) };
}

/** Uniform numbers of (−1, 1). */
function symmetricUniform(seed: number): () => number {
  const random = uniform(seed);
  return () => 2 * random() - 1;
}

/** Diagonal of a spacing, with random signs. */
function signed(spacing: Spacing, { columns, seed, format }: FamilyMatrix): Float64Array {
  const next = symmetricUniform(seed + 2);
  return spaced(spacing, columns, floatLimits[format].ulp).map((value) => next() < 0 ? -value : value);
}

function zero({ rows, columns }: FamilyMatrix): Float64Array {
  return new Float64Array(rows * columns);
}

function identity({ rows, columns }: FamilyMatrix): Float64Array {
  return fromEntries(rows, columns, (k, j) => k === j ? 1 : 0);
}

function diagonal(spacing: Spacing) {
  return (matrix: FamilyMatrix): Float64Array => {
    const values = signed(spacing, matrix);
    return fromEntries(matrix.rows, matrix.columns, (k, j) => k === j ? values[k] : 0);
  };
}

/** UᵀDU of random orthogonal U. */
function similar(spacing: Spacing, isPositive: boolean) {
  return (matrix: FamilyMatrix): Float64Array => {
    const { rows, columns: n, seed, format } = matrix;
    const values = isPositive ? spaced(spacing, n, floatLimits[format].ulp) : signed(spacing, matrix);
    const u = orthonormalRows(n, n, seed);
    const du = fromEntries(n, n, (i, j) => values[i] * u[i * n + j]);
    const full = product(fromEntries(n, n, (i, j) => u[j * n + i]), du, n, n, n);
    return padded(fromEntries(n, n, (i, j) => full[Math.max(i, j) * n + Math.min(i, j)]), rows, n);
  };
}

/** UDV of random U with orthonormal columns and random orthogonal V. */
function transformed(spacing: Spacing) {
  return (matrix: FamilyMatrix): Float64Array => {
    const { rows, columns: n, seed } = matrix;
    const values = signed(spacing, matrix);
    const u = orthonormalRows(n, rows, seed);
    const ud = fromEntries(rows, n, (k, j) => u[j * rows + k] * values[j]);
    return product(ud, orthonormalRows(n, n, seed + 1), rows, n, n);
  };
}

function randomSymmetric({ rows, columns: n, seed }: FamilyMatrix): Float64Array {
  const next = symmetricUniform(seed);
  const entries = fromEntries(n, n, next);
  return padded(fromEntries(n, n, (i, j) => entries[Math.max(i, j) * n + Math.min(i, j)]), rows, n);
}

function randomRectangular({ rows, columns, seed }: FamilyMatrix): Float64Array {
  return fromEntries(rows, columns, symmetricUniform(seed));
}

/** Geometric diagonal d, and off-diagonals of at most ½ √(d_i d_{i+1}). */
function dominantTridiagonal({ rows, columns: n, seed, format }: FamilyMatrix): Float64Array {
  const d = spaced("geometric", n, floatLimits[format].ulp), next = symmetricUniform(seed);
  const beside = Array.from({ length: n }, (_, i) => i + 1 < n ? next() / 2 * Math.sqrt(d[i] * d[i + 1]) : 0);
  const entry = (i: number, j: number) => i === j ? d[i] : Math.abs(i - j) === 1 ? beside[Math.min(i, j)] : 0;
  return padded(fromEntries(n, n, entry), rows, n);
}

/** Upper bidiagonal, entries eˣ with x uniform in ± 2 log ulp. */
function logarithmicBidiagonal({ rows, columns: n, seed, format }: FamilyMatrix): Float64Array {
  const next = symmetricUniform(seed), most = -2 * Math.log(floatLimits[format].ulp);
  const entries = fromEntries(n, n, (i, j) => j === i || j === i + 1 ? Math.exp(most * next()) : 0);
  return padded(entries, rows, n);
}

const ZERO: Family = { ...family("zero", zero), mostRank: () => 0 };

function numbered(name: string, families: readonly Family[]): Families {
  return Object.fromEntries(
    families.map(({ label, ...rest }, i) => [`${name}-${i + 1}`, { ...rest, label: `${i + 1}: ${label}` }]),
  );
}

/** The symmetric types 1 to 21 of `dchkst`. */
export const symmetricFamilies: Families = numbered("symmetric", [
  ZERO,
  family("identity", identity),
  family("even diagonal", diagonal("even")),
  family("geometric diagonal", diagonal("geometric")),
  family("clustered diagonal", diagonal("clustered")),
  family("geometric diagonal", diagonal("geometric"), "overflow"),
  family("geometric diagonal", diagonal("geometric"), "underflow"),
  family("even UᵀDU", similar("even", false)),
  family("geometric UᵀDU", similar("geometric", false)),
  family("clustered UᵀDU", similar("clustered", false)),
  family("even UᵀDU", similar("even", false), "overflow"),
  family("even UᵀDU", similar("even", false), "underflow"),
  family("random symmetric", randomSymmetric),
  family("random symmetric", randomSymmetric, "overflow"),
  family("random symmetric", randomSymmetric, "underflow"),
  family("even UᵀDU > 0", similar("even", true)),
  family("geometric UᵀDU > 0", similar("geometric", true)),
  family("clustered UᵀDU > 0", similar("clustered", true)),
  family("even UᵀDU > 0", similar("even", true), "overflow"),
  family("even UᵀDU > 0", similar("even", true), "underflow"),
  family("dominant tridiagonal", dominantTridiagonal),
]);

/** The types 1 to 16 of `dchkbd`, which are reduced to bidiagonal form there. */
export const bidiagonalFamilies: Families = numbered("bidiagonal", [
  ZERO,
  family("identity", identity),
  family("even diagonal", diagonal("even")),
  family("geometric diagonal", diagonal("geometric")),
  family("clustered diagonal", diagonal("clustered")),
  family("even diagonal", diagonal("even"), "overflow"),
  family("even diagonal", diagonal("even"), "underflow"),
  family("even UDV", transformed("even")),
  family("geometric UDV", transformed("geometric")),
  family("clustered UDV", transformed("clustered")),
  family("even UDV", transformed("even"), "overflow"),
  family("even UDV", transformed("even"), "underflow"),
  family("random", randomRectangular),
  family("random", randomRectangular, "overflow"),
  family("random", randomRectangular, "underflow"),
  family("logarithmic bidiagonal", logarithmicBidiagonal),
]);
