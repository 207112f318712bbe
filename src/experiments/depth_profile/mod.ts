/**
 * The rank along depth: ε-ranks of all layers of a deep network, at the start and after training.
 *
 * @module
 */
import { InputError } from "../../errors.ts";
import type { Gpu } from "../../gpu/device.ts";
import { csv } from "../../io/csv.ts";
import { depthProfileFigure } from "./figure.ts";
import { spearman } from "../../stats/spearman.ts";
import { effectiveRank } from "../../rank/ranks/spectral_ranks.ts";
import { taskDefaults } from "../../tasks/defaults.ts";
import type { TrainingOptions } from "../../train/options.ts";
import { type Probe, spectrumProbes, type Trace } from "../../train/trace.ts";
import { Training } from "../../train/training.ts";
import type { ExperimentResult } from "../core/record.ts";
import { follow } from "../../train/follow.ts";
import { judge, type Verdict } from "../core/verdict.ts";

/** Replicas, which are the seeds of the statistics. */
const REPLICAS = 5;
/** Hidden layers by default, and neurons of each. */
const DEPTH = 12, WIDTH = 30;

/** A finished run: its record, its verdicts, its table and its picture. */
export interface DepthProfileResult extends ExperimentResult {
  /** The record, of the first and the last step. */
  readonly trace: Trace;
  /** The table, as CSV. */
  readonly table: string;
  /** The figure, as SVG. */
  readonly figure: string;
}

/**
 * Trains replicas of a deep network and compares the ε-ranks of its hidden layers at the start with those after training.
 *
 * @param gpu Device.
 * @param options What to train, and how; 5 replicas of 12 layers of 30 neurons unless told otherwise.
 * @param onProgress Called as results arrive, with the number of updates made.
 * @returns The run. A run that diverged, or that the signal stopped, is returned as far as it came.
 * @throws {InputError} Where an option is out of range, or there is but one hidden layer or no update.
 */
export async function depthProfile(
  gpu: Gpu,
  options: TrainingOptions,
  onProgress: (steps: number) => void = () => {},
): Promise<DepthProfileResult> {
  const hidden = options.hidden ?? new Array<number>(DEPTH).fill(WIDTH);
  const steps = options.steps ?? taskDefaults(options.task).steps;
  if (hidden.length < 2) throw new InputError("one hidden layer has no depth: give two at least");
  if (steps < 1) throw new InputError("no update, nothing to compare: give one step at least");
  const complete = { replicas: REPLICAS, ...options, hidden, steps, spectraEvery: 1 };
  using training = await Training.create(gpu, complete);
  await follow(training, ({ step, replica }) => {
    if (replica === 0) onProgress(step);
  });
  const { diverged, updates, milliseconds } = training;
  const { task, optimizer: { name, learningRate }, seed } = training.options;
  const ends = endsOf(training.trace, new Set(diverged.keys()));
  const { epsilons } = training.trace;
  const trace = { ...training.trace, probes: ends.flatMap(({ start, end }) => [start, end]) };
  return {
    options: training.options,
    trace,
    verdicts: depthVerdicts(trace),
    diverged: [...diverged].map(([replica, step]) => ({ replica, step })),
    table: profileTable(trace),
    figure: depthProfileFigure({
      title: `Rank along depth: ${task.description}`,
      subtitle:
        `${training.network.widths.join("-")} ${
          training.network.activations[0].name
        } · ${name}, learning rate ` +
        `${learningRate}, ${updates} steps · ${ends.length} replicas of seed ${seed}`,
      layers: hidden.map((_, l) => l + 1),
      stages: [
        { label: "at the start", ranks: ranksOf(ends.map(({ start }) => start), epsilons) },
        { label: "after training", ranks: ranksOf(ends.map(({ end }) => end), epsilons) },
      ],
    }),
    timing: { steps: updates, milliseconds },
  };
}

/**
 * Judges the claims, by the smallest ε.
 *
 * @param trace Probes of the first and the last step of each replica that counts.
 * @returns The verdicts: that ranks rise along depth at the start, that they do after training, and that training raises them.
 */
export function depthVerdicts(trace: Trace): Verdict[] {
  const smallest = trace.epsilons.indexOf(Math.min(...trace.epsilons));
  const ends = endsOf(trace);
  const rank = ({ layers }: Probe) => layers.map(({ ranks }) => ranks[smallest].rank);
  const along = (probe: Probe) => spearman(probe.layers.map(({ layer }) => layer), rank(probe));
  // Not a correlation, which there is none of where all layers have one rank.
  const gained = (probe: Probe) => rank(probe)[probe.layers.length - 1] - rank(probe)[0];
  const raised = ({ start, end }: Ends) => {
    const before = rank(start);
    return rank(end).reduce((sum, after, l) => sum + after - before[l], 0) / before.length;
  };
  const epsilon = trace.epsilons[smallest];
  return [
    judge(
      `at the start the last layer ranks above the first, ε = ${epsilon}`,
      "difference of their ranks",
      ends.map(({ start }) => gained(start)),
      { above: 0 },
    ),
    judge(
      `after training later layers rank above earlier ones, ε = ${epsilon}`,
      "Spearman's ρ of layer and rank",
      ends.map(({ end }) => along(end)),
      { above: 0 },
    ),
    judge(
      `training raises the rank, ε = ${epsilon}`,
      "mean over layers of the rank gained",
      ends.map(raised),
      {
        above: 0,
      },
    ),
  ];
}

/** First and last probe of a replica. */
interface Ends {
  readonly start: Probe;
  readonly end: Probe;
}

/** Those of each replica that counts, and was trained. */
function endsOf(trace: Trace, leftOut: ReadonlySet<number> = new Set()): Ends[] {
  return Array.from({ length: trace.replicas }, (_, replica) => replica)
    .filter((replica) => !leftOut.has(replica))
    .map((replica) => trace.probes.filter((probe) => probe.replica === replica))
    .filter((probes) => probes.length > 1)
    .map((probes) => ({ start: probes[0], end: probes[probes.length - 1] }));
}

/** Ranks at each threshold, smallest ε first: `[replica][layer]`. */
function ranksOf(probes: readonly Probe[], epsilons: readonly number[]) {
  return epsilons.map((epsilon, e) => ({
    epsilon,
    values: probes.map(({ layers }) => layers.map(({ ranks }) => ranks[e].rank)),
  })).sort((a, b) => a.epsilon - b.epsilon);
}

/** A row for each replica, end, layer and ε: `replica,step,loss,layer,epsilon,rank,rank_low,rank_high,effective_rank`. */
function profileTable(trace: Trace): string {
  const rows = spectrumProbes(trace).flatMap((probe) =>
    probe.layers.flatMap((layer) => layer.ranks.map((rank) => ({ probe, layer, rank })))
  );
  return csv([
    ["replica", rows.map(({ probe }) => probe.replica)],
    ["step", rows.map(({ probe }) => probe.step)],
    ["loss", rows.map(({ probe }) => probe.loss)],
    ["layer", rows.map(({ layer }) => layer.layer)],
    ["epsilon", rows.map(({ rank }) => rank.epsilon)],
    ["rank", rows.map(({ rank }) => rank.rank)],
    ["rank_low", rows.map(({ rank }) => rank.low)],
    ["rank_high", rows.map(({ rank }) => rank.high)],
    ["effective_rank", rows.map(({ layer }) => effectiveRank(layer.eigenvalues))],
  ]);
}
