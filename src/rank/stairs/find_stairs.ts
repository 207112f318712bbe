/**
 * Finds the staircase in a series of certified ranks.
 *
 * @module
 */
import { checkKeys } from "../../check.ts";
import { InputError, ShapeError } from "../../errors.ts";
import { findChange, isSteady, trendPValue, widestRamp } from "./change.ts";
import { evidenceNeeded, fitSegments, shortestStair, SIGNIFICANCE } from "./fit.ts";
import { countFlicker, flickerRuns, type RankBounds, rankSeries } from "./flicker.ts";
import { thinSeries } from "./thin_series.ts";

/** A run of probes over which the rank stays. */
export interface Stair {
  /** Step of its first probe. */
  readonly from: number;
  /** Step of its last probe. */
  readonly to: number;
  /** Its level: the rank that describes its probes best. */
  readonly rank: number;
}

/** The step between two stairs. */
export interface Jump {
  /** Step of the first probe of the later stair. */
  readonly step: number;
  /** Its rank less the rank of the stair before; negative where the rank falls, never 0. */
  readonly size: number;
  /** Last step that is certainly before the change, about 95 times of 100. */
  readonly after: number;
  /** First step that is certainly behind the change. */
  readonly before: number;
  /**
   * Bound on the probability that flicker on one level makes such a jump anywhere in the series;
   * at most 0.05.
   */
  readonly flickerP: number;
  /**
   * Bound on the probability that a continuous trend or random walk, rounded, makes such a jump; 1
   * for a jump by one.
   */
  readonly trendP: number;
  /** Whether the staircase can be told, and both are at most 0.05. */
  readonly isSignificant: boolean;
}

/** What {@linkcode findStairs} finds. */
export interface Staircase {
  /** The stairs, first to last. */
  readonly stairs: readonly Stair[];
  /** The jumps between them: one fewer than there are stairs. */
  readonly jumps: readonly Jump[];
  /** Share of the probes, from 0 to 1, that are certainly off the level of their stair. */
  readonly flicker: number;
  /**
   * Fewest probes of a stair that is found 95 times of 100 with that flicker.
   */
  readonly shortest: number;
  /** The reason why stairs cannot be told, without a full stop; `null` if they can. */
  readonly doubt: string | null;
}

/** Options of {@linkcode findStairs}. */
export interface StairOptions {
  /**
   * Fewest probes of a stair, whatever the evidence: an integer from 1. Default: one in 200 of all
   * probes, but at least 3, as a shorter stair is not seen in a picture of the run.
   */
  readonly hysteresis?: number;
}

/** Flicker above which levels cannot be told from the flicker of others. */
const MOST_FLICKER = 0.45;

/** Autocorrelation of flicker, in standard deviations, above which it is a drift or a walk. */
const MOST_RUNS = 4;

/**
 * Finds the stairs in a series of ranks, so that flicker is no staircase, and says of each jump
 * whether flicker or a trend could have made it.
 *
 * The model: on a stair of level v, a probe lies on v but for a share of flicker, which lies one
 * above, one below, or further off, independently from probe to probe. A certified interval lies on
 * every level within it, so that a rank in [4, 6] is no evidence for a jump to 6.
 *
 * 1. Levels and jumps are those of the segmentation of greatest likelihood with a penalty for each
 *    jump, by dynamic programming (`segment.ts`). Jumps whose likelihood ratio flicker could reach
 *    anywhere in the series are taken out (`merge.ts`).
 * 2. The shares of flicker follow from the stairs, and the stairs from the shares; both are
 *    repeated until they agree (`fit.ts`).
 * 3. Each jump gets the range of steps in which it lies, and two p-values: of flicker on one level,
 *    and of a continuous trend or random walk that is rounded (`change.ts`).
 *
 * Of a series of more than 20,000 probes every s-th one counts, with the least s that leaves as
 * many, and the last: the shortest stair still has 100 of them. Jumps then lie between probes that
 * are s apart.
 *
 * Stairs are not told, and no jump is significant, where more than 45 % of the probes are off the
 * levels that fit best, where these probes come in runs, or where the series is too short for its
 * flicker. Measured rates of finds and of false finds: `.github/docs/stairs.md`.
 *
 * @param steps Step of each probe, ascending.
 * @param ranks Rank at each probe, or the interval in which it certainly lies. Probes with NaN or
 * infinite ranks are left out.
 * @param options Fewest probes of a stair.
 * @returns The stairs and the jumps between them; none for a series without ranks. The stairs
 * together hold every probe that has a rank.
 * @throws {ShapeError} If there are not as many steps as ranks.
 * @throws {InputError} If the hysteresis is not an integer from 1.
 *
 * @example A jump by three, and a rank that may have changed.
 * ```ts
 * import assert from "node:assert/strict";
 * import { findStairs } from "./find_stairs.ts";
 *
 * const steps = Array.from({ length: 50 }, (_, i) => 10 * i);
 * const ranks = steps.map((step) => step < 250 ? 2 : 5);
 * const { stairs, jumps: [{ step, size, isSignificant }] } = findStairs(steps, ranks);
 * assert.deepEqual(stairs, [{ from: 0, to: 240, rank: 2 }, { from: 250, to: 490, rank: 5 }]);
 * assert.deepEqual([step, size, isSignificant], [250, 3, true]);
 *
 * const uncertain = steps.map((step) => step < 250 ? { low: 4, high: 4 } : { low: 4, high: 6 });
 * assert.equal(findStairs(steps, uncertain).jumps.length, 0);
 * ```
 */
