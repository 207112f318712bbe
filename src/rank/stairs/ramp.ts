/**
 * Whether ranks rise in stairs, or along a smooth trend that is rounded.
 *
 * @module
 */
import { checkKeys } from "../../check.ts";
import { mean } from "../../stats/mean.ts";
import { monteCarloPValue } from "../../stats/p_values.ts";
import { normal, uniform } from "../../stats/random.ts";
import type { RankBounds } from "./flicker.ts";
import { thinSeries } from "./thin_series.ts";

/** Options of {@linkcode testRamp}. */
export interface RampTestOptions {
  /** Share of the probes that are one off their level, half of them to each side. Default: 0. */
  readonly flicker?: number;
  /** Seed of the trends that are drawn. Default: 0. */
  readonly seed?: number;
  /** Number of trends that are drawn. Default: 199. */
  readonly draws?: number;
}

/** Whether ranks rise in stairs. */
export interface RampTest {
  /** Levels whose duration counts: all that the rank climbs, but the first and the last. */
  readonly levels: number;
  /** Roughness of the durations, see {@linkcode testRamp}; NaN with fewer than five levels. */
  readonly roughness: number;
  /** p-value; NaN with fewer than five levels. */
  readonly pValue: number;
}

/** Fewest levels whose durations say something about their smoothness. */
const FEWEST_LEVELS = 5;

/** Levels of the lines by which the null smooths durations. */
const SMOOTHED = 5;

/** Standard deviation of the logarithm of speeds that the null allows from level to level. */
const UNEVEN = 0.1;

/**
 * Tests whether a rank climbs in stairs rather than along a smooth trend.
 *
 * - Data: the probe t_v at which the rank passes level v is the one that best splits the series
 *   into probes below v before it and at v or above from it on. The duration of level v is
 *   d_v = t_(v+1) − t_v, 0 for a level that a jump leaves out. So flicker moves no passage by much,
 *   and no stairs need to be found. A series that falls on the whole is turned over.
 * - Statistic: roughness, the mean of |ℓ_(v−1) − 2 ℓ_v + ℓ_(v+1)| with ℓ_v = log(1 + d_v). Long
 *   plateaus beside short ones, and jumps over several levels, are rough; durations that are equal,
 *   or grow or shrink steadily, are smooth.
 * - Null: a monotone trend with the same rise and flicker, whose speed varies smoothly. Its
 *   durations are those of the series where ℓ_v is replaced by the line through five neighbouring
 *   levels, times e^(z/10) with a normal number z of each level: speeds that vary by a tenth from
 *   level to level are no stairs. It starts at a random phase, is rounded, and flickers
 *   independently from probe to probe.
 * - Tail: one-sided, rougher. Monte Carlo.
 * - Of more than 20,000 probes every s-th one counts, as in `findStairs`.
 * - Assumes a series that rises or falls on the whole. A random walk is no smooth trend either, and
 *   is rough: the p-value of each jump (`trendP`) tells it apart.
 *
 * @param ranks Ranks at the probes, or the intervals in which they certainly lie. Probes without a
 * finite rank are left out.
 * @param options Flicker, seed and number of draws.
 * @returns Number of levels, roughness and p-value.
 */
export function testRamp(ranks: ArrayLike<number | RankBounds>, options: RampTestOptions = {}): RampTest {
  const { durations, draw } = rampOf("testRamp", ranks, options), levels = durations.length;
  if (levels < FEWEST_LEVELS) return { levels, roughness: NaN, pValue: NaN };
  const roughness = roughnessOf(durations), { draws = 199 } = options;
  const drawn = Array.from({ length: draws }, () => {
    const shown = draw();
    return roughnessOf(durationsOf(shown, shown));
  });
  return { levels, roughness, pValue: monteCarloPValue(roughness, drawn) };
}

/** A series that was drawn from the null of {@linkcode testRamp}. */
export interface RampDraw {
  /** Indices of its probes among those that were given. */
  readonly indices: readonly number[];
  /** Ranks at these. */
  readonly ranks: readonly number[];
}

/**
 * Draws series from the null of {@linkcode testRamp}, the first ones that it compares with: what a
 * smooth trend that is rounded looks like.
 *
 * @param ranks As of {@linkcode testRamp}.
 * @param options As of {@linkcode testRamp}; 199 draws by default.
 * @returns The series; none with fewer than five levels.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { drawRamps } from "./ramp.ts";
 *
 * const ranks = Array.from({ length: 60 }, (_, i) => 10 * Math.floor(i / 10));
 * const [{ indices, ranks: trend }] = drawRamps(ranks, { draws: 1 });
 * assert.equal(indices.length, trend.length);
 * // It goes on along the way, and does not stay for ten probes as the stairs do.
 * assert(trend.every((rank, i) => i < 15 || i > 50 || trend[i - 5] < rank));
 * ```
 */
export function drawRamps(
  ranks: ArrayLike<number | RankBounds>,
  options: RampTestOptions = {},
): RampDraw[] {
  const { durations, draw, indices, falls } = rampOf("drawRamps", ranks, options);
  if (durations.length < FEWEST_LEVELS) return [];
  return Array.from({ length: options.draws ?? 199 }, () => ({
    indices,
    ranks: Array.from(draw(), (rank) => falls ? -rank : rank),
  }));
}

