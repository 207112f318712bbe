/**
 * The outcome of a trial, in the numbers that table and figure need.
 *
 * @module
 */
import type { SpectralRanks } from "../../rank/ranks/spectral_bounds.ts";
import type { RankSummary, ReplicaSummary, TraceSummary } from "../../train/summary.ts";
import type { Probe, Trace } from "../../train/trace.ts";
import type { Trial, TrialSettings } from "./trial.ts";

/** One threshold's ε-rank of one layer of a trial. */
export interface RankOutcome {
  /** Threshold ε. */
  readonly epsilon: number;
  /** Rank at the first probe. */
  readonly initial: number;
  /** Rank at the last probe. */
  readonly rank: number;
  /** Least rank there that the bounds of the eigenvalues allow. */
  readonly low: number;
  /** Largest rank there that the bounds of the eigenvalues allow. */
  readonly high: number;
  /** Largest rank at any probe. */
  readonly largestRank: number;
  /** Step of the first probe with that rank. */
  readonly largestRankStep: number;
  /** Share of the probes whose rank is certain. */
  readonly certainShare: number;
  /** Number of stairs. */
  readonly stairs: number;
  /** Number of significant jumps. */
  readonly jumps: number;
  /** p-values of the stairs; NaN where there is too little to test. */
  readonly pValues: {
    readonly sharp: number;
    readonly trend: number;
    readonly loss: number;
    readonly lag: number;
    readonly change: number;
    readonly floor: number;
  };
}

/** One layer of a trial. */
export interface LayerOutcome extends Omit<SpectralRanks, "energyRank"> {
  /** Index of the hidden layer, from 1. */
  readonly layer: number;
  /** ε-ranks in the order of the thresholds. */
  readonly ranks: readonly RankOutcome[];
}

/** Loss and terminal ranks at some of the probes, for the figure. */
export interface TrialSeries {
  /** Steps. */
  readonly steps: readonly number[];
  /** Loss over all training samples. */
  readonly losses: readonly number[];
  /** ε-ranks of the last hidden layer, `[threshold][probe]`. */
  readonly ranks: readonly (readonly number[])[];
}

/** The outcome of a trial. */
export interface TrialOutcome {
  /** The trial. */
  readonly id: string;
  /** `done`, or `diverged` if its loss became NaN or infinite. */
  readonly status: "done" | "diverged";
  /** First step whose loss was not finite; `null` if there is none. */
  readonly divergedAt: number | null;
  /** Step of the last probe; `null` if it diverged before the first. */
  readonly lastStep: number | null;
  /** Loss at the last probe; NaN without a probe. */
  readonly loss: number;
  /** Least loss at any probe; NaN without a probe. */
  readonly leastLoss: number;
  /** Step of the first probe with that loss; `null` without a probe. */
  readonly leastLossStep: number | null;
  /** Accuracy at the last probe; `null` if the task has no classes. */
  readonly accuracy: number | null;
  /** Relative error of the solution at the last probe; `null` if the task is no equation. */
  readonly relativeError: number | null;
  /** Whether the loss lies on or above its floor at each probe that has one; `null` if none has. */
  readonly floorHolds: boolean | null;
  /** The hidden layers; none if it diverged before the first probe. */
  readonly layers: readonly LayerOutcome[];
  /** Its course. */
  readonly series: TrialSeries;
}

/** Most probes of a series, about: a panel of the figure is less than 900 pixels wide. */
const MOST_POINTS = 500;

/**
 * Takes the outcomes of the trials of a batch from its training.
 *
 * @param trials The trials; trial r is replica r.
 * @param trace Record of the training.
 * @param summary The record in a few numbers.
 * @param diverged Step at which the loss of a replica became NaN or infinite, by replica.
 * @returns Outcomes in the order of the trials.
 */
export function trialOutcomes(
  trials: readonly Trial[],
  trace: Trace,
  { summary, diverged }: {
    readonly summary: TraceSummary;
    readonly diverged: ReadonlyMap<number, number>;
  },
): TrialOutcome[] {
  const probes = Map.groupBy(trace.probes, ({ replica }) => replica);
  const summaries = new Map(summary.replicas.map((each) => [each.replica, each]));
  return trials.map((trial, replica) =>
    outcomeOf(trial, probes.get(replica) ?? [], summaries.get(replica), diverged.get(replica) ?? null)
  );
}

function outcomeOf(
  { id, settings }: Trial,
  probes: readonly Probe[],
  summary: ReplicaSummary | undefined,
  divergedAt: number | null,
): TrialOutcome {
  let least: Probe | undefined;
  for (const probe of probes) if (!least || probe.loss < least.loss) least = probe;
  return {
    id,
    status: divergedAt === null ? "done" : "diverged",
    divergedAt,
    lastStep: probes.at(-1)?.step ?? null,
    loss: summary?.loss ?? NaN,
    leastLoss: least?.loss ?? NaN,
    leastLossStep: least?.step ?? null,
    accuracy: summary?.accuracy ?? null,
    relativeError: summary?.relativeError ?? null,
    floorHolds: summary?.floorHolds ?? null,
    layers: (summary?.layers ?? []).map((layer, l) => ({
      layer: layer.layer,
      effectiveRank: layer.effectiveRank,
      rankMe: layer.rankMe,
      stableRank: layer.stableRank,
      participationRatio: layer.participationRatio,
      nuclearNormRatio: layer.nuclearNormRatio,
      ranks: layer.ranks.map((rank, e) => rankOutcome(rank, probes, l, e)),
    })),
    series: seriesOf(probes, settings),
  };
}

function rankOutcome(rank: RankSummary, probes: readonly Probe[], l: number, e: number): RankOutcome {
  const { epsilon, initial, final, largestRank, certainShare, staircase, tests } = rank;
  return {
    epsilon,
    initial,
    rank: final.rank,
    low: final.low,
    high: final.high,
    largestRank,
    largestRankStep: probes.find(({ layers }) => layers[l].ranks[e].rank === largestRank)!.step,
    certainShare,
    stairs: staircase.stairs.length,
    jumps: staircase.jumps.filter(({ isSignificant }) => isSignificant).length,
    pValues: {
      sharp: tests.sharpness,
      trend: tests.ramp.pValue,
      loss: tests.coupling.pValue,
      lag: tests.coupling.lagPValue,
      change: tests.changes.pValue,
      floor: tests.floor?.pValue ?? NaN,
    },
  };
}

/**
 * Takes some of the probes, at steps that do not depend on where the trial ended, so that series of
 * several seeds go together.
 */
function seriesOf(
  probes: readonly Probe[],
  { steps, probeEvery }: Pick<TrialSettings, "steps" | "probeEvery">,
): TrialSeries {
  const every = probeEvery * Math.ceil((steps / probeEvery + 1) / MOST_POINTS);
  const some = probes.filter(({ step }) => step % every === 0 || step === steps);
  const terminal = some.map(({ layers }) => layers[layers.length - 1].ranks);
  return {
    steps: some.map(({ step }) => step),
    losses: some.map(({ loss }) => loss),
    ranks: (terminal[0] ?? []).map((_, e) => terminal.map((ranks) => ranks[e].rank)),
  };
}
