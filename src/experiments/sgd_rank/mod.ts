/**
 * The rank bias of SGD: smaller batches, larger learning rates and stronger weight decay lower the rank of trained weight
 * matrices (Galanti, Siegel, Gupte, Poggio, arXiv:2206.05794).
 *
 * @module
 */
import { DivergenceError } from "../../errors.ts";
import type { Gpu } from "../../gpu/device.ts";
import { csv } from "../../io/csv.ts";
import { sgdRankFigure } from "./figure.ts";
import { stableRank } from "../../rank/ranks/spectral_ranks.ts";
import { Training } from "../../train/training.ts";
import type { Divergence, ExperimentResult } from "../core/record.ts";
import { sgdRankFigureData } from "./figure_data.ts";
import { measureNetworks, nameOf, placeOf, type SgdRankNetwork } from "./network.ts";
import {
  type CompleteSgdRankOptions,
  completeSgdRankOptions,
  type SgdRankOptions,
  type SgdRankRun,
  sgdRankRuns,
} from "./options.ts";
import { sgdRankVerdicts } from "./verdicts.ts";

/** Milliseconds from one word of progress to the next. */
const PROGRESS_EVERY = 500;

/** A finished study: its networks, its verdicts, its table and its picture. */
export interface SgdRankResult extends ExperimentResult<CompleteSgdRankOptions> {
  /** Networks that were trained to the end. */
  readonly networks: readonly SgdRankNetwork[];
  /** The table, as CSV. */
  readonly table: string;
  /** The figure, as SVG. */
  readonly figure: string;
}

/**
 * Trains networks by plain SGD on a grid of batch sizes, learning rates and weight decays, and compares the numerical ranks of
 * their weight matrices.
 *
 * Batch sizes are compared twice, since no one comparison is fair in all. With the same number of *updates* all else is equal:
 * weight decay has shrunk the initial weights by the same factor (1 − ηλ)^T, and past gradients are forgotten equally fast. It
 * is the test of what the batch itself does; but small batches have seen fewer samples then. With the same number of *epochs*
 * all have seen the same samples, as in practice; but small batches have made more updates, each of which decays the weights,
 * so that a lower rank may be the work of weight decay alone. Learning rates and weight decays are compared with the same
 * number of updates, in which a larger one of either decays the weights further: that is the bias claimed.
 *
 * The bound behind the claims, of the order of B log(1/τ) / (ηλ) for batches of B and a tolerance τ, is far above the width of
 * small networks at rates at which they still learn. It says nothing of them; the study does.
 *
 * All networks of a batch size and a number of updates are replicas of one training run.
 *
 * @param gpu Device.
 * @param options What to train, and how.
 * @param onProgress Called now and then, with the number of updates made in all runs.
 * @returns The study. One that the signal stopped has the runs that were done by then.
 * @throws {InputError} Where an option is out of range, or the task has no classes.
 */
export async function sgdRank(
  gpu: Gpu,
  options: SgdRankOptions,
  onProgress: (steps: number) => void = () => {},
): Promise<SgdRankResult> {
  const complete = completeSgdRankOptions(options);
  const networks: SgdRankNetwork[] = [];
  const diverged: Divergence[] = [];
  let steps = 0, milliseconds = 0;
  for (const [index, run] of sgdRankRuns(complete.batches, complete.updates).entries()) {
    if (options.signal?.aborted) break;
    using training = await createTraining(gpu, complete, run, options.signal);
    // Not by probes, each of which takes as long as a hundred updates of networks this small.
    const made = () => training.updates;
    const timer = setInterval(() => onProgress(steps + made()), PROGRESS_EVERY);
    try {
      await training.finish();
    } catch (error) {
      // Its replicas are told below, by name.
      if (!(error instanceof DivergenceError)) throw error;
    } finally {
      clearInterval(timer);
    }
    milliseconds += training.milliseconds;
    const isOver = training.diverged.size === complete.replicas;
    // Nobody waits for the rest of a run of which nothing is left.
    steps += isOver ? run.updates : made();
    onProgress(steps);
    const first = index * complete.replicas;
    for (const [replica, step] of training.diverged) {
      const description = `${nameOf(placeOf(complete, run, replica))} diverged at step ${step}`;
      diverged.push({ replica: first + replica, step, description });
    }
    if (isOver || training.status === "stopped") continue;
    for (const [replica, network] of await measureNetworks(gpu, complete, run, training)) {
      networks.push(network);
      if (network.hasLearnt) continue;
      const description = `${nameOf(network)} has learnt nothing`;
      diverged.push({ replica: first + replica, step: run.updates, description });
    }
  }
  return {
    options: complete,
    networks,
    verdicts: sgdRankVerdicts(complete, networks),
    diverged,
    table: sgdRankTable(networks),
    figure: sgdRankFigure(sgdRankFigureData(complete, networks)),
    timing: { steps, milliseconds },
  };
}

function createTraining(
  gpu: Gpu,
  options: CompleteSgdRankOptions,
  run: SgdRankRun,
  signal: AbortSignal | undefined,
): Promise<Training> {
  const { task, hidden, activation, initializer, replicas, seed } = options;
  const { batch, updates } = run;
  const places = Array.from({ length: replicas }, (_, replica) => placeOf(options, run, replica));
  return Training.create(gpu, {
    task,
    hidden,
    activation,
    initializer,
    optimizer: {
      name: "sgd",
      learningRate: places.map(({ learningRate }) => learningRate),
      weightDecay: places.map(({ weightDecay }) => weightDecay),
    },
    batch,
    steps: updates,
    // Of the features nothing is asked: loss and accuracy at the end are.
    probeEvery: updates,
    precision: "single",
    replicas,
    seed,
    ...(signal ? { signal } : {}),
  });
}

/** A row for each comparison, network and layer; see the names of the columns. */
function sgdRankTable(networks: readonly SgdRankNetwork[]): string {
  const rows = networks.flatMap((network) =>
    network.equal.flatMap((equal) =>
      network.layers.map((matrix, l) => ({ network, equal, matrix, layer: l + 1 }))
    )
  );
  return csv([
    ["equal", rows.map(({ equal }) => equal)],
    ["batch", rows.map(({ network }) => network.batch)],
    ["updates", rows.map(({ network }) => network.updates)],
    ["learning_rate", rows.map(({ network }) => network.learningRate)],
    ["weight_decay", rows.map(({ network }) => network.weightDecay)],
    ["seed", rows.map(({ network }) => network.seed)],
    ["layer", rows.map(({ layer }) => layer)],
    ["rank", rows.map(({ matrix }) => matrix.rank)],
    ["rank_low", rows.map(({ matrix }) => matrix.low)],
    ["rank_high", rows.map(({ matrix }) => matrix.high)],
    ["stable_rank", rows.map(({ matrix }) => stableRank(matrix.singularValues.map((sigma) => sigma ** 2)))],
    ["loss", rows.map(({ network }) => network.loss)],
    ["training_accuracy", rows.map(({ network }) => network.trainingAccuracy)],
    ["accuracy", rows.map(({ network }) => network.accuracy)],
    ["has_learnt", rows.map(({ network }) => network.hasLearnt)],
  ]);
}
