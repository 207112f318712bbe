/**
 * The registry of rank methods: what each is called, can do, and runs.
 *
 * @module
 */
import type { Gpu } from "../../gpu/device.ts";
import type { WorkOptions } from "../../gpu/paced_commands.ts";
import { countByBlockedInertia, MOST_BLOCKED_ORDER } from "../../linalg/count/blocked_inertia.ts";
import { boundByCholesky, countBetween } from "../../linalg/count/cholesky.ts";
import type { EigenvalueCount } from "../../linalg/count/eigenvalue_count.ts";
import { countByInertia } from "../../linalg/count/inertia.ts";
import { countBySturm } from "../../linalg/count/sturm.ts";
import { MOST_HOST_COLUMNS } from "../../linalg/host/host_svdvals.ts";
import { squareMatrix } from "../../linalg/matrix.ts";
import type { MatrixSource } from "../../linalg/matrix_source.ts";
import { featureSpectra, type FeatureSpectrum, type SpectrumOptions } from "../spectra/feature_spectrum.ts";
import { hostSpectra } from "../spectra/host_spectra.ts";
import { oneSidedSpectra } from "../spectra/one_sided_spectra.ts";

/** Arithmetic that a method has: single precision, or double-single words or float64. */
export type MethodPrecision = "single" | "double";

/** What every rank method has. */
export interface RankMethodBase {
  /** What it does, in one line. */
  readonly help: string;
  /**
   * Arithmetics that it has, each with the greatest number of columns, or of samples where these
   * are fewer: `Infinity` where memory alone limits it.
   */
  readonly mostColumns: Readonly<Partial<Record<MethodPrecision, number>>>;
  /**
   * Whether it computes on the host, without kernels: studies of kernels leave it out. Default:
   * false.
   */
  readonly isOnHost?: boolean;
}

/** A method that solves for the spectrum, of which ranks are counted. */
export interface SpectrumMethod extends RankMethodBase {
  /** What it yields. */
  readonly yields: "spectrum";
  /** Whether it takes matrices that are produced on demand. */
  readonly takesTiles: boolean;
  /** Solves features of one shape. */
  readonly solve: (
    gpu: Gpu,
    features: readonly MatrixSource[],
    options: SpectrumOptions,
  ) => Promise<FeatureSpectrum[]>;
}

/** A method that counts eigenvalues of Gram matrices above thresholds, without a spectrum. */
export interface CountMethod extends RankMethodBase {
  /** What it yields. */
  readonly yields: "count";
  /** Whether it takes matrices in float64, and thresholds that are not known. Default: false. */
  readonly takesExact?: boolean;
  /** Counts the eigenvalues of symmetric matrices above the thresholds of each. */
  readonly count: (
    gpu: Gpu,
    matrices: readonly Float32Array[],
    options: CountMethodOptions,
  ) => Promise<EigenvalueCount[][]>;
}

/** What a method that counts is given besides matrices. */
export interface CountMethodOptions extends WorkOptions {
  /** Thresholds of each matrix. */
  readonly epsilons: readonly (readonly number[])[];
  /** Arithmetic. */
  readonly precision: MethodPrecision;
  /** For methods that take it: the matrices before they were rounded to single words. */
  readonly exact?: readonly Float64Array[];
  /**
   * For methods that take it: the least that each threshold may be, where `epsilons` has the most.
   */
  readonly leastEpsilons?: readonly (readonly number[])[];
  /** Is given the share of the work that is done, now and then, by methods that know it. */
  readonly onShare?: ((share: number) => void) | undefined;
}

/** A way to compute ranks. */
export type RankMethod = SpectrumMethod | CountMethod;

/** Name of a rank method that counts. */
export type CountMethodName = "cholesky" | "sturm" | "inertia" | "blocked-inertia";

/** Name of a rank method that solves for the spectrum. */
export type SpectrumMethodName = "gram-jacobi" | "one-sided-jacobi" | "host-bidiagonal";

