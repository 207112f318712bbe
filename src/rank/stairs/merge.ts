/**
 * Jumps between segments of a series of certified ranks: how much better two levels describe the
 * probes than one, and the segments that are left when jumps without evidence are taken out.
 *
 * @module
 */
import type { RankSeries, Segment } from "./flicker.ts";

/** The evidence for jumps, and what may stay. */
export interface MergeOptions {
  /** Costs of the probes, `[kind of probe][level]`. */
  readonly table: readonly Float64Array[];
  /** Evidence that a jump of that size needs. */
  readonly needed: (size: number) => number;
}

/** A segment, the index of its level, the probes of each kind in it, and their cost there. */
interface Pool {
  readonly segment: Segment;
  readonly v: number;
  readonly counts: Int32Array;
  readonly cost: number;
}

/** Two neighbours on one level, and what that costs beyond two levels. */
interface Joint {
  readonly pool: Pool;
  readonly evidence: number;
  /** Evidence beyond what is needed; negative for a jump that must go. */
  readonly excess: number;
}

/**
 * Takes out jumps until each has the evidence that it needs, those that lack most first. The
 * evidence of a jump is the logarithm of a likelihood ratio: cost of the probes of both segments on
 * the best common level less their cost on two levels.
 *
 * @param series The series.
 * @param segments Its segments, first to last.
 * @param options Costs, and the evidence needed.
 * @returns The segments that are left, and the evidence of the jump after each but the last.
 */
export function mergeSegments(
  { kindOf, kinds, levels }: RankSeries,
  segments: readonly Segment[],
  { table, needed }: MergeOptions,
): { readonly segments: readonly Segment[]; readonly evidence: readonly number[] } {
  const pools = segments.map((segment): Pool => {
    const counts = new Int32Array(kinds.length), v = levels.indexOf(segment.level);
    for (let i = segment.first; i < segment.end; i++) counts[kindOf[i]]++;
    return { segment, v, counts, cost: costAt(counts, v) };
  });
  const joints = pools.slice(1).map((pool, i) => join(pools[i], pool));
  for (;;) {
    let weakest = -1;
    for (const [i, { excess }] of joints.entries()) {
      if (excess < 0 && !(weakest >= 0 && joints[weakest].excess <= excess)) weakest = i;
    }
    if (weakest < 0) break;
    pools.splice(weakest, 2, joints[weakest].pool);
    joints.splice(weakest, 1);
    if (weakest > 0) joints[weakest - 1] = join(pools[weakest - 1], pools[weakest]);
    if (weakest < joints.length) joints[weakest] = join(pools[weakest], pools[weakest + 1]);
  }
  return { segments: pools.map(({ segment }) => segment), evidence: joints.map(({ evidence }) => evidence) };

  function costAt(counts: Int32Array, v: number): number {
    let sum = 0;
    for (let kind = 0; kind < counts.length; kind++) {
      if (counts[kind] > 0) sum += counts[kind] * table[kind][v];
    }
    return sum;
  }

  /** Puts two neighbours on the one level that costs least: one of theirs, or one between. */
  function join(a: Pool, b: Pool): Joint {
    const counts = a.counts.map((count, kind) => count + b.counts[kind]);
    let cost = Infinity, v = a.v;
    for (let candidate = Math.min(a.v, b.v); candidate <= Math.max(a.v, b.v); candidate++) {
      const own = costAt(counts, candidate);
      if (own < cost) [cost, v] = [own, candidate];
    }
    const segment = { first: a.segment.first, end: b.segment.end, level: levels[v] };
    const evidence = cost - a.cost - b.cost;
    return {
      pool: { segment, v, counts, cost },
      evidence,
      excess: evidence - needed(b.segment.level - a.segment.level),
    };
  }
}
