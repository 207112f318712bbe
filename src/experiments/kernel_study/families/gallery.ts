/**
 * Test matrices of the galleries, by their published formulas.
 *
 * Formulas hold for indices from 1, and are continued to m rows where they define a rectangular
 * matrix; the others stand above rows of zeros. Singular values fall to `ulp` of the format that
 * the features are meant for.
 *
 * Sources: N. J. Higham, "Accuracy and Stability of Numerical Algorithms", SIAM 2002, chapter 28
 * (cauchy, lotkin, moler, pascal, vandermonde, randsvd); J. B. Rosser et al., J. Res. NBS 47, 1951
 * (rosser); J. H. Wilkinson, "The Algebraic Eigenvalue Problem", 1965 (wilkinson); D. Viswanath, L.
 * N. Trefethen, SIAM J. Matrix Anal. Appl. 19, 1998 (golub: products of random triangular ones); J.
 * M. Varah, Linear Algebra Appl. 187, 1993 (prolate); P. C. Hansen, SIAM J. Sci. Comput. 16, 1995
 * (oscillate).
 *
 * @module
 */
import { normal, uniform } from "../../../stats/random.ts";
import { orthonormalRows, product } from "../../../stats/random_matrices.ts";
import { type Families, type FamilyMatrix, floatLimits, fromEntries, padded, spaced } from "./family.ts";

/** Powers x_k^(j−1) of equidistant points of [−1, 1]. */
function vandermonde({ rows, columns }: FamilyMatrix): Float64Array {
  return fromEntries(rows, columns, (k, j) => (rows === 1 ? 1 : -1 + 2 * k / (rows - 1)) ** j);
}

/** 1 / (i + j). */
function cauchy({ rows, columns }: FamilyMatrix): Float64Array {
  return fromEntries(rows, columns, (k, j) => 1 / (k + j + 2));
}

/** Hilbert's matrix with a first row of ones. */
function lotkin({ rows, columns }: FamilyMatrix): Float64Array {
  return fromEntries(rows, columns, (k, j) => k === 0 ? 1 : 1 / (k + j + 1));
}

/** min(i, j) − 2, and i on the diagonal: LLᵀ for the unit lower triangular L of −1. */
function moler({ rows, columns }: FamilyMatrix): Float64Array {
  return fromEntries(rows, columns, (k, j) => k === j ? k + 1 : Math.min(k, j) - 1);
}

/** Most that an entry of Pascal's matrix may be: its square is in the range of both formats. */
const MOST_PASCAL = 2 ** 60;

/** Binomials C(i + j − 2, i − 1), divided by a power of two if they exceed 2⁶⁰. */
function pascal({ rows, columns }: FamilyMatrix): Float64Array {
  const entries = new Float64Array(rows * columns).fill(1);
  for (let k = 1; k < rows; k++) {
    for (let j = 1; j < columns; j++) {
      entries[k * columns + j] = entries[(k - 1) * columns + j] + entries[k * columns + j - 1];
    }
  }
  const most = entries[entries.length - 1];
  const factor = most > MOST_PASCAL ? 2 ** -Math.ceil(Math.log2(most / MOST_PASCAL)) : 1;
  return entries.map((entry) => factor * entry);
}

// deno-fmt-ignore
/** Rosser's matrix: eigenvalues that are double, nearly equal, opposite, zero and small. */
const ROSSER = [
  [611, 196, -192, 407, -8, -52, -49, 29],
  [196, 899, 113, -192, -71, -43, -8, -44],
  [-192, 113, 899, 196, 61, 49, 8, 52],
  [407, -192, 196, 611, 8, 44, 59, -23],
  [-8, -71, 61, 8, 411, -599, 208, 208],
  [-52, -43, 49, 44, -599, 411, 208, 208],
  [-49, -8, 8, 59, 208, 208, 99, -911],
  [29, -44, 52, -23, 208, 208, -911, 99],
];

/** Copies of Rosser's matrix along the diagonal; the last may be cut off. */
function rosser({ rows, columns: n }: FamilyMatrix): Float64Array {
  const size = ROSSER.length, block = (i: number) => Math.floor(i / size);
  const entry = (i: number, j: number) => block(i) === block(j) ? ROSSER[i % size][j % size] : 0;
  return padded(fromEntries(n, n, entry), rows, n);
}

