/**
 * Weighted means of columns in two words, for features whose offsets are large beside what varies.
 *
 * @module
 */
import { settled, type Steps } from "../../gpu/turns.ts";
import { ldexpUp } from "../directed.ts";
import { lostBySum } from "../double_double.ts";
import type { Tile } from "../matrix_source.ts";
import { exponentOf, ldexp } from "../rounding.ts";

/**
 * Finds the heaviest weight.
 *
 * @param weights Weights.
 * @returns The largest of them.
 */
export function heaviestOf(weights: ArrayLike<number>): number {
  let most = 0;
  for (let k = 0; k < weights.length; k++) most = Math.max(most, weights[k]);
  return most;
}

/** What is taken off each column: sums of two numbers, the second at most an ulp of the first. */
export interface Origin {
  /** The numbers rounded to float64. */
  readonly high: Float64Array;
  /** What that leaves out. */
  readonly low: Float64Array;
}

/** Means of columns. */
export interface Means {
  /** The means. */
  readonly origin: Origin;
  /**
   * Bounds the weighted Frobenius norm of what their rounding leaves in the entries.
   *
   * @param exponent Exponent of the power of two by which entries are scaled.
   * @returns The bound for scaled entries.
   */
  readonly bound: (exponent: number) => number;
}

/**
 * Computes weighted means in two passes, with sums that keep what their additions round off. The
 * first pass finds the means to an ulp or so, from deviations of the first row, so that the mean of
 * a constant column is the constant and nothing of it is left. The second finds the mean of what
 * the first leaves.
 *
 * The error. Let D be the largest deviation of a column from the first word, m the number of
 * samples, u = 2⁻⁵³. In the second pass a deviation is off by a share u of itself, its product with
 * a weight by u more, and their compensated sum by u of itself and (m u)² of the sum of magnitudes
 * (Higham, Accuracy and Stability of Numerical Algorithms, §4.3); the sum of the weights likewise;
 * the quotient rounds once. So the mean is off by at most (5 u + 2 (m u)²) D, and an entry less the
 * mean by u D more where its first difference rounds: 8 u is enough. Means below the range of
 * float64 are off by its least number.
 *
 * @param tiles Passes over all rows, in order.
 * @param sizes Largest magnitude of each column.
 * @param weights Weights of the rows. Default: 1 each.
 * @returns The means, and their bound, after a step for each tile.
 */
export function* meansOf(
  tiles: () => Iterable<{ readonly first: number; readonly data: Tile | PromiseLike<Tile> }>,
  sizes: Float64Array,
  weights?: ArrayLike<number>,
): Steps<Means> {
  const columns = sizes.length;
  const heaviest = weights ? heaviestOf(weights) : 1, weightExponent = exponentOf(heaviest);
  // Sums of deviations near 1 leave the range of float64 at neither end.
  const exponents = Array.from(sizes, (size) => size > 0 ? Math.min(1000, -exponentOf(size)) : 0);
  const factors = Float64Array.from(exponents, (exponent) => 2 ** exponent);
  const high = new Float64Array(columns), low = new Float64Array(columns);
  const largest = new Float64Array(columns), sums = new Float64Array(columns), rests = sums.slice();
  let mass = 0, rows = 0;
  for (const word of [high, low]) {
    let massRest = 0;
    mass = rows = 0;
    for (const typed of [largest, sums, rests]) typed.fill(0);
    for (const { first, data: given } of tiles()) {
      const data = yield* settled(given);
      if (first === 0 && word === high) high.set(data.subarray(0, columns));
      for (let start = 0; start < data.length; start += columns, rows++) {
        const weight = weights ? ldexp(weights[rows], -weightExponent) : 1;
        const total = mass + weight;
        massRest += lostBySum(mass, weight, total);
        mass = total;
        for (let j = 0; j < columns; j++) {
          const deviation = data[start + j] - high[j];
          const term = deviation * factors[j] * weight, sum = sums[j] + term;
          rests[j] += lostBySum(sums[j], term, sum);
          sums[j] = sum;
          if (Math.abs(deviation) > largest[j]) largest[j] = Math.abs(deviation);
        }
      }
      yield;
    }
    mass += massRest;
    for (let j = 0; j < columns; j++) word[j] += ldexp((sums[j] + rests[j]) / mass, -exponents[j]);
  }
  const share = 2 ** -50 + 2 * (rows * 2 ** -53) ** 2;
  const root = Math.sqrt(weightExponent % 2 === 0 ? mass : 2 * mass);
  return {
    origin: { high, low },
    bound: (exponent) => {
      const shift = exponent + Math.floor(weightExponent / 2);
      const bounds = largest.map((most) => most > 0 ? ldexpUp(share * most + Number.MIN_VALUE, shift) : 0);
      return root * bounds.reduce((sum, bound) => Math.hypot(sum, bound), 0);
    },
  };
}
