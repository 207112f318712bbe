/**
 * From the record of a run to the figure of it.
 *
 * @module
 */
import type { RankSeries, StaircaseFigureData } from "./staircase_data.ts";
import { lowerMedian } from "../../stats/median.ts";
import type { RankInterval, Threshold } from "../../rank/certificates/rank_interval.ts";
import { findStairs } from "../../rank/ranks/stairs.ts";
import type { Probe, Trace } from "../../train/trace.ts";

/** What a trace does not know of itself. */
export interface StaircaseDataOptions {
  /** Heading of the figure. */
  readonly title: string;
  /** What was trained, and how. */
  readonly subtitle: string;
  /** What the loss is, such as "weighted mean squared error". */
  readonly lossName: string;
  /** How the thresholds were meant. */
  readonly threshold: Threshold;
  /** Hysteresis of the stairs in probes; by default that of {@linkcode findStairs}. */
  readonly hysteresis?: number;
}

/**
 * Arranges a trace as the staircase figure wants it. The stairs and the loss floor are those of the smallest ε, the
 * stairs those of the lower median over the replicas. A replica that has no probe at a step has NaN there.
 *
 * @param trace The record of a run.
 * @param options What it does not know of itself.
 * @returns What the figure is drawn from; without steps and layers where the trace has no probes.
 * @throws {InputError} If the hysteresis is not an integer from 1.
 */
export function staircaseData(trace: Trace, options: StaircaseDataOptions): StaircaseFigureData {
  const { title, subtitle, lossName, threshold, hysteresis } = options;
  const steps = [...new Set(trace.probes.map((probe) => probe.step))].sort((a, b) => a - b);
  const column = new Map(steps.map((step, i) => [step, i]));
  const series = (value: (probe: Probe) => number | undefined) => {
    const rows = Array.from({ length: trace.replicas }, () => new Array<number>(steps.length).fill(NaN));
    for (const probe of trace.probes) rows[probe.replica][column.get(probe.step)!] = value(probe) ?? NaN;
    return rows;
  };

  const smallest = trace.epsilons.indexOf(Math.min(...trace.epsilons));
  const floorOf = (probe: Probe) => probe.kind === "spectrum" ? probe.floors?.[smallest] : undefined;
  const hasFloor = trace.probes.some((probe) => floorOf(probe) !== undefined);
  const layers = (trace.probes[0]?.layers ?? []).map((first, l, all) => {
    const ranks = trace.epsilons.map((epsilon, e): RankSeries => {
      const end = (key: "rank" | "low" | "high") =>
        series((probe) => (probe.layers[l]?.ranks[e] as RankInterval | undefined)?.[key]);
      return { epsilon, rank: end("rank"), low: end("low"), high: end("high") };
    });
    const median = steps.map((_, i) => lowerMedian((ranks[smallest]?.rank ?? []).map((row) => row[i])));
    const { stairs } = findStairs(steps, median, hysteresis === undefined ? {} : { hysteresis });
    const label = `hidden layer ${first.layer}${all.length > 1 && l === all.length - 1 ? ", terminal" : ""}`;
    // The first probe of a run always solves for spectra.
    const width = first.kind === "spectrum" ? first.eigenvalues.length : 0;
    return { label, width, ranks, stairs };
  });
  return {
    title,
    subtitle,
    lossName,
    threshold,
    steps,
    loss: series((probe) => probe.loss),
    floor: hasFloor ? { epsilon: trace.epsilons[smallest], values: series(floorOf) } : null,
    layers,
  };
}
