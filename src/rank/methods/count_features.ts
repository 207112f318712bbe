/**
 * ε-ranks of features by counting: eigenvalues of their Gram matrices above thresholds, without a
 * spectrum.
 *
 * @module
 */
import type { Gpu } from "../../gpu/device.ts";
import type { WorkOptions } from "../../gpu/paced_commands.ts";
import { addDown, addUp, ldexpDown, ldexpUp, multiplyDown, multiplyUp } from "../../linalg/directed.ts";
import type { EigenvalueCount } from "../../linalg/count/eigenvalue_count.ts";
import { type PrepareOptions, prepareOptions } from "../../linalg/gram/prepare_options.ts";
import { type MatrixSource, tallShape } from "../../linalg/matrix_source.ts";
import { ldexp } from "../../linalg/rounding.ts";
import { encloseLargest, type Enclosure } from "../certificates/largest_eigenvalue.ts";
import type { RankInterval, Threshold } from "../certificates/rank_interval.ts";
import { type ScaledGram, scaledGrams } from "../features/scaled_gram.ts";
import type { CountMethod, MethodPrecision } from "./rank_methods.ts";

/**
 * Thresholds that are above all eigenvalues of scaled matrices, whose entries are at most 2, and in
 * single precision's range.
 */
const BEYOND = 2 ** 30;
/** Rounds of counts that narrow an enclosure of λ₁, at most. */
const MOST_ROUNDS = 4;
/** Width of the enclosure, as a share of its upper end, that is enough. */
const ENOUGH = 2 ** -18;
/** Where to count in an enclosure, as shares of its width: λ₁ is mostly near its lower end. */
const SHARES = [2 ** -16, 2 ** -11, 2 ** -7, 2 ** -4, 1 / 4, 1 / 2, 3 / 4];
/** The same for a method to which each threshold costs as much as the first. */
const FEW_SHARES = [2 ** -14, 2 ** -7, 1 / 4];

/** Options of {@linkcode countFeatures}. */
export interface CountFeaturesOptions extends PrepareOptions, WorkOptions {
  /** Method. */
  readonly method: CountMethod;
  /** Its arithmetic. */
  readonly precision: MethodPrecision;
  /** Thresholds of each matrix, as many for each. */
  readonly epsilons: readonly (readonly number[])[];
  /** How they are meant. Default: absolute. */
  readonly threshold?: Threshold;
  /** Is given the share of the work that is done, by methods that know it. */
  readonly onShare?: ((share: number) => void) | undefined;
}

/** Ranks of one feature matrix. */
export interface CountedFeatures {
  /** ε-ranks in the order of the thresholds. */
  readonly ranks: readonly RankInterval[];
  /** Interval of the largest eigenvalue λ₁, where thresholds are shares of it; else `null`. */
  readonly largest: Enclosure | null;
}

/**
 * Counts the eigenvalues of Gram matrices M of features above thresholds. Waits for the GPU.
 *
 * Let M̂ be the scaled matrix in single words, s a power of two, ‖M̂ − sM‖₂ ≤ b. By Weyl's theorem
 * at least as many eigenvalues of sM lie above t as of M̂ above t + b, and at most as many as of M̂
 * above t − b. An
 * absolute threshold is t = sε. A relative one is t = ε λ₁(sM), and with λ₁(M̂) ∈ [l, h] it lies in
 * [ε max(0, l − b), ε (h + b)]: at least as many eigenvalues lie above it as of M̂ above ε (h + b)
 * + b, at most as many as of M̂ above ε max(0, l − b) − b. No eigenvalue lies above λ₁ itself, so
 * the rank is 0 for ε ≥ 1; and λ₁ > 0 lies above any smaller share of itself. Thresholds are
 * rounded to the safe side. A method that takes matrices in float64 counts in those, with b the
 * error of the sums alone.
 *
 * [l, h] comes from {@linkcode encloseLargest}. Where that is wide, the method counts at thresholds
 * t inside it: a count of certainly 0 proves λ₁ ≤ t, one of certainly 1 or more λ₁ > t.
 *
 * @param gpu Device.
 * @param features Features of one shape.
 * @param options Method, thresholds, weights, centring.
 * @returns The ranks of each.
 * @throws {ShapeError} If shapes do not fit together or in the method's or adapter's limits.
 * @throws {InputError} If an entry is not finite, or a weight is not a finite number above 0.
 */
