/**
 * The figure of a training: loss and ranks of each hidden layer.
 *
 * @module
 */
import { staircaseData } from "../../plot/staircase/figure_data.ts";
import { staircaseFigure } from "../../plot/staircase/staircase.ts";
import { extent } from "../../stats/extent.ts";
import type { CompleteOptions } from "../../train/options.ts";
import type { Trace } from "../../train/trace.ts";
import type { ExperimentResult } from "../core/experiment.ts";
import type { StaircaseRun } from "./report.ts";
import { sweptBy, sweptGroups } from "./swept.ts";

/** Names of the losses for the figure's axis. */
const LOSS_NAMES = {
  "mean-squared-error": "weighted mean squared error",
  "softmax-cross-entropy": "cross-entropy",
  "logistic": "logistic loss",
  "mean-squared-residual": "weighted mean squared residual",
};

/**
 * Draws a training. Networks that differ in their learning rate or weight decay have panels of
 * their own, one for each value.
 *
 * @param result The training.
 * @returns A standalone SVG document.
 */
export function drawStaircase(
  { plan, rows: [{ trace, widths }] }: ExperimentResult<CompleteOptions, StaircaseRun>,
): string {
  const { task, threshold } = plan;
  const texts = {
    title: `Loss and ε-rank: ${task.description}`,
    subtitle: subtitle(plan, widths),
    lossName: LOSS_NAMES[task.loss],
    threshold,
  };
  return staircaseFigure(
    sweptGroups(sweptBy(plan), trace.replicas).map(({ label, replicas }) =>
      staircaseData(tracePart(trace, replicas), { ...texts, part: label })
    ),
  );
}

/** Takes some replicas of a trace, numbered anew. */
function tracePart(trace: Trace, replicas: readonly number[]): Trace {
  const places = new Map(replicas.map((replica, place) => [replica, place]));
  return {
    ...trace,
    replicas: replicas.length,
    losses: replicas.flatMap((replica) => trace.losses.slice(replica, replica + 1)),
    probes: trace.probes.filter(({ replica }) => places.has(replica))
      .map((probe) => ({ ...probe, replica: places.get(probe.replica)! })),
  };
}

/** Writes network and training as a line under the title of the figure. */
function subtitle(options: CompleteOptions, widths: readonly number[]): string {
  const { activation, optimizer, batch, task, initializer, replicas, seed } = options;
  const activations = [...new Set(typeof activation === "string" ? [activation] : activation)].join(", ");
  const rates = typeof optimizer.learningRate === "number"
    ? [optimizer.learningRate]
    : optimizer.learningRate;
  const rate = [...new Set(extent(rates))].join(" to ");
  return [
    `${widths.join("-")} ${activations}, ${initializer}`,
    `${optimizer.name}, learning rate ${rate}`,
    `${batch === null ? "full batch" : `batches of ${batch}`} of ${task.train.count} samples`,
    replicas > 1 ? `${replicas} replicas of seed ${seed}` : `seed ${seed}`,
  ].join(" · ");
}
