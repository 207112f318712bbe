/**
 * The summary of a run.
 *
 * @module
 */
import { lowerMedian } from "../stats/median.ts";
import type { RankInterval } from "../rank/certificates/rank_interval.ts";
import { spearman } from "../stats/spearman.ts";
import { spectralBounds, type SpectralRanks, spectralRanks } from "../rank/ranks/spectral_bounds.ts";
import { findStairs, type Staircase } from "../rank/stairs/find_stairs.ts";
import { type StairTests, testReplicas, testStairs } from "./stair_tests.ts";
import type { Probe, Trace } from "./trace.ts";

/** One threshold's ε-rank of one layer over a run. */
export interface RankSummary {
  /** Threshold ε. */
  readonly epsilon: number;
  /** Rank at the first probe. */
  readonly initial: number;
  /** Rank at the last probe, with its certified interval. */
  readonly final: RankInterval;
  /** Largest rank at any probe. */
  readonly largestRank: number;
  /** Largest fall of the rank below its running maximum, from 0. */
  readonly furthestFall: number;
  /** Share, from 0 to 1, of the probes whose rank is certain: both ends of its interval agree. */
  readonly certainShare: number;
  /**
   * Spearman's ρ between rank and log loss over the probes, from −1 to 1; NaN if either is
   * constant.
   */
  readonly spearman: number;
  /**
   * Stairs of the rank, and the jumps between them, with their p-values; none of a replica whose
   * stairs are not asked for.
   */
  readonly staircase: Staircase;
  /** Tests of the stairs, and of the loss at their jumps; NaN where they are not asked for. */
  readonly tests: StairTests;
}

/**
 * One layer over a run. Ranks that need no threshold are those of its last spectrum, with
 * eigenvalues λ and σ = √λ.
 */
export interface LayerSummary extends SpectralRanks {
  /** Index of the hidden layer, from 1. */
  readonly layer: number;
  /** ε-ranks over the run, in the order of the thresholds. */
  readonly ranks: readonly RankSummary[];
  /** Number of spectra that were solved. Probes that only count ranks solve none. */
  readonly spectra: number;
  /** Share of these, from 0 to 1, that were solved in double-single arithmetic. */
  readonly doubleShare: number;
  /** Bounds on the errors of the six measures. */
  readonly spectralBounds: SpectralRanks;
}

/** One replica's run. */
export interface ReplicaSummary {
  /** Index of the replica. */
  readonly replica: number;
  /** Step at which its loss became NaN or infinite; `null` if it did not. */
  readonly divergedAt: number | null;
  /** Loss at the last probe. */
  readonly loss: number;
  /** Accuracy at the last probe, from 0 to 1; `null` if the task has no classes. */
  readonly accuracy: number | null;
  /**
   * Relative error of the solution at the last probe; `null` if the task is no equation, or its
   * solution is not known.
   */
  readonly relativeError: number | null;
  /**
   * Whether the loss lies on or above its floor at every probe that has one; `null` if no probe
   * has.
   */
  readonly floorHolds: boolean | null;
  /** The hidden layers, first to last. */
  readonly layers: readonly LayerSummary[];
}

/** A run in a few numbers. */
export interface TraceSummary {
  /** Lower median, over the replicas, of the loss at the last probe. */
  readonly loss: number;
  /** Lower median of that accuracy; `null` if the task has no classes. */
  readonly accuracy: number | null;
  /** Lower median of that relative error; `null` if there is none. */
  readonly relativeError: number | null;
  /**
   * p-value, for each threshold, that the loss of the replicas falls at the jumps of their own
   * terminal rank more than at those of others; NaN with fewer than three replicas.
   */
  readonly pairings: readonly number[];
  /** The replicas that have a probe. */
  readonly replicas: readonly ReplicaSummary[];
}

/** What of a trace is summarised. */
export interface SummaryOptions {
  /**
   * Tells of a replica whether its stairs are found and tested, which takes some ten milliseconds.
   * Default: those of all are.
   */
  readonly isTested?: (replica: number) => boolean;
}

/**
 * Summarises a trace. Replicas without a single probe (diverged at once) are left out.
 *
 * @param trace Record of a run.
 * @param diverged Step at which the loss of a replica became NaN or infinite, by replica.
 * @param options Replicas whose stairs are tested.
 * @returns The summary; its loss is NaN if there is no probe at all.
 */