/** Wilkinson's tridiagonal W⁺: |i − (n + 1) / 2| between ones, eigenvalues in pairs. */
function wilkinson({ rows, columns: n }: FamilyMatrix): Float64Array {
  const entry = (i: number, j: number) => i === j ? Math.abs(i - (n - 1) / 2) : Math.abs(i - j) === 1 ? 1 : 0;
  return padded(fromEntries(n, n, entry), rows, n);
}

/** LU of unit triangular matrices of whole numbers, about 10 in size: exact, nearly singular. */
function golub({ rows, columns: n, seed }: FamilyMatrix): Float64Array {
  const next = normal(uniform(seed)), whole = () => Math.round(10 * next());
  const triangular = () => fromEntries(n, n, (i, j) => i === j ? 1 : i > j ? whole() : 0);
  const [l, u] = [triangular(), triangular()];
  return padded(product(l, fromEntries(n, n, (i, j) => u[j * n + i]), n, n, n), rows, n);
}

/** sin(π (i − j) / 2) / (π (i − j)), and ½ on the diagonal: eigenvalues near 0 and near 1. */
function prolate({ rows, columns }: FamilyMatrix): Float64Array {
  const entry = (d: number) => d === 0 ? 0.5 : Math.sin(Math.PI * d / 2) / (Math.PI * d);
  return fromEntries(rows, columns, (k, j) => entry(Math.abs(k - j)));
}

/**
 * Geometric singular values whose i-th vectors change sign i − 1 times, as of an oscillation
 * matrix: sines, the eigenvectors of the tridiagonal matrix of ones.
 */
function oscillate({ rows, columns: n, format }: FamilyMatrix): Float64Array {
  const sine = (count: number, k: number, i: number) =>
    Math.sqrt(2 / (count + 1)) * Math.sin((k + 1) * (i + 1) * Math.PI / (count + 1));
  const values = spaced("geometric", n, floatLimits[format].ulp);
  const left = fromEntries(rows, n, (k, i) => sine(rows, k, i) * values[i]);
  return product(left, fromEntries(n, n, (i, j) => sine(n, j, i)), rows, n, n);
}

/** UDV of random U and V: the five modes of `randsvd`, with condition number 1 / ulp. */
function randsvd(mode: 1 | 2 | 3 | 4 | 5) {
  return ({ rows, columns: n, seed, format }: FamilyMatrix): Float64Array => {
    const least = floatLimits[format].ulp, random = uniform(seed + 2);
    const values = {
      1: () => spaced("clustered", n, least),
      2: () => Float64Array.from({ length: n }, (_, i) => i === n - 1 && n > 1 ? least : 1),
      3: () => spaced("geometric", n, least),
      4: () => spaced("even", n, least),
      5: () => Float64Array.from({ length: n }, () => least ** random()),
    }[mode]();
    const u = orthonormalRows(n, rows, seed);
    const ud = fromEntries(rows, n, (k, i) => u[i * rows + k] * values[i]);
    return product(ud, orthonormalRows(n, n, seed + 1), rows, n, n);
  };
}

/** Matrices of the galleries. */
export const galleryFamilies: Families = {
  vandermonde: { label: "Vandermonde", make: vandermonde },
  cauchy: { label: "Cauchy", make: cauchy },
  lotkin: { label: "Lotkin", make: lotkin },
  moler: { label: "Moler", make: moler },
  pascal: { label: "Pascal", make: pascal },
  rosser: { label: "Rosser", make: rosser },
  wilkinson: { label: "Wilkinson", make: wilkinson },
  golub: { label: "Golub", make: golub },
  prolate: { label: "prolate", make: prolate },
  oscillate: { label: "oscillate", make: oscillate },
  "randsvd-1": { label: "randsvd: one large", make: randsvd(1) },
  "randsvd-2": { label: "randsvd: one small", make: randsvd(2) },
  "randsvd-3": { label: "randsvd: geometric", make: randsvd(3) },
  "randsvd-4": { label: "randsvd: arithmetic", make: randsvd(4) },
  "randsvd-5": { label: "randsvd: logarithmic", make: randsvd(5) },
};
