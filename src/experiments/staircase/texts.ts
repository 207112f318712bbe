/**
 * The texts of the figure and of the report of a training.
 *
 * @module
 */
import { type RunTexts, runTexts } from "../../train/run_texts.ts";
import type { ReportTexts } from "../../report/run_report.ts";
import type { CompleteOptions } from "../../train/options.ts";
import type { ExperimentResult } from "../core/experiment.ts";
import type { StaircaseRun } from "./report.ts";
import { sweptBy, sweptLabel } from "./swept.ts";

/**
 * Writes the texts of the figure and of the report.
 *
 * @param result The training.
 * @returns Heading, network and training in a line, name of the loss.
 */
export function staircaseTexts(
  { plan, rows: [{ widths }] }: ExperimentResult<CompleteOptions, StaircaseRun>,
): RunTexts {
  return runTexts(plan.task, { ...plan, samples: plan.task.train.count }, widths);
}

/**
 * Says what the report of a training shows beside its record.
 *
 * @param result The training.
 * @returns Texts, and the record in a few numbers.
 */
export function staircasePage(result: ExperimentResult<CompleteOptions, StaircaseRun>): ReportTexts {
  const { plan, rows: [{ trace, summary }] } = result;
  const swept = sweptBy(plan);
  const replicaNames = Array.from({ length: trace.replicas }, (_, replica) => sweptLabel(swept, replica));
  return { ...staircaseTexts(result), replicaNames, summary, threshold: plan.threshold };
}
