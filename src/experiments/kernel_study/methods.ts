/**
 * The methods under study: each takes a batch of feature matrices to ranks, the same way for all.
 *
 * @module
 */
import type { Gpu } from "../../gpu/device.ts";
import { gramMatrices } from "../../linalg/gram_matrices.ts";
import { svdvals } from "../../linalg/svdvals.ts";
import { type CountingMethod, countRanks } from "../../rank/counting.ts";
import { featureSpectra, type Precision } from "../../rank/feature_spectrum.ts";
import type { FeatureMatrix } from "../../rank/prepare_features.ts";
import { rankInterval } from "../../rank/rank_interval.ts";
import { choleskyFlops, inertiaFlops, naiveFlops, spectrumFlops, sturmFlops, type Work } from "./flops.ts";
import { naiveSpectra } from "./naive.ts";
import type { MethodKey } from "./rows.ts";

/** Feature matrices whose ranks are wanted. */
export interface Problem {
  /** Matrices of one shape, in single precision, with weights 1/m. */
  readonly features: readonly FeatureMatrix[];
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
  /** Sweeps that its solver made; `null` where it does not tell. */
  readonly sweeps: number | null;
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
  { name: "inertia", precision: "single", certified: true, solve: counting("inertia"), flops: inertiaFlops },
  {
    name: "gram-jacobi",
    precision: "single",
    certified: true,
    solve: spectra("single"),
    flops: spectrumFlops,
  },
  {
    name: "gram-jacobi",
    precision: "double",
    certified: true,
    solve: spectra("double"),
    flops: spectrumFlops,
  },
  { name: "gram-jacobi", precision: "auto", certified: true, solve: spectra("auto"), flops: spectrumFlops },
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
function unproven(eigenvalues: Float64Array, epsilons: readonly number[], sweeps: number | null): Answer {
  const ranks = epsilons.map((epsilon) => ({
    rank: eigenvalues.reduce((count, value) => value > epsilon ? count + 1 : count, 0),
    low: null,
    high: null,
  }));
  return { eigenvalues, errors: null, ranks, sweeps, precision: "single" };
}

async function naive(gpu: Gpu, { features, epsilons }: Problem): Promise<Answer[]> {
  const spectra = await naiveSpectra(gpu, features);
  return spectra.map((eigenvalues, i) => unproven(eigenvalues, epsilons[i], null));
}

/** Squares of singular values, by a QR factorisation and one-sided Jacobi. */
async function singular(gpu: Gpu, { features, epsilons }: Problem): Promise<Answer[]> {
  const matrices = features.map(({ rows, columns, data }) => ({
    rows,
    columns,
    entries: data instanceof Float32Array ? data : Float32Array.from(data),
  }));
  const values = await svdvals(gpu, matrices);
  return values.map((sigma, i) =>
    unproven(Float64Array.from(sigma, (value) => value * value / features[i].rows), epsilons[i], null)
  );
}

/** Eigenvalues with certificates, see `featureSpectra`. */
function spectra(precision: Precision): StudyMethod["solve"] {
  return async (gpu, { features, shares, epsilons }) => {
    const options = { precision, epsilons: shares, threshold: "relative" } as const;
    const found = await featureSpectra(gpu, features, options);
    return found.map(({ eigenvalues, errors, precision }, i) => ({
      precision,
      eigenvalues,
      errors,
      ranks: epsilons[i].map((epsilon) => rankInterval(eigenvalues, errors, epsilon)),
      sweeps: null,
    }));
  };
}

/** Counts of the eigenvalues of Gram matrices, see `countRanks`. */
function counting(method: CountingMethod): StudyMethod["solve"] {
  return async (gpu, { features, epsilons }) => {
    const grams = await gramMatrices(gpu, features);
    const matrices = grams.map(({ matrix }) => Float32Array.from(matrix));
    // Rounded to single words, each entry by u of itself, which moves eigenvalues by u ‖M‖_F at most.
    const errors = grams.map(({ matrix, error }) => error + 2 ** -24 * Math.hypot(...matrix));
    const ranks = await countRanks(gpu, matrices, epsilons, { method, errors });
    return ranks.map((each) => ({
      precision: "single",
      eigenvalues: null,
      errors: null,
      ranks: each,
      sweeps: null,
    }));
  };
}