/** Durations of the levels of ranks, and draws from the null. Series that fall are turned over. */
function rampOf(
  caller: string,
  ranks: ArrayLike<number | RankBounds>,
  options: RampTestOptions,
) {
  checkKeys(`options of ${caller}`, options, ["flicker", "seed", "draws"]);
  const { flicker = 0, seed = 0 } = options;
  const all = Array.from(ranks, (rank) => typeof rank === "number" ? { low: rank, high: rank } : rank);
  const finite = all.map((_, i) => i).filter((i) => Number.isFinite(all[i].low + all[i].high));
  const indices = thinSeries(finite.length).indices.map((i) => finite[i]);
  const known = indices.map((i) => all[i]);
  const half = Math.floor(known.length / 2), height = ({ low, high }: RankBounds) => (low + high) / 2;
  const falls = mean(known.slice(half).map(height)) < mean(known.slice(0, half).map(height));
  // In arrays of numbers: of each of thousands of replicas a hundred series are drawn.
  const low = Float64Array.from(known, (probe) => falls ? -probe.high : probe.low);
  const high = Float64Array.from(known, (probe) => falls ? -probe.low : probe.high);
  const durations = durationsOf(low, high), random = uniform(seed), next = normal(random);
  const passed = passages(low, high), first = passed.findIndex((at) => at > 0), start = passed[first];
  const lowest = high.reduce((least, value) => Math.min(least, value), Infinity) + 1 + first;
  const smooth = durations.length < FEWEST_LEVELS ? [] : smoothed(durations);
  const draw = (): Float64Array => {
    const phase = random();
    const uneven = smooth.map((duration) => duration * Math.exp(UNEVEN * next()));
    // The trend begins half a level below the lowest one that is passed.
    const ground = phase < 0.5 ? lowest : lowest - 1;
    const ranks = trendThrough(uneven, start, low.length);
    for (let i = 0; i < ranks.length; i++) {
      const rank = ground + Math.floor(ranks[i] + phase), chance = random();
      ranks[i] = chance < flicker / 2 ? rank - 1 : chance < flicker ? rank + 1 : rank;
    }
    return ranks;
  };
  return { durations, draw, indices, falls };
}

/** Probes at which the levels between the least and the greatest rank are passed. */
function passages(low: Float64Array, high: Float64Array): number[] {
  let least = Infinity, greatest = -Infinity;
  for (let i = 0; i < low.length; i++) {
    least = Math.min(least, high[i]);
    greatest = Math.max(greatest, low[i]);
  }
  const passed: number[] = [];
  for (let level = least + 1; level <= greatest; level++) {
    let score = 0, best = 0, place = 0;
    for (let i = 0; i < low.length; i++) {
      if (high[i] < level) score++;
      else if (low[i] >= level) score--;
      // Ties are passed at the first place.
      if (score > best) {
        best = score;
        place = i + 1;
      }
    }
    passed.push(place);
  }
  return passed;
}

/**
 * Durations of the levels that are passed: levels beyond both ends, by flicker alone, have none.
 */
function durationsOf(low: Float64Array, high: Float64Array): number[] {
  const inner = passages(low, high).filter((at) => at > 0 && at < low.length);
  return inner.slice(1).map((at, i) => at - inner[i]);
}

function roughnessOf(durations: readonly number[]): number {
  const logs = durations.map((duration) => Math.log1p(duration));
  return mean(logs.slice(2).map((log, i) => Math.abs(log - 2 * logs[i + 1] + logs[i])));
}

/** Durations of a trend: their logarithms lie on lines through neighbouring levels. */
function smoothed(durations: readonly number[]): number[] {
  const logs = durations.map((duration) => Math.log1p(duration)), window = Math.min(SMOOTHED, logs.length);
  const smooth = logs.map((_, k) => {
    const first = Math.min(Math.max(0, k - (window >> 1)), logs.length - window);
    const near = logs.slice(first, first + window), level = mean(near), middle = (window - 1) / 2;
    const square = near.reduce((sum, _, i) => sum + (i - middle) ** 2, 0);
    const slope = near.reduce((sum, log, i) => sum + (i - middle) * (log - level), 0) / square;
    return Math.max(1e-3, Math.expm1(level + slope * (k - first - middle)));
  });
  const scale = durations.reduce((a, b) => a + b) / smooth.reduce((a, b) => a + b);
  return smooth.map((duration) => scale * duration);
}

/** A piecewise linear trend that rises by one in each duration, and goes on alike at both ends. */
function trendThrough(durations: readonly number[], start: number, length: number): Float64Array {
  const heights = new Float64Array(length), most = durations.length;
  let piece = 0, begin = start;
  for (let i = 0; i < length; i++) {
    while (piece < most - 1 && i >= begin + durations[piece]) begin += durations[piece++];
    heights[i] = Math.max(-0.5, Math.min(most + 0.5, piece + (i - begin) / durations[piece]));
  }
  return heights;
}
