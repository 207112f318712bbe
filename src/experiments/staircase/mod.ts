/**
 * The staircase: while the loss falls, the ε-rank of the features rises in stairs (Yang, Zhao, Zhu, arXiv:2412.05144).
 *
 * @module
 */
import type { DivergenceError } from "../../errors.ts";
import type { Gpu } from "../../gpu/device.ts";
import { staircaseFigure } from "../../plot/staircase/staircase.ts";
import { staircaseData } from "../../plot/staircase/figure_data.ts";
import type { CompleteOptions, TrainingOptions } from "../../train/options.ts";
import { summarize, type TraceSummary } from "../../train/summary.ts";
import type { Trace } from "../../train/trace.ts";
import { Training } from "../../train/training.ts";
import { follow } from "../../train/follow.ts";

/** A finished run: its record, its numbers, its picture. */
export interface StaircaseResult {
  /** Options, every choice made. */
  readonly options: CompleteOptions;
  /** The record. */
  readonly trace: Trace;
  /** The record in a few numbers. */
  readonly summary: TraceSummary;
  /** The figure, as SVG. */
  readonly figure: string;
  /** Why the run ended early, where every replica diverged; the rest then tells of the time before. */
  readonly divergence: DivergenceError | null;
  /** Updates whose results arrived, and the time that they took, in milliseconds. */
  readonly timing: { readonly steps: number; readonly milliseconds: number };
}

/** Names of the losses for the figure's axis. */
const LOSS_NAMES = {
  "mean-squared-error": "weighted mean squared error",
  "softmax-cross-entropy": "cross-entropy",
  "logistic": "logistic loss",
  "mean-squared-residual": "weighted mean squared residual",
};

/**
 * Trains a network, probes the rank of its features, and draws the staircase.
 *
 * @param gpu Device.
 * @param options What to train, and how.
 * @param onProgress Called as results arrive, with the number of updates made and the loss of the first replica.
 * @returns The run. A run that diverged, or that the signal stopped, is returned as far as it came.
 * @throws {InputError} Where an option is out of range.
 * @throws {DeviceLostError} Where the device is lost.
 */
export async function staircase(
  gpu: Gpu,
  options: TrainingOptions,
  onProgress: (steps: number, loss: number) => void = () => {},
): Promise<StaircaseResult> {
  using training = await Training.create(gpu, options);
  const divergence = await follow(training, ({ step, replica, loss }) => {
    if (replica === 0) onProgress(step, loss);
  });
  const { trace, diverged, updates, milliseconds } = training;
  const { task, threshold } = training.options;
  const data = staircaseData(trace, {
    title: `Loss and ε-rank: ${task.description}`,
    subtitle: subtitle(training),
    lossName: LOSS_NAMES[task.loss],
    threshold,
  });
  return {
    options: training.options,
    trace,
    summary: summarize(trace, diverged),
    figure: staircaseFigure(data),
    divergence,
    timing: { steps: updates, milliseconds },
  };
}

/** What was trained and how, as a line under the figure's title. */
function subtitle({ network, options }: Training): string {
  const { optimizer, batch, task, initializer, replicas, seed } = options;
  const activations = [...new Set(network.activations.map(({ name }) => name))].join(", ");
  const rates = typeof optimizer.learningRate === "number"
    ? [optimizer.learningRate]
    : optimizer.learningRate;
  const rate = [...new Set([Math.min(...rates), Math.max(...rates)])].join(" to ");
  return [
    `${network.widths.join("-")} ${activations}, ${initializer}`,
    `${optimizer.name}, learning rate ${rate}`,
    `${batch === null ? "full batch" : `batches of ${batch}`} of ${task.train.count} samples`,
    replicas > 1 ? `${replicas} replicas of seed ${seed}` : `seed ${seed}`,
  ].join(" · ");
}