export function findStairs(
  steps: ArrayLike<number>,
  ranks: ArrayLike<number | RankBounds>,
  options: StairOptions = {},
): Staircase {
  checkKeys("options of findStairs", options, ["hysteresis"]);
  const { hysteresis = Math.max(3, Math.round(steps.length / 200)) } = options;
  if (!Number.isInteger(hysteresis) || hysteresis < 1) {
    throw new InputError(`hysteresis is ${hysteresis}: give the number of probes, an integer from 1`);
  }
  if (steps.length !== ranks.length) {
    throw new ShapeError(`${steps.length} steps but ${ranks.length} ranks: give one rank for each step`);
  }
  const bounds = Array.from(ranks, (rank) => typeof rank === "number" ? { low: rank, high: rank } : rank);
  const known = bounds.map((_, i) => i).filter((i) => Number.isFinite(bounds[i].low + bounds[i].high));
  if (known.length === 0) {
    return { stairs: [], jumps: [], flicker: 0, shortest: 0, doubt: "no probe has a rank" };
  }
  const { indices, stride } = thinSeries(known.length);
  const probes = indices.map((i) => bounds[known[i]]), count = probes.length;
  const stepOf = (i: number) => steps[known[indices[i]]];
  const fewest = Math.max(1, Math.round(hysteresis / stride));
  const { segments, evidence, costs } = fitSegments(rankSeries(probes), fewest);
  const counts = countFlicker(probes, segments), flicker = 1 - counts.on / count;
  const shortest = shortestStair(costs, count);
  const doubt = doubtOf({ flicker, shortest, count, runs: flickerRuns(probes, segments) });
  const stairs = segments.map(({ first, end, level }) => ({
    from: stepOf(first),
    to: end < count ? steps[known[indices[end] - 1]] : stepOf(end - 1),
    rank: level,
  }));
  const jumps = segments.slice(1).map((b, i): Jump => {
    const a = segments[i], size = b.level - a.level;
    const change = findChange(probes, a, b, costs);
    const width = Math.abs(size) <= 1 ? 1 : widestRamp(probes, a, b, { ...change, costs });
    const flickerP = Math.min(1, SIGNIFICANCE * Math.exp(evidenceNeeded(size, count) - evidence[i]));
    const trendP = ![a, b].every((stair) => isSteady(probes, stair, flicker))
      ? 1
      : trendPValue(size, { stay: b.end - a.first + 1 - width, width, count });
    return {
      step: stepOf(b.first),
      size,
      after: stepOf(change.before),
      before: stepOf(change.after),
      flickerP,
      trendP,
      isSignificant: doubt === null && flickerP <= SIGNIFICANCE && trendP <= SIGNIFICANCE,
    };
  });
  return { stairs, jumps, flicker, shortest: stride * shortest, doubt };
}

/** The reason why stairs cannot be told. */
function doubtOf(
  { flicker, shortest, count, runs }: { flicker: number; shortest: number; count: number; runs: number },
): string | null {
  if (flicker > MOST_FLICKER) {
    return `${
      Math.round(100 * flicker)
    } % of the probes are off the levels that fit best: no level can be told`;
  }
  if (runs > MOST_RUNS) {
    return "probes off their level come in runs: the rank drifts or wanders between the levels";
  }
  if (2 * shortest > count) {
    return `too few probes, ${count}: with this flicker a stair must last for ${shortest}`;
  }
  return null;
}