export function summarize(
  trace: Trace,
  diverged: ReadonlyMap<number, number> = new Map(),
  { isTested = () => true }: SummaryOptions = {},
): TraceSummary {
  const probesOf: Probe[][] = Array.from({ length: trace.replicas }, () => []);
  for (const probe of trace.probes) probesOf[probe.replica].push(probe);
  const replicas = probesOf.flatMap((probes, replica) => {
    if (probes.length === 0) return [];
    const divergedAt = diverged.get(replica) ?? null;
    return [summarizeReplica(probes, trace.epsilons, { divergedAt, isTested: isTested(replica) })];
  });
  return {
    loss: lowerMedian(replicas.map(({ loss }) => loss)),
    accuracy: medianOfSome(replicas.map(({ accuracy }) => accuracy)),
    relativeError: medianOfSome(replicas.map(({ relativeError }) => relativeError)),
    pairings: trace.epsilons.map((_, e) =>
      testReplicas(replicas.flatMap(({ replica, layers }) => {
        const terminal = layers.at(-1);
        if (!terminal || !isTested(replica)) return [];
        return [{ probes: probesOf[replica], staircase: terminal.ranks[e].staircase }];
      }))
    ),
    replicas,
  };
}

/** Of a replica whose stairs are not asked for. */
const UNTOLD: Staircase = { stairs: [], jumps: [], flicker: NaN, shortest: NaN, doubt: null };
const UNTESTED: StairTests = {
  sharpness: NaN,
  ramp: { levels: 0, roughness: NaN, pValue: NaN },
  coupling: { pValue: NaN, lagPValue: NaN, lag: NaN },
  changes: { value: NaN, pValue: NaN },
  floor: null,
};

function medianOfSome(values: readonly (number | null)[]): number | null {
  const some = values.filter((value) => value !== null);
  return some.length > 0 ? lowerMedian(some) : null;
}

function summarizeReplica(
  probes: readonly Probe[],
  epsilons: readonly number[],
  { divergedAt, isTested }: { readonly divergedAt: number | null; readonly isTested: boolean },
): ReplicaSummary {
  const last = probes[probes.length - 1];
  return {
    replica: last.replica,
    divergedAt,
    loss: last.loss,
    accuracy: last.accuracy,
    relativeError: last.relativeError ?? null,
    floorHolds: floorHolds(probes),
    layers: last.layers.map(({ layer }, l) => {
      // In the record of another program a layer may have no rank at some steps.
      const own = probes.filter(({ layers }) => !Number.isNaN(layers[l].ranks[0]?.rank));
      const spectra = own.map(({ layers }) => layers[l]).filter((found) => found.kind === "spectrum");
      // A run that was stopped, or diverged, may end with probes that only counted; the first probe
      // never does.
      const { eigenvalues, bounds } = spectra[spectra.length - 1];
      return {
        layer,
        ranks: epsilons.map((epsilon, e) => summarizeRank(own, l, e, { epsilon, isTested })),
        spectra: spectra.length,
        doubleShare: spectra.filter(({ precision }) => precision === "double").length / spectra.length,
        ...spectralRanks(eigenvalues),
        spectralBounds: spectralBounds(eigenvalues, bounds),
      };
    }),
  };
}

function floorHolds(probes: readonly Probe[]): boolean | null {
  const checks = probes.flatMap((probe) =>
    probe.kind === "spectrum" && probe.floors ? [probe.floors.every((floor) => !(floor > probe.loss))] : []
  );
  return checks.length > 0 ? checks.every((holds) => holds) : null;
}

function summarizeRank(
  probes: readonly Probe[],
  layer: number,
  e: number,
  { epsilon, isTested }: { readonly epsilon: number; readonly isTested: boolean },
): RankSummary {
  const intervals = probes.map((probe) => probe.layers[layer].ranks[e]);
  const ranks = intervals.map(({ rank }) => rank);
  const isTerminal = layer === probes[0].layers.length - 1;
  const staircase = isTested ? findStairs(probes.map(({ step }) => step), intervals) : UNTOLD;
  let largestRank = 0, furthestFall = 0;
  for (const rank of ranks) {
    largestRank = Math.max(largestRank, rank);
    furthestFall = Math.max(furthestFall, largestRank - rank);
  }
  return {
    epsilon,
    initial: ranks[0],
    final: intervals[intervals.length - 1],
    largestRank,
    furthestFall,
    certainShare: intervals.filter(({ low, high }) => low === high).length / intervals.length,
    spearman: spearman(ranks, probes.map(({ loss }) => Math.log(loss))),
    staircase,
    tests: isTested ? testStairs(probes, staircase, { layer, e, isTerminal }) : UNTESTED,
  };
}
