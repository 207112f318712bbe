/**
 * Segments of constant level in a series of certified ranks, by dynamic programming.
 *
 * @module
 */
import type { RankSeries, Segment } from "./flicker.ts";

/** What a segmentation costs. */
export interface SegmentOptions {
  /** Costs of the probes, `[kind of probe][level]`. */
  readonly table: readonly Float64Array[];
  /** Cost of each jump from one level to another. */
  readonly penalty: number;
  /** Fewest probes of a segment; a shorter series is one segment. */
  readonly fewest: number;
}

/**
 * Finds the segmentation of least cost: the sum of the costs of all probes at the level of their
 * segment, plus a penalty for each jump.
 *
 * With A_t(v) the least cost of probes 0 … t where the last segment has level v and at least the
 * fewest probes h, and F_t = min_v A_t(v),
 *
 *   A_t(v) = min(A_{t−1}(v) + c_t(v), F_{t−h} + penalty + Σ_{i = t−h+1 … t} c_i(v)).
 *
 * Since levels are few, this takes O(N K) operations for N probes and K levels, and is exact.
 *
 * @param series The series; at least one probe.
 * @param options Costs, penalty, and fewest probes of a segment.
 * @returns The segments, first to last. Neighbours have different levels.
 */
export function segment(
  { kindOf, levels }: RankSeries,
  { table, penalty, fewest }: SegmentOptions,
): Segment[] {
  const length = kindOf.length, width = levels.length, h = Math.min(fewest, length);
  const best = new Float64Array(length), bestLevel = new Int32Array(length);
  const entered = new Uint8Array(length * width);
  const least = new Float64Array(width).fill(Infinity), recent = new Float64Array(width);
  for (let t = 0; t < length; t++) {
    const row = table[kindOf[t]], gone = t >= h ? table[kindOf[t - h]] : null;
    // Before t = h − 1 no segment is long enough; the first one pays no penalty.
    const before = t >= h ? best[t - h] + penalty : t === h - 1 ? 0 : Infinity;
    best[t] = Infinity;
    for (let v = 0; v < width; v++) {
      recent[v] += row[v] - (gone ? gone[v] : 0);
      const stays = least[v] + row[v], enters = before + recent[v];
      if (enters < stays) entered[t * width + v] = 1;
      least[v] = Math.min(stays, enters);
      if (least[v] < best[t]) {
        best[t] = least[v];
        bestLevel[t] = v;
      }
    }
  }
  const segments: Segment[] = [];
  for (let end = length; end > 0;) {
    const v = bestLevel[end - 1];
    let t = end - 1;
    while (t >= h && entered[t * width + v] === 0) t--;
    const first = Math.max(0, t - h + 1);
    segments.push({ first, end, level: levels[v] });
    end = first;
  }
  return segments.reverse();
}
