/**
 * Segments of a series and its flicker, which follow from each other.
 *
 * @module
 */
import {
  costTable,
  countFlicker,
  type Flicker,
  flickerCosts,
  type RankSeries,
  type Segment,
} from "./flicker.ts";
import { mergeSegments } from "./merge.ts";
import { segment } from "./segment.ts";

/** Level of significance. */
export const SIGNIFICANCE = 0.05;

/**
 * Share of the union bound over all places of a jump that is reached: neighbouring places share
 * their probes. Measured on series of one level: with it, up to 4 % of them have a jump.
 */
const OVERLAP = 0.25;

/** Shares of flicker from which estimates start: strong, weak, to one side. */
const STARTS: readonly Flicker[] = [
  { on: 0.5, below: 0.2, above: 0.2, far: 0.1 },
  { on: 0.94, below: 0.02, above: 0.02, far: 0.02 },
  { on: 0.66, below: 0.3, above: 0.02, far: 0.02 },
  { on: 0.66, below: 0.02, above: 0.3, far: 0.02 },
];

/** Most rounds of segmenting and estimating; two or three are enough. */
const MOST_ROUNDS = 10;

/**
 * Computes the evidence, the logarithm of a likelihood ratio, that a jump needs among N probes.
 *
 * On one level, the likelihood ratio of a jump of given size at a given place has mean 1, so it
 * exceeds x with a probability of at most 1/x (Markov). A jump can lie at N places, of whose union
 * bound a quarter is reached, and have any size s: a share 1/(2 s (s + 1)) of the level goes to
 * each.
 *
 * @param size Jump s, of either sign.
 * @param count Number of probes N.
 * @returns The evidence at which 5 % of series of one level have such a jump, at most.
 */
export function evidenceNeeded(size: number, count: number): number {
  const s = Math.max(1, Math.abs(size));
  return Math.log(Math.max(1, OVERLAP * count) * 2 * s * (s + 1) / SIGNIFICANCE);
}

/** Segments, and flicker that fits them. */
export interface Fit {
  /** The segments, first to last. */
  readonly segments: readonly Segment[];
  /** Evidence for the jump after each segment but the last: the logarithm of a likelihood ratio. */
  readonly evidence: readonly number[];
  /** Costs of the probes by the estimated flicker. */
  readonly costs: Flicker;
}

/**
 * Segments a series and estimates its flicker in turns, until both agree. Of several starts the one
 * counts whose description is shortest: the costs of all probes and the evidence that its jumps
 * need.
 *
 * @param series The series; at least one probe.
 * @param fewest Fewest probes of a segment.
 * @returns Segments and flicker. Each jump has the evidence that it needs.
 */
export function fitSegments(series: RankSeries, fewest: number): Fit {
  const { probes } = series, needed = (size: number) => evidenceNeeded(size, probes.length);
  // Starts that come to the same segments go on in the same way.
  const seen = new Set<string>();
  let best: Fit | undefined, least = Infinity;
  for (const start of STARTS) {
    let costs = flickerCosts(start), found: Omit<Fit, "costs"> = { segments: [], evidence: [] }, last = "";
    for (let round = 0; round < MOST_ROUNDS; round++) {
      const table = costTable(series, costs);
      const segments = segment(series, { table, penalty: needed(1) / 2, fewest });
      found = mergeSegments(series, segments, { table, needed });
      const key = found.segments.map(({ first, level }) => `${first} ${level}`).join();
      if (key === last || seen.has(key)) break;
      seen.add(last = key);
      costs = flickerCosts(countFlicker(probes, found.segments));
    }
    const { segments } = found, counts = countFlicker(probes, segments);
    // A probe that is far off can have any of the other ranks.
    const far = costs.far + Math.log(Math.max(1, series.levels.length - 3));
    const cost = counts.on * costs.on + counts.below * costs.below + counts.above * costs.above +
      counts.far * far +
      segments.slice(1).reduce((sum, { level }, i) => sum + needed(level - segments[i].level), 0);
    if (cost < least - 1e-6) [best, least] = [{ ...found, costs }, cost];
  }
  return best!;
}

/**
 * Computes how long a stair must last to be found: the fewest probes L whose evidence against a
 * level beside it reaches what is needed 95 times of 100, L μ − 1.645 σ √L with mean μ and
 * deviation σ of the evidence of a probe.
 *
 * @param costs Costs of the probes by the estimated flicker.
 * @param count Number of probes of the series.
 * @returns The number; Infinity where flicker hides every level.
 */
export function shortestStair(costs: Flicker, count: number): number {
  const { on, below, above, far } = costs;
  // Kinds of a probe at its own level, and the costs of these probes one level higher or lower.
  const own = [below, on, above], others = [[far, below, on], [on, above, far]];
  const least = others.map((other) => {
    const mean = own.reduce((sum, cost, i) => sum + Math.exp(-cost) * (other[i] - cost), 0);
    const square = own.reduce((sum, cost, i) => sum + Math.exp(-cost) * (other[i] - cost) ** 2, 0);
    if (!(mean > 0)) return Infinity;
    const spread = 1.645 * Math.sqrt(Math.max(0, square - mean ** 2));
    return ((spread + Math.sqrt(spread ** 2 + 4 * mean * evidenceNeeded(1, count))) / (2 * mean)) ** 2;
  });
  return Math.ceil(Math.max(...least));
}
