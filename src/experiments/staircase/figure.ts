/**
 * The figure of a training: loss and ranks of each hidden layer.
 *
 * @module
 */
import { staircaseData } from "../../plot/staircase/figure_data.ts";
import { staircaseFigure } from "../../plot/staircase/staircase.ts";
import type { CompleteOptions } from "../../train/options.ts";
import type { ExperimentResult } from "../core/experiment.ts";
import type { StaircaseRun } from "./report.ts";

/** Names of the losses for the figure's axis. */
const LOSS_NAMES = {
  "mean-squared-error": "weighted mean squared error",
  "softmax-cross-entropy": "cross-entropy",
  "logistic": "logistic loss",
  "mean-squared-residual": "weighted mean squared residual",
};

/**
 * Draws a training.
 *
 * @param result The training.
 * @returns A standalone SVG document.
 */
export function drawStaircase(
  { plan, rows: [{ trace, widths }] }: ExperimentResult<CompleteOptions, StaircaseRun>,
): string {
  const { task, threshold } = plan;
  return staircaseFigure(staircaseData(trace, {
    title: `Loss and ε-rank: ${task.description}`,
    subtitle: subtitle(plan, widths),
    lossName: LOSS_NAMES[task.loss],
    threshold,
  }));
}

/** Writes network and training as a line under the title of the figure. */
function subtitle(options: CompleteOptions, widths: readonly number[]): string {
  const { activation, optimizer, batch, task, initializer, replicas, seed } = options;
  const activations = [...new Set(typeof activation === "string" ? [activation] : activation)].join(", ");
  const rates = typeof optimizer.learningRate === "number"
    ? [optimizer.learningRate]
    : optimizer.learningRate;
  const rate = [...new Set([Math.min(...rates), Math.max(...rates)])].join(" to ");
  return [
    `${widths.join("-")} ${activations}, ${initializer}`,
    `${optimizer.name}, learning rate ${rate}`,
    `${batch === null ? "full batch" : `batches of ${batch}`} of ${task.train.count} samples`,
    replicas > 1 ? `${replicas} replicas of seed ${seed}` : `seed ${seed}`,
  ].join(" · ");
}
