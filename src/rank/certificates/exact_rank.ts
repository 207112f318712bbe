/**
 * The ε-rank of features in integer arithmetic alone: the referee of every certificate.
 *
 * @module
 */
import { checkKeys, checkNumber } from "../../check.ts";
import { finish } from "../../gpu/turns.ts";
import { checkCenter } from "../../linalg/gram/prepare_options.ts";
import { rational } from "../../linalg/exact/rational.ts";
import type { Matrix } from "../../linalg/matrix.ts";
import { exactCounter, type ExactRank } from "./exact_count.ts";
import { countRelative, guessLargest, type RelativeCount } from "./exact_relative.ts";

/** Options of {@linkcode exactRank} and {@linkcode exactRelativeRank}. */
export interface ExactRankOptions {
  /** Whether each column's weighted mean is taken off first, exactly. Default: false. */
  readonly center?: boolean;
}

/**
 * Counts the eigenvalues of M = Φᵀ diag(w) Φ above, on and below ε, without any rounding.
 *
 * Features, weights and ε are taken as the exact doubles that they are: 10⁻⁶ is the double next to
 * it. So M − εI is an integer matrix up to a power of two, and its inertia follows by fraction-free
 * elimination of big integers on the CPU. No floating-point number and no kernel takes part.
 *
 * The matrix eliminated has order min(m, n), one more with `center`. For m = 256 it takes about 0.2
 * s for n = 64 and 5 s for n = 128 in single precision, and about 2.5 times that in double
 * precision; the time grows with the fifth power of the order, see {@linkcode exactRankSeconds}.
 *
 * @param features Features, m samples a row of n features.
 * @param weights Quadrature weights w > 0, one a sample; `null` for exactly 1/m each, as
 * `featureRanks` takes it.
 * @param epsilon Threshold ε > 0.
 * @param options Centring.
 * @returns The counts: `above` is the ε-rank.
 * @throws {ShapeError} If the number of entries or of weights does not fit.
 * @throws {InputError} If an entry is NaN or infinite, a weight or ε is not a finite number above
 * 0, or an option is unknown.
 *
 * @example The eigenvalues of the Gram matrix are 2 and 1, and 1 is not above 1.
 * ```ts
 * import assert from "node:assert/strict";
 * import { exactRank } from "./exact_rank.ts";
 *
 * const features = { rows: 3, columns: 2, data: Float32Array.of(1, 0, 1, 0, 0, 1) };
 * assert.deepEqual(exactRank(features, [1, 1, 1], 1), { above: 1, on: 1, below: 0 });
 * assert.deepEqual(exactRank(features, null, 0.5), { above: 1, on: 0, below: 1 });
 * ```
 */
export function exactRank(
  features: Matrix,
  weights: ArrayLike<number> | null,
  epsilon: number,
  options: ExactRankOptions = {},
): ExactRank {
  checkOptions("options of exactRank", options);
  checkNumber("ε", epsilon, { positive: true });
  return finish(finish(exactCounter(features, weights, options)).count(rational(epsilon)));
}

/**
 * Counts the eigenvalues above ε λ₁ without any rounding, as {@linkcode exactRank} counts those
 * above ε. λ₁ is irrational, mostly. So it is enclosed between two rational numbers, which are
 * proven by exact counts and narrowed until they give one count. That takes about six counts.
 *
 * @param features Features, m samples a row of n features.
 * @param weights Quadrature weights w > 0, one a sample; `null` for exactly 1/m each.
 * @param epsilon Threshold ε > 0, a share of λ₁, taken as the exact double that it is.
 * @param options Centring.
 * @returns The count, `low` equal to `high`, and the ends of an interval of λ₁ that prove it. The
 * ends differ only for an eigenvalue that is ε λ₁, or within about 10⁻¹²⁰ of it, where λ₁ is
 * irrational.
 * @throws {ShapeError} If the number of entries or of weights does not fit.
 * @throws {InputError} If an entry is NaN or infinite, a weight or ε is not a finite number above
 * 0, or an option is unknown.
 *
 * @example The eigenvalues are 2, 1 and 1/4.
 * ```ts
 * import assert from "node:assert/strict";
 * import { exactRelativeRank } from "./exact_rank.ts";
 *
 * const features = { rows: 4, columns: 3, data: Float32Array.of(1, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0,
 * 0.5) }; const { low, high } = exactRelativeRank(features, [1, 1, 1, 1], 0.5);
 * assert.deepEqual([low, high], [1, 1]); ```
 */
export function exactRelativeRank(
  features: Matrix,
  weights: ArrayLike<number> | null,
  epsilon: number,
  options: ExactRankOptions = {},
): RelativeCount {
  checkOptions("options of exactRelativeRank", options);
  checkNumber("ε", epsilon, { positive: true });
  const counter = finish(exactCounter(features, weights, options));
  return finish(countRelative(counter, guessLargest(features, weights, options), [epsilon]))[0];
}

function checkOptions(what: string, options: ExactRankOptions): void {
  checkKeys(what, options, ["center"]);
  if (options.center !== undefined) checkCenter(options.center);
}

/**
 * Estimates the time of one exact count, measured on one core of a server. Features whose
 * magnitudes differ widely within a column take longer.
 *
 * @param features Features; only their shape and type count.
 * @returns Seconds, to a factor of about three.
 */
export function exactRankSeconds({ rows, columns, data }: Matrix): number {
  const order = Math.min(rows, columns);
  const bits = 2 * ((data instanceof Float32Array ? 24 : 53) + 10) + Math.log2(rows);
  return 1e-6 * rows * columns * (1 + order / 64) + 0.15 * (order / 64) ** 4.4 * (bits / 76) ** 1.4;
}
