/**
 * Whether the loss falls at the jumps of a rank: tests against jumps at other times, and against
 * jumps of other replicas.
 *
 * @module
 */
import { ShapeError } from "../../errors.ts";
import { extent } from "../../stats/extent.ts";
import { mean } from "../../stats/mean.ts";
import { monteCarloPValue } from "../../stats/p_values.ts";
import { permutation, uniform } from "../../stats/random.ts";
import {
  type ResponseOptions,
  responseQuantiles,
  type ResponseTest,
  shiftedMean,
  shiftedResponse,
  type ShiftEvent,
  testResponse,
} from "../../stats/shifts.ts";
import type { Jump } from "./find_stairs.ts";
import { thinSeries } from "./thin_series.ts";

/** A run: its losses at the probes, and the jumps of a rank. */
export interface JumpsAndLosses {
  /** Steps of the probes, ascending. */
  readonly steps: readonly number[];
  /** Losses at them, above 0. */
  readonly losses: readonly number[];
  /** Jumps of the rank, at steps of probes. */
  readonly jumps: readonly Pick<Jump, "step" | "size">[];
}

/**
 * Gives reach and most lag by the length of a series: one in 200 of all probes, at least 1, and
 * four times that. In a run of 1,001 probes these are 5 and 20.
 *
 * @param count Number of probes.
 * @returns Reach and most lag in probes.
 */
export function responseOptions(count: number): ResponseOptions {
  const reach = Math.max(1, Math.round(count / 200));
  return { reach, mostLag: 4 * reach };
}

/**
 * Tests whether the loss falls faster at the jumps of a rank than between them.
 *
 * - Statistic: fall of the log loss per step, from the probe before to the first one after the
 *   jump, as {@linkcode testResponse} averages it about all jumps, weighted by their sizes; jumps
 *   down count negatively. Reach and lags are those of {@linkcode responseOptions}, fixed before
 *   any data were seen. At lag 0, and the highest over all lags: a negative lag says that the loss
 *   falls before the rank rises.
 * - Null: jumps shifted together in a circle; the highest over the lags has the same null.
 * - Tail: one-sided, the loss falls faster at jumps.
 * - Falls count by their quantile among neighbouring ones: neither trends nor single spikes count.
 * - Of more than 20,000 probes every s-th one counts, as in `findStairs`.
 *
 * @param run Losses and jumps.
 * @returns Both p-values, and the lag in probes; NaN without jumps, or if a loss is not above 0.
 * @throws {ShapeError} If there are not as many steps as losses.
 */
export function testCoupling(run: JumpsAndLosses): ResponseTest {
  const { falls, events, stride } = thinned(run);
  if (!falls.every(Number.isFinite)) return { pValue: NaN, lagPValue: NaN, lag: NaN };
  const { lag, ...pValues } = testResponse(events, falls, responseOptions(falls.length));
  return { ...pValues, lag: stride * lag };
}

/** A run as tests see it. */
interface ThinRun {
  /** Falls of the log loss per step, from each probe but the last to the next. */
  readonly falls: readonly number[];
  /** Events at the falls in which the jumps happen. */
  readonly events: readonly ShiftEvent[];
  /** Probes from one to the next. */
  readonly stride: number;
}

/** Falls of the loss and the jumps at them, of every s-th probe where there are very many. */
function thinned({ steps: all, losses: given, jumps }: JumpsAndLosses): ThinRun {
  if (all.length !== given.length) {
    throw new ShapeError(`${all.length} steps but ${given.length} losses: give one loss for each step`);
  }
  const { indices, stride } = thinSeries(all.length);
  const steps = indices.map((i) => all[i]), losses = indices.map((i) => given[i]);
  const falls = losses.slice(1).map((loss, i) => Math.log(losses[i] / loss) / (steps[i + 1] - steps[i]));
  const events = jumps.map(({ step, size }) => {
    let at = 0;
    for (let end = steps.length - 1; at < end;) {
      const middle = (at + end) >> 1;
      if (steps[middle] < step) at = middle + 1;
      else end = middle;
    }
    return { at: at - 1, weight: size };
  });
  return { falls, events, stride };
}

/** Most replicas of which all pairings are tried. */
const MOST_PAIRED = 6;

/** Random pairings of more replicas. */
const PAIRINGS = 999;

/** Most replicas that are compared, of which each is paired with each. */
const MOST_COMPARED = 500;

/**
 * Tests whether the loss of a replica falls at its own jumps more than at those of other replicas.
 *
 * - Statistic: the mean over the replicas of the highest response over all lags, as in
 *   {@linkcode testCoupling}, of the loss of a replica to its jumps.
 * - Null: jumps are paired with the loss of any replica. Replicas learn the same task at about the
 *   same pace, so that what they share in time, trends included, is in the null.
 * - Tail: one-sided. All pairings of up to six replicas, 999 random ones of more: three replicas
 *   give p ≥ 1/6, four p ≥ 1/24. Of more than 500 replicas every r-th one is compared, with the
 *   least r that leaves as many.
 *
 * @param runs Losses and jumps of the replicas, at the same steps. Replicas without jumps are left
 * out.
 * @param options Seed of the random pairings; by default 0.
 * @returns The p-value; NaN with fewer than three replicas, or if a loss is not above 0.
 */