/** Name of a rank method. */
export type RankMethodName = CountMethodName | SpectrumMethodName;

/**
 * All rank methods by name, those that promise least first. Programs, the kernel study,
 * documentation and tests iterate them.
 *
 * Those that count see a Gram matrix in single words, and are certain of little below 10⁻⁶ λ₁ in
 * single precision, 10⁻⁷ λ₁ in double; but `blocked-inertia` sees it in pairs of words, and is
 * certain down to 10⁻¹⁰ λ₁. `gram-jacobi` is certain down to 10⁻¹⁰ λ₁ in single and
 * 10⁻¹³ λ₁ in double precision, `one-sided-jacobi` in double down to 10⁻¹⁶ λ₁, mostly 10⁻¹⁸ λ₁, and
 * `host-bidiagonal` in float64 down to 10⁻¹⁹ λ₁ with 700 columns.
 */
export const rankMethods:
  & Readonly<Record<CountMethodName, CountMethod>>
  & Readonly<Record<SpectrumMethodName, SpectrumMethod>> = {
    cholesky: {
      help: "counts by one pivoted factorisation, certain of little unless the spectrum falls fast",
      yields: "count",
      mostColumns: { single: 1024 },
      count: async (gpu, matrices, { epsilons, signal }) => {
        const bounds = await boundByCholesky(gpu, matrices.map(squareMatrix), { signal });
        return bounds.map((each, index) => epsilons[index].map((epsilon) => countBetween(each, epsilon)));
      },
    },
    sturm: {
      help: "counts by Sturm sequences of a tridiagonal form, further thresholds are nearly free",
      yields: "count",
      mostColumns: { single: 2048, double: 512 },
      count: (gpu, matrices, { epsilons, precision, signal }) =>
        countBySturm(gpu, matrices.map(squareMatrix), epsilons, { precision, signal }),
    },
    inertia: {
      help: "counts by factorisations at each threshold, the tightest intervals in single precision",
      yields: "count",
      mostColumns: { single: 1024 },
      count: (gpu, matrices, { epsilons, signal }) =>
        countByInertia(gpu, matrices.map(squareMatrix), epsilons, { signal }),
    },
    "blocked-inertia": {
      help: "counts by factorisations in blocks at each threshold, for many columns on a GPU",
      yields: "count",
      mostColumns: { double: MOST_BLOCKED_ORDER },
      takesExact: true,
      count: (gpu, matrices, { epsilons, exact = matrices, leastEpsilons, signal, onShare }) =>
        countByBlockedInertia(gpu, exact.map(squareMatrix), epsilons, { leastEpsilons, signal, onShare }),
    },
    "gram-jacobi": {
      help: "solves the spectrum by two-sided rotations of the Gram matrix, any number of samples",
      yields: "spectrum",
      mostColumns: { single: Infinity, double: Infinity },
      takesTiles: true,
      solve: featureSpectra,
    },
    "one-sided-jacobi": {
      help: "solves the spectrum by one-sided rotations, without squaring, certain furthest down",
      yields: "spectrum",
      mostColumns: { single: Infinity, double: Infinity },
      takesTiles: false,
      solve: oneSidedSpectra,
    },
    "host-bidiagonal": {
      help: "solves the spectrum in float64 on the host by reflections and bisection, without a kernel",
      yields: "spectrum",
      mostColumns: { double: MOST_HOST_COLUMNS },
      isOnHost: true,
      takesTiles: true,
      solve: hostSpectra,
    },
  };

/** Names of all rank methods, in the order of the registry. */
export const rankMethodNames: readonly RankMethodName[] = Object.keys(rankMethods) as RankMethodName[];

/** Names of the rank methods that count. */
export const countMethodNames: readonly CountMethodName[] = rankMethodNames.filter((
  name,
): name is CountMethodName => rankMethods[name].yields === "count");
