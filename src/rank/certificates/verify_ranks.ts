/**
 * Certified ranks, judged by exact counts.
 *
 * @module
 */
import { checkKeys, checkName } from "../../check.ts";
import { finish, type Steps } from "../../gpu/turns.ts";
import { checkCenter, checkVolume, prepareKeys } from "../../linalg/gram/prepare_options.ts";
import { type Rational, rational } from "../../linalg/exact/rational.ts";
import type { Matrix } from "../../linalg/matrix.ts";
import type { PrepareOptions } from "../features/prepare_features.ts";
import { checkEpsilons } from "../spectra/spectrum_options.ts";
import { exactCounter } from "./exact_count.ts";
import { countRelative, guessLargest } from "./exact_relative.ts";
import { type RankInterval, type Threshold, thresholdNames } from "./rank_interval.ts";

/** What ranks are of, besides the features. */
export interface VerifyOptions extends PrepareOptions {
  /** How thresholds are meant. Default: absolute. */
  readonly threshold?: Threshold;
}

/** A certified rank and the exact one. */
export interface RankVerdict extends RankInterval {
  /**
   * The exact rank, `low` equal to `high`; they differ only where {@linkcode exactRelativeRank}
   * leaves a count open.
   */
  readonly exact: { readonly low: number; readonly high: number };
  /** Ends of an interval of λ₁ that prove it, where thresholds are relative; else `null`. */
  readonly largest: readonly [low: Rational, high: Rational] | null;
  /** Whether the certified interval is a single rank. */
  readonly isCertain: boolean;
  /**
   * `right` where the exact rank lies in the certified interval, `wrong` where it does not, `open`
   * where an eigenvalue is too near to ε λ₁ to tell.
   */
  readonly verdict: "right" | "wrong" | "open";
}

/**
 * Judges certified ranks by exact counts, see {@linkcode exactRank}. All thresholds share the exact
 * Gram matrix.
 *
 * @param features Features that the ranks are of, a sample a row.
 * @param ranks Ranks with their intervals.
 * @param options Weights or volume, centring, kind of thresholds: those that the ranks were
 * computed with.
 * @returns A verdict on each.
 * @throws {ShapeError} If the number of entries or of weights does not fit.
 * @throws {InputError} If an entry is NaN or infinite, a weight or threshold is not a finite number
 * above 0, or an option is unknown.
 *
 * @example The eigenvalues are 2 and ½, so no more than one is above 1.
 * ```ts
 * import assert from "node:assert/strict";
 * import { verifyRanks } from "./verify_ranks.ts";
 *
 * const features = { rows: 2, columns: 2, data: Float32Array.of(2, 0, 0, 1) };
 * const claim = { epsilon: 1, rank: 2, low: 2, high: 2 };
 * const [{ verdict, exact }] = verifyRanks(features, [claim]);
 * assert.deepEqual([verdict, exact.low], ["wrong", 1]);
 * ```
 */
export function verifyRanks(
  features: Matrix,
  ranks: readonly RankInterval[],
  options: VerifyOptions = {},
): RankVerdict[] {
  return finish(verificationOf(features, ranks, options));
}

/**
 * Judges certified ranks as {@linkcode verifyRanks} does, in steps.
 *
 * @param features Features that the ranks are of.
 * @param ranks Ranks with their intervals.
 * @param options Those that the ranks were computed with.
 * @returns A verdict on each.
 */
export function* verificationOf(
  features: Matrix,
  ranks: readonly RankInterval[],
  options: VerifyOptions,
): Steps<RankVerdict[]> {
  checkKeys("options of verifyRanks", options, [...prepareKeys, "threshold"]);
  const { weights, center = false, volume = 1, threshold = "absolute" } = options;
  checkCenter(center);
  checkVolume(options);
  checkName("threshold", threshold, thresholdNames);
  const epsilons = ranks.map(({ epsilon }) => epsilon);
  checkEpsilons(epsilons);
  const counter = yield* exactCounter(features, weights ?? null, { center, volume });
  const exact: (RankVerdict["exact"] & Pick<RankVerdict, "largest">)[] = [];
  if (threshold === "relative") {
    const guess = guessLargest(features, weights ?? null, { center, volume });
    exact.push(...yield* countRelative(counter, guess, epsilons));
  } else {
    for (const epsilon of epsilons) {
      const { above } = yield* counter.count(rational(epsilon));
      exact.push({ low: above, high: above, largest: null });
    }
  }
  return ranks.map((rank, index): RankVerdict => {
    const { low, high, largest } = exact[index];
    const verdict = rank.low <= low && high <= rank.high
      ? "right"
      : high < rank.low || low > rank.high
      ? "wrong"
      : "open";
    return { ...rank, exact: { low, high }, largest, isCertain: rank.low === rank.high, verdict };
  });
}
