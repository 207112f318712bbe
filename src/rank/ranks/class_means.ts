/**
 * Factorises the differences of class means, so that no direction between classes is lost.
 *
 * @module
 */
import { norm } from "../../stats/norm.ts";
import {
  add,
  divide,
  type DoubleDouble,
  exactSum,
  lostBySum,
  multiply,
  negate,
  squareRoot,
  ZERO,
} from "../../linalg/double_double.ts";
import type { Matrix } from "../../linalg/matrix.ts";

/**
 * Differences of class means below this share of the spread of a feature, times m + n K, are
 * rounding: pairs of float64 round by 2⁻¹⁰⁴.
 */
const ROUNDING = 2 ** -98;

/** Features as deviations from their class means, and the differences of these means. */
export interface ClassMeans {
  /** Deviations of the samples, `rows × columns`. */
  readonly residuals: Float64Array;
  /**
   * K − 1 differences of the K means, a list of n each: combinations with orthonormal coefficients
   * that sum to 0, so that Σ_B is their Gram matrix over K.
   */
  readonly differences: readonly (readonly DoubleDouble[])[];
  /** For each feature a bound on the rounding of its differences, and of their factorisation. */
  readonly rounding: Float64Array;
}

/**
 * Takes class means off. Sums are of differences to the first sample, in pairs of float64, so an
 * offset that all samples share costs no digit.
 *
 * @param features Features whose entries are at most about 1.
 * @param index Class of each sample, from 0.
 * @param classes Number of classes K, each of which has a sample.
 * @returns Deviations and differences.
 */
export function classMeans(
  { rows, columns, data }: Matrix,
  index: readonly number[],
  classes: number,
): ClassMeans {
  const highs = new Float64Array(classes * columns), lows = new Float64Array(classes * columns);
  const counts = new Array<number>(classes).fill(0);
  const rounding = new Float64Array(columns);
  for (let i = 0; i < rows; i++) {
    counts[index[i]]++;
    for (let j = 0; j < columns; j++) {
      const place = index[i] * columns + j;
      const deviation = data[i * columns + j] - data[j];
      const rest = lostBySum(data[i * columns + j], -data[j], deviation);
      const sum = highs[place] + deviation;
      lows[place] += lostBySum(highs[place], deviation, sum) + rest;
      highs[place] = sum;
      rounding[j] = Math.max(rounding[j], Math.abs(deviation));
    }
  }
  const means = Array.from(highs, (high, place) => {
    return divide(exactSum(high, lows[place]), [counts[Math.floor(place / columns)], 0]);
  });
  const residuals = new Float64Array(rows * columns);
  for (let i = 0; i < rows; i++) {
    for (let j = 0; j < columns; j++) {
      const deviation = data[i * columns + j] - data[j];
      const rest = lostBySum(data[i * columns + j], -data[j], deviation);
      const [high, low] = means[index[i] * columns + j];
      residuals[i * columns + j] = (deviation - high) + (rest - low);
    }
  }
  // Helmert's contrasts: the sum of the first c means less c times the next, over √(c (c + 1)).
  const before = means.slice(0, columns);
  const differences = Array.from({ length: classes - 1 }, (_, c) => {
    const next = means.slice((c + 1) * columns, (c + 2) * columns), count: DoubleDouble = [c + 1, 0];
    const length = squareRoot([(c + 1) * (c + 2), 0]);
    return next.map((mean, j) => {
      const difference = divide(add(before[j], negate(multiply(count, mean))), length);
      before[j] = add(before[j], mean);
      return difference;
    });
  });
  return {
    residuals,
    differences,
    rounding: rounding.map((spread) => ROUNDING * (rows + columns * classes) * spread),
  };
}

/** A reflection I − τ u uᵀ of feature space, after which `pivot` alone is left of a difference. */
interface Reflection {
  readonly u: Float64Array;
  readonly tau: number;
  readonly pivot: number;
}

/** C = T Qᵀ for the differences C, with the first r columns of Q a product of reflections. */
export interface Factorization {
  /** The r reflections. */
  readonly reflections: readonly Reflection[];
  /** Columns of T, r lists of K − 1. */
  readonly columns: readonly Float64Array[];
}

/**
 * Factorises the differences of class means C, (K − 1) × n, into T Qᵀ by Householder's reflections
 * of Cᵀ.
 *
 * Each step takes the difference that is the longest, and reflects it on the feature of which it
 * has most. With these pivots what a feature rounds by is a share of its own entries (A. J. Cox, N.
 * J. Higham, "Stability of Householder QR factorization for weighted least squares problems",
 * 1998), so that features on quite different scales do not drown each other. Entries below that
 * rounding become 0. It ends when all are.
 *
 * @param means Differences and their rounding.
 * @returns The factors; r is the number of directions between classes.
 */
export function factorize({ differences, rounding }: ClassMeans): Factorization {
  const flush = (value: DoubleDouble, j: number) => Math.abs(value[0]) <= rounding[j] ? ZERO : value;
  const a = differences.map((each) => each.map(flush));
  const free = new Set(rounding.keys()), reflections: Reflection[] = [];
  while (free.size > 0 && a.length > 0) {
    const features = [...free];
    const norms = a.map((each) => norm(features.map((j) => each[j][0])));
    const longest = Math.max(...norms);
    if (longest === 0) break;
    const own = a[norms.indexOf(longest)];
    const pivot = features.reduce((most, j) => Math.abs(own[j][0]) > Math.abs(own[most][0]) ? j : most);
    // Over the pivot, so that no square leaves the range.
    const shares = features.map((j) => divide(own[j], own[pivot]));
    const length = squareRoot(shares.reduce((sum, share) => add(sum, multiply(share, share)), ZERO));
    const first = add([1, 0], length), tau = divide(first, length);
    const u = features.map((j, i) => j === pivot ? [1, 0] as const : divide(shares[i], first));
    for (const each of a) {
      const dot = features.reduce((sum, j, i) => add(sum, multiply(u[i], each[j])), ZERO);
      const factor = multiply(tau, dot);
      features.forEach((j, i) => each[j] = flush(add(each[j], negate(multiply(factor, u[i]))), j));
    }
    // What the reflection leaves of its own difference beside the pivot is rounding.
    for (const j of features) if (j !== pivot) own[j] = ZERO;
    const dense = new Float64Array(rounding.length);
    features.forEach((j, i) => dense[j] = u[i][0]);
    reflections.push({ u: dense, tau: tau[0], pivot });
    free.delete(pivot);
  }
  return {
    reflections,
    columns: reflections.map(({ pivot }) => Float64Array.from(a, (each) => each[pivot][0])),
  };
}
