/**
 * The record of a run as columns, which views read fast and a page can hold.
 *
 * @module
 */
import { stepsOf, visibleSteps } from "../../plot/staircase/visible_steps.ts";
import type { Threshold } from "../../rank/certificates/rank_interval.ts";
import { evenly } from "./evenly.ts";
import type { Probe, SpectrumProbe, Trace } from "../../train/trace.ts";

/** Ranks at one threshold, R × P, replica by replica; −1 where a replica has no probe. */
export interface RankColumns {
  /** Ranks. */
  readonly rank: Int32Array;
  /** Lower ends of the certified intervals. */
  readonly low: Int32Array;
  /** Upper ends. */
  readonly high: Int32Array;
}

/** One hidden layer. */
export interface LayerColumns {
  /** Number of neurons n. */
  readonly width: number;
  /** Ranks at the thresholds of the run. */
  readonly ranks: readonly RankColumns[];
  /** Eigenvalues λ̂, R × S × n, descending; NaN where a replica has no spectrum. */
  readonly eigenvalues: Float64Array;
  /** Bounds δ of them. */
  readonly bounds: Float64Array;
  /** Whether a rank is of double-single arithmetic, R × P. */
  readonly isDouble: Uint8Array;
}

/** A run of R replicas, with P steps at which it was probed, S of them with spectra. */
export interface RunColumns {
  /** Number of replicas R that are there, from the first: at most {@linkcode MOST_REPLICAS}. */
  readonly replicas: number;
  /** Thresholds of the run. */
  readonly epsilons: readonly number[];
  /** Kind of these. */
  readonly threshold: Threshold;
  /** The steps, ascending: P. */
  readonly steps: Float64Array;
  /** Indices of the steps that have spectra, ascending: S. */
  readonly spectrumAt: Uint32Array;
  /** Whether a replica has spectra at such a step, R × S. */
  readonly isSolved: Uint8Array;
  /** Losses, R × P; NaN where a replica has no probe. */
  readonly loss: Float64Array;
  /** Accuracies, R × P; `null` if the task has no classes. */
  readonly accuracy: Float64Array | null;
  /** Relative errors of the solution, R × P; `null` if there are none. */
  readonly relativeError: Float64Array | null;
  /** Floors of the loss at each threshold, R × P; `null` if there are none. */
  readonly floors: readonly Float64Array[] | null;
  /** The hidden layers, first to last. */
  readonly layers: readonly LayerColumns[];
  /** Replicas, steps that were probed, and steps with spectra, before any were left out. */
  readonly recorded: { readonly replicas: number; readonly steps: number; readonly spectra: number };
}

/**
 * Most replicas that are kept. They differ by their random streams, so that the medians and bands
 * of so many are close to those of all.
 */
export const MOST_REPLICAS = 256;

/** Most steps that are all kept; of more replicas than 64, most steps of all of them. */
const MOST_STEPS = 4000, MOST_PLACES = 64 * MOST_STEPS;

/** Steps that are all kept for each block that more of them are cut into. */
const BLOCK = 4;

/** Most eigenvalues that are kept: with their bounds about 12 MB in a page. */
const MOST_EIGENVALUES = 600_000;

/**
 * Arranges a trace in columns. Of very many replicas it keeps the first, of a long trace the steps
 * that can be seen, with all peaks, and as many spectra as fit, evenly spaced, the first and the
 * last among them.
 *
 * @param trace The trace.
 * @param threshold Kind of its thresholds.
 * @param hidden Widths of the hidden layers, for a run without probes. Default: those of a probe.
 * @returns The columns.
 */
export function columnsOf(
  trace: Trace,
  threshold: Threshold,
  hidden?: readonly number[],
): RunColumns {
  const { epsilons } = trace, replicas = Math.min(trace.replicas, MOST_REPLICAS);
  const probes = replicas < trace.replicas
    ? trace.probes.filter(({ replica }) => replica < replicas)
    : trace.probes;
  const smallest = epsilons.indexOf(Math.min(...epsilons));
  const probed = stepsOf(probes), solved = stepsOf(probes.filter(({ kind }) => kind === "spectrum"));
  const widths = hidden ??
    (probes.find((probe) => probe.kind === "spectrum") as SpectrumProbe | undefined)?.layers
      .map(({ eigenvalues }) => eigenvalues.length) ??
    [];
  const each = replicas * widths.reduce((sum, width) => sum + width, 0);
  const spectra = evenly(solved, Math.max(2, Math.floor(MOST_EIGENVALUES / Math.max(1, each))));
  const floorOf = (probe: Probe) => probe.kind === "spectrum" ? probe.floors?.[smallest] : undefined;
  const most = Math.min(MOST_STEPS, Math.floor(MOST_PLACES / replicas));
  const visible = visibleSteps(probes, probed, floorOf, { most, blocks: Math.ceil(most / BLOCK) });
  const steps = Float64Array.from([...new Set([...visible, ...spectra])].sort((a, b) => a - b));
  const column = new Map(Array.from(steps, (step, i) => [step, i]));
  const spectrumAt = Uint32Array.from(spectra, (step) => column.get(step)!);
  const place = new Map(spectra.map((step, s) => [step, s]));
  const P = steps.length, S = spectra.length, empty = () => new Float64Array(replicas * P).fill(NaN);
  const loss = empty(), accuracy = empty(), relativeError = empty(), floors = epsilons.map(empty);
  const isSolved = new Uint8Array(replicas * S);
  const layers = widths.map((width): LayerColumns => ({
    width,
    ranks: epsilons.map(() => {
      const [rank, low, high] = [0, 1, 2].map(() => new Int32Array(replicas * P).fill(-1));
      return { rank, low, high };
    }),
    eigenvalues: new Float64Array(replicas * S * width).fill(NaN),
    bounds: new Float64Array(replicas * S * width).fill(NaN),
    isDouble: new Uint8Array(replicas * P),
  }));
  for (const probe of probes) {
    const p = column.get(probe.step);
    if (p === undefined) continue;
    const at = probe.replica * P + p, s = place.get(probe.step);
    loss[at] = probe.loss;
    accuracy[at] = probe.accuracy ?? NaN;
    relativeError[at] = probe.relativeError ?? NaN;
    if (probe.kind === "spectrum") {
      if (s !== undefined) isSolved[probe.replica * S + s] = 1;
      for (const [e, floor] of (probe.floors ?? []).entries()) floors[e][at] = floor;
    }
    for (const [l, layer] of probe.layers.entries()) {
      const { ranks, width, eigenvalues, bounds, isDouble } = layers[l];
      for (const [e, { rank, low, high }] of layer.ranks.entries()) {
        ranks[e].rank[at] = rank;
        ranks[e].low[at] = low;
        ranks[e].high[at] = high;
      }
      isDouble[at] = layer.precision === "double" ? 1 : 0;
      if (probe.kind !== "spectrum" || layer.kind !== "spectrum" || s === undefined) continue;
      eigenvalues.set(layer.eigenvalues, (probe.replica * S + s) * width);
      bounds.set(layer.bounds, (probe.replica * S + s) * width);
    }
  }
  const some = (values: Float64Array) => values.some((value) => !Number.isNaN(value)) ? values : null;
  return {
    replicas,
    epsilons,
    threshold,
    steps,
    spectrumAt,
    isSolved,
    loss,
    accuracy: some(accuracy),
    relativeError: some(relativeError),
    floors: floors.some(some) ? floors : null,
    layers,
    recorded: { replicas: trace.replicas, steps: probed.length, spectra: solved.length },
  };
}
