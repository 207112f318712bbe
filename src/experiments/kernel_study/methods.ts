/**
 * The methods of the study. All have the same form: from a batch of feature matrices to ranks.
 *
 * @module
 */
import type { Gpu } from "../../gpu/device.ts";
import type { Measurement } from "../../gpu/measure/meter.ts";
import { svdvals } from "../../linalg/svd/svdvals.ts";
import { rankIntervals } from "../../rank/certificates/rank_interval.ts";
import { countFeatures } from "../../rank/methods/count_features.ts";
import {
  type CountMethod,
  type MethodPrecision,
  type RankMethod,
  rankMethods,
  type SpectrumMethod,
} from "../../rank/methods/rank_methods.ts";
import type { Precision } from "../../rank/spectra/feature_spectrum.ts";
import {
  autoFlops,
  blockedInertiaFlops,
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

/** Feature matrices whose ranks are to be found. */
export interface Problem {
  /** Matrices of one shape, in single precision, with weights 1/m. */
  readonly features: readonly Matrix[];
  /** Thresholds as shares of λ₁, descending. */
  readonly shares: readonly number[];
  /** The same thresholds for each matrix, as absolute numbers ε. */
  readonly epsilons: readonly (readonly number[])[];
}

/** A rank as a method reports it. */
export interface StudiedRank {
  /** The rank. */
  readonly rank: number;
  /** Lower end of its interval; `null` if the method proves nothing. */
  readonly low: number | null;
  /** Upper end of its interval. */
  readonly high: number | null;
}

/** Result of a method for one matrix. */
export interface Answer {
  /** Eigenvalues, descending; `null` if the method only counts. */
  readonly eigenvalues: Float64Array | null;
  /** Bounds on their errors; `null` if it proves none. */
  readonly errors: Float64Array | null;
  /** Ranks at all thresholds. */
  readonly ranks: readonly StudiedRank[];
  /** Arithmetic of the result. */
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
  /** Whether it is of a module that the study was given, and may fail in any way. */
  readonly isEntered?: boolean;
  /** Computes ranks. Waits for the GPU. */
  readonly solve: (gpu: Gpu, problem: Problem) => Promise<Answer[]>;
  /** Does the same and measures it, where it computes elsewhere. Default: on the study's device. */
  readonly measure?: (gpu: Gpu, problem: Problem) => Promise<Measurement<Answer[]>>;
  /** Whether its process has ended, so that it can not be asked any more. Default: never. */
  readonly hasEnded?: () => boolean;
  /** Operations per matrix; `null` if they are not known. */
  readonly flops: (work: Work) => number | null | Promise<number | null>;
}

/**
 * Operations of the methods of the registry by name and precision. Those of others are not known.
 */
const FLOPS: Readonly<Record<string, StudyMethod["flops"]>> = {
  "cholesky:single": choleskyFlops,
  "sturm:single": sturmFlops,
  "sturm:double": sturmDoubleFlops,
  "inertia:single": inertiaFlops,
  "blocked-inertia:double": blockedInertiaFlops,
  "gram-jacobi:single": singleFlops,
  "gram-jacobi:double": doubleFlops,
  "gram-jacobi:auto": autoFlops,
};

/** Methods that are also studied in precision `auto`: the one that is useful for any size. */
const AUTO = ["gram-jacobi"];

/** The methods: two peers that prove nothing, then those of the registry that have kernels. */
export const studyMethods: readonly StudyMethod[] = [
  { name: "naive", precision: "single", certified: false, solve: naive, flops: naiveFlops },
  { name: "svdvals", precision: "single", certified: false, solve: singular, flops: () => null },
  ...Object.entries(rankMethods as Readonly<Record<string, RankMethod>>).flatMap(([name, method]) => {
    if (method.isOnHost) return [];
    const precisions = [...Object.keys(method.mostColumns), ...AUTO.includes(name) ? ["auto"] : []];
    return (precisions as StudyMethod["precision"][]).map((precision): StudyMethod => ({
      name,
      precision,
      certified: true,
      solve: method.yields === "spectrum"
        ? spectra(method, precision)
        : counting(method, precision as MethodPrecision),
      flops: FLOPS[`${name}:${precision}`] ?? (() => null),
    }));
  }),
];

/**
 * Finds a method.
 *
 * @param key Name and precision.
 * @param methods The methods. Default: {@linkcode studyMethods}.
 * @returns The method.
 */
export function findMethod(
  { method, precision }: MethodKey,
  methods: readonly StudyMethod[] = studyMethods,
): StudyMethod {
  return methods.find((each) => each.name === method && each.precision === precision)!;
}

/**
 * Names a method with its precision.
 *
 * @param method Method.
 * @returns Such as `gram-jacobi double`.
 */
export function methodLabel({ name, precision }: Pick<StudyMethod, "name" | "precision">): string {
  return `${name} ${precision}`;
}

/** Counts eigenvalues without a certificate. */
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

/** Squares the singular values of a QR factorisation and one-sided Jacobi rotations. */
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

/**
 * Makes a method of the study that solves for eigenvalues with certificates.
 *
 * @param method A rank method.
 * @param precision Its arithmetic.
 * @returns Its function.
 */
export function spectra({ solve }: SpectrumMethod, precision: Precision): StudyMethod["solve"] {
  return async (gpu, { features, shares, epsilons }) => {
    const options = { precision, epsilons: shares, threshold: "relative" } as const;
    const found = await solve(gpu, features, options);
    return found.map(({ eigenvalues, bounds, precision }, i) => ({
      precision,
      eigenvalues,
      errors: bounds,
      ranks: rankIntervals({ eigenvalues, bounds }, epsilons[i], "absolute"),
    }));
  };
}

/**
 * Makes a method of the study that counts eigenvalues of Gram matrices rounded to single words.
 *
 * @param method A rank method.
 * @param precision Its arithmetic.
 * @returns Its function.
 */
export function counting(method: CountMethod, precision: MethodPrecision): StudyMethod["solve"] {
  return async (gpu, { features, epsilons }) => {
    const counted = await countFeatures(gpu, features, { method, precision, epsilons });
    return counted.map(({ ranks }) => ({ precision, eigenvalues: null, errors: null, ranks }));
  };
}