export async function countFeatures(
  gpu: Gpu,
  features: readonly MatrixSource[],
  { method, precision, epsilons, threshold = "absolute", signal, onShare, ...prepare }: CountFeaturesOptions,
): Promise<CountedFeatures[]> {
  if (features.length === 0) return [];
  const grams = await scaledGrams(gpu, features, {
    precision: precision === "double" ? "double" : "compensated",
    signal,
    ...prepareOptions(prepare),
  });
  const { columns: order } = tallShape(features[0]);
  const { takesExact = false } = method, given = { precision, signal };
  const matrices = grams.map(({ matrix }) => matrix);
  const scaled = grams.map(({ matrix, bound, exact, exactBound, exponent }): Scaled =>
    takesExact ? { matrix: exact, bound: exactBound, exponent } : { matrix, bound, exponent }
  );
  const within = (thresholds: readonly (readonly number[])[]) =>
    thresholds.map((each) => each.map((value) => Math.min(value, BEYOND)));
  const exact = takesExact ? { exact: grams.map((gram) => gram.exact) } : {};
  const countAt = (thresholds: readonly (readonly number[])[]): Promise<EigenvalueCount[][]> => {
    if (thresholds[0].length === 0) return Promise.resolve(thresholds.map(() => []));
    return method.count(gpu, matrices, { ...given, ...exact, epsilons: within(thresholds) });
  };
  const largest = threshold === "relative"
    ? await narrow(
      scaled.map(({ matrix }) => encloseLargest(matrix, order)),
      countAt,
      takesExact ? FEW_SHARES : SHARES,
    )
    : null;
  const ranges = scaled.map((gram, index) =>
    epsilons[index].map((epsilon) => thresholdsOf(epsilon, gram, largest?.[index] ?? null))
  );
  const [most, least] = [1, -1].map((side) =>
    ranges.map((each, index) =>
      each.map(({ most, least }) =>
        side > 0 ? addUp(most, scaled[index].bound) : addDown(least, -scaled[index].bound)
      )
    )
  );
  let counts: readonly (readonly EigenvalueCount[])[];
  if (takesExact && epsilons[0].length > 0) {
    counts = await method.count(gpu, matrices, {
      ...given,
      ...exact,
      epsilons: within(most),
      leastEpsilons: within(least),
      onShare,
    });
  } else {
    const around = await countAt(
      ranges.map((each, index) =>
        each.flatMap(({ nominal }, k) => [nominal, most[index][k], least[index][k]])
      ),
    );
    counts = around.map((each) =>
      Array.from({ length: each.length / 3 }, (_, k) => ({
        count: each[3 * k].count,
        low: each[3 * k + 1].low,
        high: each[3 * k + 2].high,
      }))
    );
  }
  return scaled.map((gram, index): CountedFeatures => {
    const enclosed = largest && unscaled(largest[index], gram);
    const isPositive = largest !== null && largest[index].low > gram.bound;
    const ranks = epsilons[index].map((epsilon, k): RankInterval => {
      // Zeros are exact in any arithmetic.
      const isZero = gram.bound === 0 && gram.matrix.every((value) => value === 0);
      if (isZero || largest && epsilon >= 1) return { epsilon, rank: 0, low: 0, high: 0 };
      const { count, low: proven, high } = counts[index][k];
      const low = isPositive ? Math.max(1, proven) : proven;
      return { epsilon, rank: Math.min(high, Math.max(low, count)), low, high };
    });
    return { ranks, largest: enclosed };
  });
}

/** A scaled Gram matrix as a method takes it, and a bound on its error. */
interface Scaled extends Pick<ScaledGram, "bound" | "exponent"> {
  readonly matrix: Float32Array | Float64Array;
}

/** A threshold for eigenvalues of sM: as meant, the most that it may be, the least. */
function thresholdsOf(
  epsilon: number,
  { bound, exponent }: Scaled,
  largest: Enclosure | null,
): { readonly nominal: number; readonly most: number; readonly least: number } {
  if (!largest) {
    return {
      nominal: ldexp(epsilon, exponent),
      most: ldexpUp(epsilon, exponent),
      least: ldexpDown(epsilon, exponent),
    };
  }
  return {
    nominal: epsilon * largest.low,
    most: multiplyUp(epsilon, addUp(largest.high, bound)),
    least: multiplyDown(epsilon, Math.max(0, addDown(largest.low, -bound))),
  };
}

/** The enclosure of λ₁(M) from that of λ₁(M̂). */
function unscaled({ low, high }: Enclosure, { bound, exponent }: Scaled): Enclosure {
  return {
    low: ldexpDown(Math.max(0, addDown(low, -bound)), -exponent),
    high: ldexpUp(addUp(high, bound), -exponent),
  };
}

/**
 * Narrows enclosures of largest eigenvalues by counts, until they are narrow enough or counts prove
 * no more.
 */
async function narrow(
  enclosures: readonly Enclosure[],
  countAt: (thresholds: readonly (readonly number[])[]) => Promise<EigenvalueCount[][]>,
  shares: readonly number[],
): Promise<Enclosure[]> {
  let known = [...enclosures];
  const width = ({ low, high }: Enclosure) => high - low;
  for (let round = 0; round < MOST_ROUNDS; round++) {
    if (known.every((each) => width(each) <= ENOUGH * each.high)) break;
    const thresholds = known.map((each) => shares.map((share) => each.low + share * width(each)));
    const counts = await countAt(thresholds);
    const narrowed = known.map(({ low, high }, index): Enclosure => {
      const proven = (is: (count: EigenvalueCount) => boolean) =>
        thresholds[index].filter((_, k) => is(counts[index][k]));
      return {
        low: Math.max(low, ...proven((count) => count.low >= 1)),
        high: Math.min(high, ...proven((count) => count.high === 0)),
      };
    });
    const hasProgressed = narrowed.some((each, index) => width(each) < width(known[index]) / 2);
    known = narrowed;
    if (!hasProgressed) break;
  }
  return known;
}
