/**
 * Eigenvalues of weighted Gram matrices against a threshold, counted in integers.
 *
 * @module
 */
import { InputError } from "../../errors.ts";
import type { Steps } from "../../gpu/turns.ts";
import { checkMatrix, type Matrix } from "../../linalg/matrix.ts";
import { checkWeights } from "../../linalg/matrix_source.ts";
import { type DyadicVector, dyadicVector, trailingZeros } from "../../linalg/exact/dyadic.ts";
import { exactInertia } from "../../linalg/exact/exact_inertia.ts";
import { integerGram } from "../../linalg/exact/integer_gram.ts";
import { type Rational, scaled } from "../../linalg/exact/rational.ts";
import { extent } from "../../stats/extent.ts";

/** How many eigenvalues lie where: `above + on + below` is the number of features. */
export interface ExactRank {
  /** Eigenvalues above ε: the ε-rank. */
  readonly above: number;
  /** Eigenvalues that are ε. */
  readonly on: number;
  /** Eigenvalues below ε. */
  readonly below: number;
}

/** A Gram matrix M, ready to be counted at any threshold. */
export interface ExactCounter {
  /** Order of the matrix that is eliminated. */
  readonly order: number;
  /** A number of which every rational eigenvalue of M is a multiple by a whole number. */
  readonly unit: Rational;
  /** A number that no eigenvalue of M exceeds: the trace, before means are taken off. */
  readonly most: Rational;
  /** Whether means are taken off. */
  readonly isCentered: boolean;
  /**
   * Counts the eigenvalues of M.
   *
   * @param threshold A number of at least 0.
   * @returns The counts, in steps.
   */
  count(threshold: Rational): Steps<ExactRank>;
}

/** Weights w_k = V_k 2^v / μ as integers. */
interface Weights extends DyadicVector {
  /** μ: the number of samples without weights, else 1. */
  readonly mass: bigint;
}

/**
 * Takes features and weights as integers.
 *
 * Floats are integers times powers of two, and inertia does not change under congruences, so each
 * column j of Φ may have a power of two 2^f_j of its own. Let N be these integers, w_k = V_k 2^v /
 * μ and τ = με. Then M − εI has the inertia of
 *
 *     N^T diag(V) N − diag(τ 2^(−2 f_j − v)).
 *
 * With fewer samples than features the matrix over samples is smaller. In [[−εI, Φᵀ], [Φ, −W⁻¹]]
 * the Schur complement of −W⁻¹ is M − εI, and that of −εI is ΦΦᵀ/ε − W⁻¹ (Haynsworth). So M − εI
 * has as many positive eigenvalues as WΦΦᵀW − εW, as many that are 0, and the others are negative.
 * With powers of two 2^g_k of the rows this is diag(V) N Nᵀ diag(V) − diag(τ V_k 2^(−2 g_k − v)).
 *
 * Means are not taken off, which would take denominators: the matrix gets a border of the column of
 * ones, [[Σw, 1ᵀWΦ], [ΦᵀW1, ΦᵀWΦ − εI]]. The Schur complement of Σw > 0 is that of the centred
 * features, so there is one positive eigenvalue more. Over samples the border is [0, wᵀ].
 *
 * @param features Features, a sample a row; entries finite.
 * @param weights Weights w > 0, exactly as they are; `null` for exactly 1/m each.
 * @param options Whether each column's weighted mean is taken off, exactly; by default it is not.
 * Without weights the volume V that samples fill, of which each weighs exactly V/m; by default 1.
 * @returns The counter.
 * @throws {ShapeError} If the number of entries or of weights does not fit.
 * @throws {InputError} If an entry is NaN or infinite, or a weight is not a finite number above 0.
 */
export function* exactCounter(
  features: Matrix,
  weights: ArrayLike<number> | null,
  { center = false, volume = 1 }: { readonly center?: boolean; readonly volume?: number } = {},
): Steps<ExactCounter> {
  checkMatrix(features, "the feature matrix");
  const { rows, columns, data } = features;
  if (weights) checkWeights(weights, rows);
  for (let e = 0; e < data.length; e++) {
    if (Number.isFinite(data[e])) continue;
    const row = Math.floor(e / columns);
    throw new InputError(
      `the feature in row ${row}, column ${e % columns} (from 0) is ${data[e]}: give finite numbers`,
    );
  }
  const given: Weights = weights
    ? { ...dyadicVector(weights), mass: 1n }
    : { ...dyadicVector(new Array<number>(rows).fill(volume)), mass: BigInt(rows) };
  return yield* (rows < columns ? overSamples : overFeatures)(features, given, center);
}

