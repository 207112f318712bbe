/**
 * The methods under study: each takes a batch of feature matrices to ranks, the same way for all.
 *
 * @module
 */
import type { Gpu } from "../../gpu/device.ts";
import { gramMatrices, type GramPrecision } from "../../linalg/gram/gram_matrices.ts";
import { svdvals } from "../../linalg/svd/svdvals.ts";
import { type CountingMethod, countRanks } from "../../rank/methods/counting.ts";
import { featureSpectra, type Precision } from "../../rank/spectra/feature_spectrum.ts";
import { oneSidedSpectra } from "../../rank/spectra/one_sided_spectra.ts";
import { rankInterval } from "../../rank/certificates/rank_interval.ts";
import {
  autoFlops,
  choleskyFlops,
  doubleFlops,
  inertiaFlops,
  naiveFlops,
  singleFlops,
  sturmDoubleFlops,
  sturmFlops,
  type Work,
} from "./flops.ts";
import { naiveSpectra } from "./naive.ts";
import type { MethodKey } from "./rows.ts";
import type { Matrix } from "../../linalg/matrix.ts";

/** Feature matrices whose ranks are wanted. */
export interface Problem {
  /** Matrices of one shape, in single precision, with weights 1/m. */
  readonly features: readonly Matrix[];
  /** Thresholds as shares of λ₁, descending. */
  readonly shares: readonly number[];
  /** For each matrix these thresholds as absolute numbers ε. */
  readonly epsilons: readonly (readonly number[])[];
}

/** A rank as a method reports it. */
export interface StudiedRank {
  /** The rank. */
  readonly rank: number;
  /** Lower end of its interval; `null` where the method proves nothing. */
  readonly low: number | null;
  /** Upper end of its interval. */
  readonly high: number | null;
}

/** What a method makes of one matrix. */
export interface Answer {
  /** Eigenvalues, descending; `null` where the method only counts. */
  readonly eigenvalues: Float64Array | null;
  /** Bounds on their errors; `null` where it proves none. */
  readonly errors: Float64Array | null;
  /** Ranks at all thresholds. */
  readonly ranks: readonly StudiedRank[];
  /** Arithmetic that it comes from. */
  readonly precision: "single" | "double";
}

/** A method in one precision. */
export interface StudyMethod {
  /** Name. */
  readonly name: string;
  /** Its arithmetic. */
  readonly precision: "single" | "double" | "auto";
  /** Whether its ranks come with proven intervals. */
  readonly certified: boolean;
  /** Computes ranks. Waits for the GPU. */
  readonly solve: (gpu: Gpu, problem: Problem) => Promise<Answer[]>;
  /** Operations a matrix; `null` where they can not be told. */
  readonly flops: (work: Work) => number | null;
}

/** The methods, cheapest promises first. A method is one entry. */
export const studyMethods: readonly StudyMethod[] = [
  { name: "naive", precision: "single", certified: false, solve: naive, flops: naiveFlops },
  { name: "svdvals", precision: "single", certified: false, solve: singular, flops: () => null },
  {
    name: "cholesky",
    precision: "single",
    certified: true,
    solve: counting("cholesky"),
    flops: choleskyFlops,
  },
  { name: "sturm", precision: "single", certified: true, solve: counting("sturm"), flops: sturmFlops },
  {
    name: "sturm",
    precision: "double",
    certified: true,
    solve: counting("sturm-double", "double"),
    flops: sturmDoubleFlops,
  },
  { name: "inertia", precision: "single", certified: true, solve: counting("inertia"), flops: inertiaFlops },
  {
    name: "gram-jacobi",
    precision: "single",
    certified: true,
    solve: spectra(featureSpectra, "single"),
    flops: singleFlops,
  },
  {
    name: "gram-jacobi",
    precision: "double",
    certified: true,
    solve: spectra(featureSpectra, "double"),
    flops: doubleFlops,
  },
  {
    name: "gram-jacobi",
    precision: "auto",
    certified: true,
    solve: spectra(featureSpectra, "auto"),
    flops: autoFlops,
  },
  {
    name: "one-sided-jacobi",
    precision: "single",
    certified: true,
    solve: spectra(oneSidedSpectra, "single"),
    // Its sweeps leave out what is orthogonal, and nobody counts them.
    flops: () => null,
  },
  {
    name: "one-sided-jacobi",
    precision: "double",
    certified: true,
    solve: spectra(oneSidedSpectra, "double"),
    flops: () => null,
  },
];

