/**
 * The data of the staircase figure, from the trace of a run.
 *
 * @module
 */
import type { RankSeries, StaircaseFigureData } from "./staircase_data.ts";
import { stepsOf, visibleSteps } from "./visible_steps.ts";
import { lowerMedian } from "../../stats/median.ts";
import type { RankInterval, Threshold } from "../../rank/certificates/rank_interval.ts";
import { findStairs } from "../../rank/stairs/find_stairs.ts";
import { significantStairs } from "../../rank/stairs/significant_stairs.ts";
import type { RankBounds } from "../../rank/stairs/flicker.ts";
import type { Probe, Trace } from "../../train/trace.ts";

/** Texts and settings of the figure that are not in the trace. */
export interface StaircaseDataOptions {
  /** Heading of the figure. */
  readonly title: string;
  /** Network and training, in words. */
  readonly subtitle: string;
  /** Name of the loss, such as "weighted mean squared error". */
  readonly lossName: string;
  /** Kind of the thresholds. */
  readonly threshold: Threshold;
  /** What sets these networks apart from those of other parts of the figure. Default: nothing. */
  readonly part?: string;
  /**
   * Names and widths of the layers, first to last, such as `RankTracker.layers`. Default: numbers,
   * and the widths of the spectra of the first probe.
   */
  readonly layers?: readonly { readonly name: string; readonly width: number }[];
  /** Hysteresis of the stairs in probes; by default that of {@linkcode findStairs}. */
  readonly hysteresis?: number;
}

/**
 * Arranges a trace for the staircase figure. Stairs and loss floor are those of the smallest ε; the
 * stairs are those of the lower median over the replicas. A replica without a probe at a step has
 * NaN there. Of a trace of very many probes the data hold those that can be seen, see
 * {@linkcode visibleSteps}.
 *
 * @param trace The trace of a run.
 * @param options Texts and settings that are not in the trace.
 * @returns The data of the figure, without steps and layers if the trace has no probes.
 * @throws {InputError} If the hysteresis is not an integer from 1.
 */
export function staircaseData(trace: Trace, options: StaircaseDataOptions): StaircaseFigureData {
  const { title, subtitle, lossName, threshold, part, hysteresis, layers: named } = options;
  const smallest = trace.epsilons.indexOf(Math.min(...trace.epsilons));
  const floorOf = (probe: Probe) => probe.kind === "spectrum" ? probe.floors?.[smallest] : undefined;
  const hasFloor = trace.probes.some((probe) => floorOf(probe) !== undefined);
  const probed = stepsOf(trace.probes), steps = visibleSteps(trace.probes, probed, floorOf);
  const column = new Map(steps.map((step, i) => [step, i]));
  const shown = steps.length < probed.length
    ? trace.probes.filter(({ step }) => column.has(step))
    : trace.probes;
  const series = (value: (probe: Probe) => number | undefined) => {
    const rows = Array.from({ length: trace.replicas }, () => new Array<number>(steps.length).fill(NaN));
    for (const probe of shown) rows[probe.replica][column.get(probe.step)!] = value(probe) ?? NaN;
    return rows;
  };

  const layers = (trace.probes[0]?.layers ?? []).map((first, l, all) => {
    const ranks = trace.epsilons.map((epsilon, e): RankSeries => {
      const end = (key: "rank" | "low" | "high") =>
        series((probe) => (probe.layers[l]?.ranks[e] as RankInterval | undefined)?.[key]);
      return { epsilon, rank: end("rank"), low: end("low"), high: end("high") };
    });
    const stairs = significantStairs(findStairs(
      probed,
      medianRanks(trace, { steps: probed, layer: l, e: smallest }),
      hysteresis === undefined ? {} : { hysteresis },
    ));
    const label = `hidden layer ${first.layer}${all.length > 1 && l === all.length - 1 ? ", terminal" : ""}`;
    // The first probe of a run always solves for spectra.
    const width = first.kind === "spectrum" ? first.eigenvalues.length : 0;
    const own = named?.[l];
    return { label: own?.name ?? label, width: own?.width ?? width, ranks, stairs };
  });
  return {
    title,
    subtitle,
    lossName,
    threshold,
    ...part && { part },
    steps,
    loss: series((probe) => probe.loss),
    floor: hasFloor ? { epsilon: trace.epsilons[smallest], values: series(floorOf) } : null,
    layers,
  };
}

/**
 * Lower medians, over the replicas, of the ends of certified intervals. The lower median is
 * monotone: that of the lower ends is below that of the ranks.
 */
function medianRanks(
  { probes, replicas }: Trace,
  { steps, layer, e }: { readonly steps: readonly number[]; readonly layer: number; readonly e: number },
): RankBounds[] {
  const column = new Map(steps.map((step, i) => [step, i])), count = steps.length;
  const low = new Float64Array(replicas * count).fill(NaN), high = low.slice();
  for (const { step, replica, layers } of probes) {
    const rank: RankInterval | undefined = layers[layer]?.ranks[e],
      at = column.get(step)! * replicas + replica;
    low[at] = rank?.low ?? NaN;
    high[at] = rank?.high ?? NaN;
  }
  return steps.map((_, i) => {
    const median = (ends: Float64Array) => lowerMedian(ends.subarray(i * replicas, (i + 1) * replicas));
    return { low: median(low), high: median(high) };
  });
}