function* overFeatures(
  { rows, columns, data }: Matrix,
  weights: Weights,
  center: boolean,
): Steps<ExactCounter> {
  const vectors = Array.from(
    { length: columns },
    (_, j) => dyadicVector(Array.from({ length: rows }, (_, k) => data[k * columns + j])),
  );
  // The border comes first, with a threshold of 0.
  const all = center ? [{ n: new Array<bigint>(rows).fill(1n), e: 0 }, ...vectors] : vectors;
  const border = all.length - columns;
  const gram = yield* integerGram(all.map(({ n }) => n), weights.n);
  const places = all.map(({ e }, i) => i < border ? null : { e: 2 * e + weights.e, factor: 1n });
  const diagonal = vectors.map((_, j) => gram[j + border][j + border]);
  return {
    order: all.length,
    ...range(vectors, diagonal, weights, center),
    *count(threshold) {
      const { positive, zero } = yield* exactInertia(lessThreshold(gram, places, threshold, weights));
      return rankOf(columns, positive - border, zero, threshold);
    },
  };
}

function* overSamples(
  { rows, columns, data }: Matrix,
  weights: Weights,
  center: boolean,
): Steps<ExactCounter> {
  const vectors = Array.from(
    { length: rows },
    (_, k) => dyadicVector(data.subarray(k * columns, (k + 1) * columns)),
  );
  const gram = yield* integerGram(vectors.map(({ n }, k) => n.map((each) => each * weights.n[k])), null);
  const places = vectors.map(({ e }, k) => ({ e: 2 * e + weights.e, factor: weights.n[k] }));
  const diagonal = vectors.map((_, k) => gram[k][k] / weights.n[k]);
  return {
    order: rows + (center ? 1 : 0),
    ...range(vectors, diagonal, weights, center),
    *count(threshold) {
      const matrix = lessThreshold(gram, places, threshold, weights);
      if (!center) {
        const { positive, zero } = yield* exactInertia(matrix);
        return rankOf(columns, positive, zero, threshold);
      }
      // Row k of the border is w_k 2^(−g_k − v), times the power of two of row k and one of its
      // own.
      const shifts = places.map((place, k) => shiftOf(place, threshold) - vectors[k].e);
      const [least] = extent(shifts);
      const border = weights.n.map((n, k) => n << BigInt(shifts[k] - least));
      const { positive, zero } = yield* exactInertia([...matrix, [...border, 0n]]);
      return rankOf(columns, positive - 1, zero, threshold);
    },
  };
}

/** A diagonal entry of a scaled matrix: M_ii 2^−e, with a threshold of τ · factor · 2^−e. */
interface Place {
  readonly e: number;
  readonly factor: bigint;
}

/** Splits the denominator of a number into an odd one and the exponent of a power of two. */
function denominator({ d }: Rational): { readonly odd: bigint; readonly twos: number } {
  const twos = trailingZeros(d);
  return { odd: d >> BigInt(twos), twos };
}

/** The least power of two of a row and column by which its threshold is a whole number. */
function shiftOf({ e }: Place, threshold: Rational): number {
  return Math.max(0, Math.ceil((e + denominator(threshold).twos) / 2));
}

/** Lower triangle of a whole multiple of M − εI, each row and column times a power of two. */
function lessThreshold(
  gram: readonly (readonly bigint[])[],
  places: readonly (Place | null)[],
  threshold: Rational,
  { mass }: Weights,
): bigint[][] {
  const { odd, twos } = denominator(threshold);
  const shifts = places.map((place) => place ? shiftOf(place, threshold) : 0);
  return gram.map((row, i) => {
    const scaledRow = row.map((entry, j) => (odd * entry) << BigInt(shifts[i] + shifts[j]));
    const place = places[i];
    if (place) scaledRow[i] -= (threshold.n * mass * place.factor) << BigInt(2 * shifts[i] - twos - place.e);
    return scaledRow;
  });
}

/** The counts; of a threshold of 0, no eigenvalue is below. */
function rankOf(columns: number, above: number, zero: number, threshold: Rational): ExactRank {
  const on = threshold.n === 0n ? columns - above : zero;
  return { above, on, below: columns - above - on };
}

/** The unit and the greatest that eigenvalues can be: the trace. */
function range(
  vectors: readonly DyadicVector[],
  diagonal: readonly bigint[],
  weights: Weights,
  center: boolean,
): Pick<ExactCounter, "unit" | "most" | "isCentered"> {
  const least = vectors.reduce((e, vector) => Math.min(e, vector.e), 0);
  const sum = weights.n.reduce((total, n) => total + n, 0n);
  const trace = diagonal.reduce((total, n, i) => total + (n << BigInt(2 * (vectors[i].e - least))), 0n);
  return {
    unit: scaled({ n: 1n, d: center ? weights.mass * sum : weights.mass }, 2 * least + weights.e),
    most: scaled({ n: trace, d: weights.mass }, 2 * least + weights.e),
    isCentered: center,
  };
}