/**
 * Finds a method.
 *
 * @param key Name and precision of one of {@linkcode studyMethods}.
 * @returns The method.
 */
export function findMethod({ method, precision }: MethodKey): StudyMethod {
  return studyMethods.find((each) => each.name === method && each.precision === precision)!;
}

/**
 * Names a method with its precision, as files and figures do.
 *
 * @param method Method.
 * @returns Such as `gram-jacobi double`.
 */
export function methodLabel({ name, precision }: Pick<StudyMethod, "name" | "precision">): string {
  return `${name} ${precision}`;
}

/** Ranks of eigenvalues that nobody vouches for. */
function unproven(eigenvalues: Float64Array, epsilons: readonly number[]): Answer {
  const ranks = epsilons.map((epsilon) => ({
    rank: eigenvalues.reduce((count, value) => value > epsilon ? count + 1 : count, 0),
    low: null,
    high: null,
  }));
  return { eigenvalues, errors: null, ranks, precision: "single" };
}

async function naive(gpu: Gpu, { features, epsilons }: Problem): Promise<Answer[]> {
  const spectra = await naiveSpectra(gpu, features);
  return spectra.map((eigenvalues, i) => unproven(eigenvalues, epsilons[i]));
}

/** Squares of singular values, by a QR factorisation and one-sided Jacobi. */
async function singular(gpu: Gpu, { features, epsilons }: Problem): Promise<Answer[]> {
  const matrices = features.map(({ rows, columns, data }) => ({
    rows,
    columns,
    data: data instanceof Float32Array ? data : Float32Array.from(data),
  }));
  const values = await svdvals(gpu, matrices);
  return values.map((sigma, i) =>
    unproven(Float64Array.from(sigma, (value) => value * value / features[i].rows), epsilons[i])
  );
}

/** Eigenvalues with certificates, see `featureSpectra` and `oneSidedSpectra`. */
function spectra(solve: typeof featureSpectra, precision: Precision): StudyMethod["solve"] {
  return async (gpu, { features, shares, epsilons }) => {
    const options = { precision, epsilons: shares, threshold: "relative" } as const;
    const found = await solve(gpu, features, options);
    return found.map(({ eigenvalues, bounds, precision }, i) => ({
      precision,
      eigenvalues,
      errors: bounds,
      ranks: epsilons[i].map((epsilon) => rankInterval(eigenvalues, bounds, epsilon)),
    }));
  };
}

/** Counts of the eigenvalues of Gram matrices rounded to single words, see `countRanks`. */
function counting(method: CountingMethod, precision: GramPrecision = "compensated"): StudyMethod["solve"] {
  return async (gpu, { features, epsilons }) => {
    const grams = await gramMatrices(gpu, features, { precision });
    const matrices = grams.map(({ matrix }) => Float32Array.from(matrix));
    const bounds = grams.map(({ matrix, bound }, i) => bound + distance(matrix, matrices[i]));
    const ranks = await countRanks(gpu, matrices, epsilons, { method, bounds });
    return ranks.map((each) => ({
      precision: method === "sturm-double" ? "double" : "single",
      eigenvalues: null,
      errors: null,
      ranks: each,
    }));
  };
}

/** ‖A − B‖_F, which is at least ‖A − B‖₂, and a little more for its own rounding. */
function distance(a: Float64Array, b: Float32Array): number {
  let square = 0;
  for (let e = 0; e < a.length; e++) square += (a[e] - b[e]) ** 2;
  return (1 + 2 ** -30) * Math.sqrt(square);
}
