/**
 * The texts of the figure and of the report of a training.
 *
 * @module
 */
import type { ReportTexts } from "../../report/run_report.ts";
import type { CompleteOptions } from "../../train/options.ts";
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
 * Writes the texts of the figure and of the report.
 *
 * @param result The training.
 * @returns Heading, network and training in a line, name of the loss.
 */
export function staircaseTexts(
  { plan, rows: [{ widths }] }: ExperimentResult<CompleteOptions, StaircaseRun>,
): { readonly title: string; readonly subtitle: string; readonly lossName: string } {
  return {
    title: `Loss and ε-rank: ${plan.task.description}`,
    subtitle: subtitle(plan, widths),
    lossName: LOSS_NAMES[plan.task.loss],
  };
}

/**
 * Says what the report of a training shows beside its record.
 *
 * @param result The training.
 * @returns Texts, and the record in a few numbers.
 */
export function staircasePage(result: ExperimentResult<CompleteOptions, StaircaseRun>): ReportTexts {
  const { plan, rows: [{ trace, summary }] } = result;
  const replicaNames = new Array<string>(trace.replicas).fill("");
  for (const { label, replicas } of sweptGroups(sweptBy(plan), trace.replicas)) {
    for (const replica of replicas) replicaNames[replica] = label;
  }
  return { ...staircaseTexts(result), replicaNames, summary, threshold: plan.threshold };
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
