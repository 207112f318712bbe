/**
 * The flicker of a rank around its level: how likely is a probe on a stair, beside it, far from it.
 *
 * @module
 */

/** Ends of the interval in which a rank certainly lies; equal where it is certain. */
export interface RankBounds {
  /** Lower end. */
  readonly low: number;
  /** Upper end. */
  readonly high: number;
}

/** Numbers of probes, or their shares, by where they lie about the level of their stair. */
export interface Flicker {
  /** On the level: the interval holds it. */
  readonly on: number;
  /** Below it, by at most one. */
  readonly below: number;
  /** Above it, by at most one. */
  readonly above: number;
  /** Off by more. */
  readonly far: number;
}

/**
 * Least share of each kind of flicker. A few hundred probes do not show smaller shares, and flicker
 * comes in clusters: a few neighbours off their level are no stair.
 */
export const LEAST_SHARE = 0.02;

/**
 * Turns numbers of probes into costs.
 *
 * @param counts Probes by where they lie about their levels, or their shares; not all 0.
 * @returns −log of the share of each kind. Shares below 1/50 count as 1/50.
 */
export function flickerCosts({ on, below, above, far }: Flicker): Flicker {
  const all = on + below + above + far;
  const [b, a, f] = [below, above, far].map((count) => Math.max(count / all, LEAST_SHARE));
  return {
    on: -Math.log(Math.max(1 - b - a - f, LEAST_SHARE)),
    below: -Math.log(b),
    above: -Math.log(a),
    far: -Math.log(f),
  };
}

/**
 * Finds where a probe lies about a level. An uncertain rank is off by the distance of the nearer
 * end of its interval: one that may be on the level says nothing against it.
 *
 * @param probe The probe.
 * @param level The level.
 * @returns The kind of flicker, or `on`.
 */
export function placeOf({ low, high }: RankBounds, level: number): keyof Flicker {
  if (low > level) return low - level <= 1 ? "above" : "far";
  if (high < level) return level - high <= 1 ? "below" : "far";
  return "on";
}

/** Cost by which ties are broken, far below all differences of costs. */
const TIE = 1e-9;

/**
 * Computes the cost of a probe at a level: −log of its likelihood there. All levels within the
 * interval of an uncertain rank cost the same, apart from 10⁻⁹ in favour of its middle.
 *
 * @param costs Cost of each kind.
 * @param probe The probe.
 * @param level The level.
 * @returns The cost.
 */
export function costOf(costs: Flicker, probe: RankBounds, level: number): number {
  const { low, high } = probe, cost = costs[placeOf(probe, level)];
  return low === high ? cost : cost + TIE * Math.min(1e3, Math.abs(level - (low + high) / 2));
}

/** A series of ranks, in which most probes are equal to others. */
export interface RankSeries {
  /** The probes. */
  readonly probes: readonly RankBounds[];
  /** Different probes. */
  readonly kinds: readonly RankBounds[];
  /** Index of each probe among the kinds. */
  readonly kindOf: Int32Array;
  /** Levels that stairs can have, ascending. */
  readonly levels: readonly number[];
}

/** Most levels that are tried: the most frequent ones. */
const MOST_LEVELS = 512;

/**
 * Gathers the different probes of a series, and its levels: ends and middles of their intervals.
 *
 * @param probes The probes; none with an end that is not finite.
 * @returns The series; with the 512 most frequent levels if there are more.
 */
export function rankSeries(probes: readonly RankBounds[]): RankSeries {
  const indices = new Map<string, number>(), kinds: RankBounds[] = [], counts = new Map<number, number>();
  const kindOf = Int32Array.from(probes, (probe) => {
    const { low, high } = probe, key = `${low} ${high}`;
    for (const level of new Set([low, Math.floor((low + high) / 2), high])) {
      counts.set(level, (counts.get(level) ?? 0) + 1);
    }
    if (!indices.has(key)) indices.set(key, kinds.push(probe) - 1);
    return indices.get(key)!;
  });
  const frequent = [...counts].sort(([, a], [, b]) => b - a).slice(0, MOST_LEVELS).map(([level]) => level);
  return { probes, kinds, kindOf, levels: frequent.sort((a, b) => a - b) };
}

/**
 * Tabulates the costs of the probes of a series at all its levels.
 *
 * @param series The series.
 * @param costs Cost of each kind of flicker.
 * @returns Costs, `[kind of probe][level]`.
 */
export function costTable({ kinds, levels }: RankSeries, costs: Flicker): Float64Array[] {
  return kinds.map((kind) => {
    const row = new Float64Array(levels.length);
    for (let v = 0; v < row.length; v++) row[v] = costOf(costs, kind, levels[v]);
    return row;
  });
}

/** Half-open range of probes on one level. */
export interface Segment {
  /** Index of the first probe. */
  readonly first: number;
  /** Index after the last probe. */
  readonly end: number;
  /** The level. */
  readonly level: number;
}

/**
 * Counts the flicker of a segmented series.
 *
 * @param probes The series.
 * @param segments Its segments.
 * @returns Probes by where they lie about the level of their segment.
 */
export function countFlicker(probes: readonly RankBounds[], segments: readonly Segment[]): Flicker {
  const counts = { on: 0, below: 0, above: 0, far: 0 };
  for (const { first, end, level } of segments) {
    for (let i = first; i < end; i++) counts[placeOf(probes[i], level)]++;
  }
  return counts;
}

/**
 * Measures whether flicker comes in runs, as that of a rank that drifts or wanders does: the sum of
 * the products of the signs of neighbours off their level, each less the mean sign, in standard
 * deviations of independent signs. The variance of a sign counts as at least 1/25.
 *
 * @param probes The series.
 * @param segments Its segments.
 * @returns About a standard normal number where flicker is independent from probe to probe.
 */
export function flickerRuns(probes: readonly RankBounds[], segments: readonly Segment[]): number {
  const signs = segments.flatMap(({ first, end, level }) =>
    probes.slice(first, end).map(({ low, high }) => low > level ? 1 : high < level ? -1 : 0)
  );
  const starts = new Set(segments.map(({ first }) => first));
  const mean = signs.reduce<number>((sum, sign) => sum + sign, 0) / signs.length;
  let square = 0, product = 0, pairs = 0;
  for (const [i, sign] of signs.entries()) {
    square += (sign - mean) ** 2;
    if (starts.has(i)) continue;
    product += (sign - mean) * (signs[i - 1] - mean);
    pairs++;
  }
  const variance = Math.max(square / signs.length, 2 * LEAST_SHARE);
  return product / (variance * Math.sqrt(Math.max(1, pairs)));
}