export function testPairing(
  runs: readonly JumpsAndLosses[],
  { seed = 0 }: { readonly seed?: number } = {},
): number {
  const all = runs.filter(({ jumps }) => jumps.length > 0);
  const every = Math.ceil(all.length / MOST_COMPARED);
  const kept = all.filter((_, i) => i % every === 0).map(thinned);
  if (kept.length < 3 || !kept.every(({ falls }) => falls.every(Number.isFinite))) return NaN;
  const [length] = extent(kept.map(({ falls }) => falls.length)), options = responseOptions(length);
  const quantiles = kept.map(({ falls }) => responseQuantiles(falls.slice(0, length), options));
  const highest = (events: readonly ShiftEvent[], response: Float64Array) => {
    let most = -Infinity;
    for (let lag = -options.mostLag; lag <= options.mostLag; lag++) {
      most = Math.max(most, shiftedMean(events, response, (lag + length) % length));
    }
    return most;
  };
  const response = kept.map(({ events }) => {
    const within = events.filter(({ at }) => at < length);
    return quantiles.map((values) => within.length === 0 ? 0 : highest(within, values));
  });
  const paired = (order: ArrayLike<number>) => mean(response.map((row, a) => row[order[a]]));
  const own = paired(kept.map((_, a) => a)), random = uniform(seed);
  const orders = kept.length <= MOST_PAIRED
    ? permutations(kept.map((_, a) => a)).slice(1)
    : Array.from({ length: PAIRINGS }, () => permutation(kept.length, random));
  return monteCarloPValue(own, orders.map(paired));
}

/** All orders, the given one first. */
function permutations(values: readonly number[]): number[][] {
  if (values.length < 2) return [[...values]];
  return values.flatMap((value, i) => permutations(values.toSpliced(i, 1)).map((rest) => [value, ...rest]));
}

/** Losses, jumps, and lower bounds of the loss by the rank. */
export interface JumpsAndFloors extends JumpsAndLosses {
  /** Floor at each probe; NaN or 0 where there is none. */
  readonly floors: readonly number[];
}

/** Whether the loss waits at its floor. */
export interface FloorTest {
  /** Jumps up that have a floor before them. */
  readonly jumps: number;
  /** Those before which the loss is within a factor of two of its floor. */
  readonly reached: number;
  /** p-value; NaN without such jumps. */
  readonly pValue: number;
}

/** Factor of the floor within which a loss has reached it. */
const NEAR = 2;

/**
 * Tests whether the loss reaches the floor that the rank sets, and falls on only once the rank
 * rises.
 *
 * - Data: jumps up before which the loss, at the last probe with a floor on the earlier stair, is
 *   within a factor of two of the floor.
 * - Statistic: over these jumps, the mean fall of the log loss per step in the probes behind the
 *   jump less that in as many before it, within the most lag of {@linkcode responseOptions}. Falls
 *   count by their quantile among neighbouring ones, as in {@linkcode testCoupling}.
 * - Null: these jumps shifted together in a circle.
 * - Of more than 20,000 probes every s-th one counts, as in `findStairs`.
 * - Tail: one-sided, the fall is faster behind than before. If the loss waited at its floor, it
 *   would be.
 *
 * @param run Losses, floors and jumps.
 * @returns How many jumps there are and how many count, and the p-value.
 * @throws {ShapeError} If there are not as many steps as losses.
 */
export function testFloor(run: JumpsAndFloors): FloorTest {
  const { steps, losses, floors, jumps } = run;
  const index = new Map(steps.map((step, i) => [step, i]));
  let start = 0;
  const ups = jumps.flatMap(({ step, size }) => {
    const at = index.get(step)!, before = start;
    start = at;
    for (let i = at - 1; i >= before; i--) {
      if (floors[i] > 0) return size > 0 ? [{ step, size, isReached: losses[i] <= NEAR * floors[i] }] : [];
    }
    return [];
  });
  const reached = ups.filter(({ isReached }) => isReached);
  const counts = { jumps: ups.length, reached: reached.length };
  const { falls, events } = thinned({ ...run, jumps: reached });
  const { reach, mostLag } = responseOptions(falls.length), length = falls.length;
  if (reached.length === 0 || length < 4 * (mostLag + 1) || !falls.every(Number.isFinite)) {
    return { ...counts, pValue: NaN };
  }
  // The reach sets the neighbours; the contrast averages over the lags.
  const single = shiftedResponse(events, falls, { reach });
  const at = (k: number) => single[((k % length) + length) % length];
  const contrast = (k: number) => {
    let sum = 0;
    for (let lag = 1; lag <= mostLag; lag++) sum += at(k + lag) - at(k - lag);
    return sum;
  };
  const shifts = Array.from({ length: length - 2 * mostLag - 1 }, (_, i) => mostLag + 1 + i);
  return { ...counts, pValue: monteCarloPValue(contrast(0), shifts.map(contrast)) };
}
