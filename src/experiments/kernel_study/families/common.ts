/**
 * The families of the default study: feature matrices whose ranks are hard to count.
 *
 * @module
 */
import { uniform } from "../../../stats/random.ts";
import { normals, product, tanhLayer, withEigenvalues } from "../../../stats/random_matrices.ts";
import { type Families, type FamilyMatrix, fromEntries } from "./family.ts";
import { TRAINED } from "./training.ts";

/** Share of λ₁ around which the clustered eigenvalues lie, in steps of a thousandth of it. */
const CLUSTER = 1e-6;
/** Angle of Kahan's matrix. */
const KAHAN = 1.2;

/** A layer of random tanh neurons, as in random feature methods. */
function random({ rows, columns, seed }: FamilyMatrix): Float64Array {
  return Float64Array.from(tanhLayer(uniform(seed), rows, columns));
}

/** Independent normal entries. */
function gaussian({ rows, columns, seed }: FamilyMatrix): Float64Array {
  return Float64Array.from(normals(rows * columns, seed));
}

/** 1 / (k + j − 1), from 1. */
function hilbert({ rows, columns }: FamilyMatrix): Float64Array {
  return fromEntries(rows, columns, (k, j) => 1 / (k + j + 1));
}

/** Normal columns that shrink from 1 to 10⁻⁶. */
function graded({ rows, columns, seed }: FamilyMatrix): Float64Array {
  const noise = normals(rows * columns, seed);
  return fromEntries(rows, columns, (k, j) => noise[k * columns + j] * 10 ** (-6 * j / columns));
}

/** Half of the eigenvalues 1, half within a few per cent of 10⁻⁶. */
function clustered({ rows, columns: n, seed }: FamilyMatrix): Float64Array {
  const near = (i: number) => CLUSTER * (1 + 1e-3 * (i - 0.75 * n));
  return withEigenvalues(Array.from({ length: n }, (_, i) => 2 * i < n ? 1 : near(i)), rows, seed);
}

/** Largest rank of the family `deficient`. */
const deficientRank = (columns: number) => Math.ceil(columns / 3);

/** Products of small whole numbers, of rank ⌈n / 3⌉; their sums are exact. */
function deficient({ rows, columns: n, seed }: FamilyMatrix): Float64Array {
  const few = deficientRank(n);
  const whole = (length: number, from: number) => normals(length, from).map((x) => Math.round(3 * x));
  return product(whole(rows * few, seed), whole(few * n, seed + 1), rows, n, few);
}

/** Kahan's triangular matrix, which defeats pivoting. */
function kahan({ rows, columns }: FamilyMatrix): Float64Array {
  const s = Math.sin(KAHAN), c = Math.cos(KAHAN);
  return fromEntries(rows, columns, (k, j) => s ** k * (k === j ? 1 : k < j ? -c : 0));
}

/** The families, in the order of figures and tables. */
export const commonFamilies: Families = {
  trained: { label: "trained network", make: null, trained: TRAINED },
  random: { label: "random features", make: random },
  gaussian: { label: "Gaussian", make: gaussian },
  hilbert: { label: "Hilbert", make: hilbert },
  graded: { label: "graded columns", make: graded },
  clustered: { label: "clustered at 10⁻⁶", make: clustered },
  deficient: { label: "rank-deficient", make: deficient, mostRank: deficientRank },
  kahan: { label: "Kahan", make: kahan },
};
