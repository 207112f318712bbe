/**
 * Families of feature matrices whose ranks are hard to count.
 *
 * @module
 */
import { uniform } from "../../stats/random.ts";
import { normals, product, tanhLayer, withEigenvalues } from "../../stats/random_matrices.ts";

/**
 * Name of a family. `trained`: the last hidden layer of trained networks. `random`: a layer of
 * random tanh neurons, as in random feature methods. `gaussian`: independent normal entries.
 * `hilbert`: 1 / (k + j + 1). `graded`: normal columns that shrink from 1 to 10⁻⁶. `clustered`:
 * half of the eigenvalues 1, half within a few per cent of 10⁻⁶. `deficient`: products of small
 * whole numbers, of rank ⌈n / 3⌉. `kahan`: Kahan's triangular matrix, which defeats pivoting.
 */
export type FamilyName =
  | "trained"
  | "random"
  | "gaussian"
  | "hilbert"
  | "graded"
  | "clustered"
  | "deficient"
  | "kahan";

/** All families, in the order of figures and tables. */
export const familyNames: readonly FamilyName[] = [
  "trained",
  "random",
  "gaussian",
  "hilbert",
  "graded",
  "clustered",
  "deficient",
  "kahan",
];

/** A family that needs no training. */
export type GeneratedFamily = Exclude<FamilyName, "trained">;

/** Share of λ₁ around which the clustered eigenvalues lie, in steps of a thousandth of it. */
const CLUSTER = 1e-6;
/** Angle of Kahan's matrix. */
const KAHAN = 1.2;

/**
 * Makes a matrix of a family.
 *
 * @param family Name of the family.
 * @param rows Number of samples m, at least n.
 * @param columns Number of features n.
 * @param seed Seed; Hilbert's and Kahan's matrices do not depend on it.
 * @returns Features in double precision, row-major `rows × columns`.
 */
export function generateFeatures(
  family: GeneratedFamily,
  rows: number,
  columns: number,
  seed: number,
): Float64Array {
  const n = columns;
  const entries = (f: (k: number, j: number) => number) =>
    Float64Array.from({ length: rows * n }, (_, e) => f(Math.floor(e / n), e % n));
  switch (family) {
    case "random":
      return Float64Array.from(tanhLayer(uniform(seed), rows, n));
    case "gaussian":
      return Float64Array.from(normals(rows * n, seed));
    case "hilbert":
      return entries((k, j) => 1 / (k + j + 1));
    case "graded": {
      const noise = normals(rows * n, seed);
      return entries((k, j) => noise[k * n + j] * 10 ** (-6 * j / n));
    }
    case "clustered": {
      const lambda = Array.from(
        { length: n },
        (_, i) => 2 * i < n ? 1 : CLUSTER * (1 + 1e-3 * (i - 0.75 * n)),
      );
      return withEigenvalues(lambda, rows, seed);
    }
    case "deficient": {
      const few = deficientRank(n);
      const whole = (length: number, from: number) => normals(length, from).map((x) => Math.round(3 * x));
      // Sums of products of small whole numbers, which are exact.
      return product(whole(rows * few, seed), whole(few * n, seed + 1), rows, n, few);
    }
    case "kahan": {
      const s = Math.sin(KAHAN), c = Math.cos(KAHAN);
      return entries((k, j) => s ** k * (k === j ? 1 : k < j ? -c : 0));
    }
  }
}

/**
 * Gives the largest rank, in exact arithmetic, of the matrices of the family `deficient`.
 *
 * @param columns Number of features n.
 * @returns ⌈n / 3⌉.
 */
export function deficientRank(columns: number): number {
  return Math.ceil(columns / 3);
}
