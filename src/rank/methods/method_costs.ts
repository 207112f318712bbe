/**
 * Expected times of rank methods on an adapter, from what it was measured to do.
 *
 * @module
 */
import { MOST_BLOCKED_ORDER } from "../../linalg/count/blocked_inertia.ts";
import { MOST_HOST_COLUMNS } from "../../linalg/host/host_svdvals.ts";
import { type Shape, tallShape } from "../../linalg/matrix_source.ts";
import type { Threshold } from "../certificates/rank_interval.ts";
import type { Precision } from "../spectra/spectrum_options.ts";

/** Names of what is measured, all in milliseconds. */
export const methodTimeNames = [
  "dispatch",
  "column of blocks",
  "10⁹ operations",
  "10⁹ host operations",
] as const;

/**
 * Times of an adapter and its host, in milliseconds: of a dispatch that waits for the one before;
 * of a column of blocks of `blocked_factors.wgsl`; of 10⁹ operations of its products, exclusive-ors
 * included; of as many operations in float64 on the host.
 */
export type MethodTimes = Readonly<Record<typeof methodTimeNames[number], number>>;

/**
 * Times that stand for those of a GPU where none are measured, so that the choice is the same each
 * time: 4·10¹² operations a second, 4·10⁹ on the host.
 */
export const USUAL_TIMES: MethodTimes = {
  "dispatch": 0.01,
  "column of blocks": 0.15,
  "10⁹ operations": 0.25,
  "10⁹ host operations": 250,
};

/** What is asked of a method. */
export interface MethodWork {
  /** Shape of the features. */
  readonly shape: Shape;
  /** Arithmetic that is asked for. */
  readonly precision: Precision;
  /** Thresholds. */
  readonly epsilons: readonly number[];
  /** How they are meant. */
  readonly threshold: Threshold;
}

/** Operations of a product and a sum in double-single words, exclusive-ors included. */
const DOUBLE = 64;
/** Share of λ₁ down to which single precision mostly decides ranks. */
const LEAST_SINGLE = 1e-8;
/** Factor for what factors and Gram matrices do below the rate of products. */
const EXCESS = 1.5;
/** Operations of the host for an entry of a Gram matrix that passes through it. */
const PER_ENTRY = 300;
/** Shifts that narrow an enclosure of λ₁, as a rule. */
const SHIFTS_OF_LARGEST = 6;

/**
 * Dispatches as multiples of n, and operations as multiples of n³ and of m n², in single and double
 * precision. Dispatches are counted: for random features with n = 130 and 200 by `measure`, the
 * same multiples of n within 10 %. Operations are as many as products of `blocked_factors.wgsl`
 * make in the time that rotations took on lavapipe with n = 200 and 300. That is two to three times
 * those of the kernels' headers in ten sweeps.
 */
const ROTATIONS = {
  "gram-jacobi": {
    single: { dispatches: 18, cubes: 400, samples: 66 },
    double: { dispatches: 27, cubes: 7000, samples: 360 },
  },
  "one-sided-jacobi": {
    single: { dispatches: 5.5, cubes: 200, samples: 4 },
    double: { dispatches: 13, cubes: 3800, samples: 128 },
  },
} as const;

/** Name of a method whose time is expected. */
export type TimedMethodName = keyof typeof ROTATIONS | "host-bidiagonal" | "blocked-inertia";

/**
 * Estimates the time of a method.
 *
 * @param name Name of the method.
 * @param work What is asked of it.
 * @param times Times of the adapter and the host.
 * @returns Seconds; infinite where it can not do it.
 */
export function expectedSeconds(
  name: TimedMethodName,
  { shape, precision, epsilons, threshold }: MethodWork,
  times: MethodTimes,
): number {
  const { rows: m, columns: n } = tallShape(shape);
  const gpu = (operations: number) => operations / 1e9 * times["10⁹ operations"] / 1e3;
  const host = (operations: number) => operations / 1e9 * times["10⁹ host operations"] / 1e3;
  if (name === "host-bidiagonal") {
    if (n > MOST_HOST_COLUMNS || precision === "single") return Infinity;
    // A triangle, where it is made first, and a bidiagonal form.
    const operations = 3 * m >= 5 * n ? 4 * m * n ** 2 + 8 / 3 * n ** 3 : 4 * (m * n ** 2 - n ** 3 / 3);
    return host(operations);
  }
  if (name === "blocked-inertia") {
    if (n > MOST_BLOCKED_ORDER || precision === "single" || epsilons.length === 0) return Infinity;
    const shifts = 2 * epsilons.length + (threshold === "relative" ? SHIFTS_OF_LARGEST : 0);
    const factors = gpu(DOUBLE * shifts * n ** 3 / 6), gram = gpu(DOUBLE * m * n ** 2);
    const rounds = threshold === "relative" ? 2 : 1;
    const waits = rounds * Math.ceil(n / 32) * times["column of blocks"] / 1e3;
    return EXCESS * (factors + gram) + waits + host(PER_ENTRY * n ** 2);
  }
  const { single, double } = ROTATIONS[name];
  const seconds = ({ dispatches, cubes, samples }: Readonly<Record<keyof typeof single, number>>) =>
    dispatches * n * times.dispatch / 1e3 + gpu(cubes * n ** 3 + samples * m * n ** 2);
  if (precision !== "auto") return seconds(precision === "single" ? single : double);
  const isSingle = threshold === "relative" && epsilons.every((epsilon) => epsilon >= LEAST_SINGLE);
  return seconds(single) + (isSingle || epsilons.length === 0 ? 0 : seconds(double));
}
