/**
 * Writes `report.html`: one page that holds a run, or an experiment, and the script that shows it,
 * and that loads nothing.
 *
 * @module
 */
import { type ExperimentReport, packExperiment } from "../cockpit/data/experiment_file.ts";
import { packRun, type RunReport } from "../cockpit/data/run_file.ts";
import experimentStyles from "../cockpit/experiment_styles.css" with { type: "text" };
import styles from "../cockpit/styles.css" with { type: "text" };
import experimentScript from "./experiment_script.js" with { type: "text" };
import { htmlPage } from "./html_page.ts";
import script from "./report_script.js" with { type: "text" };

/**
 * Writes the page of a run.
 *
 * @param report The run.
 * @returns The page, in pieces.
 */
export async function reportPage(report: RunReport): Promise<string[]> {
  const { facts: { title, subtitle } } = report;
  return await htmlPage({
    title,
    subtitle,
    styles,
    script,
    data: await packRun(report),
    beside: "staircase.svg",
  });
}

/**
 * Writes the page of an experiment.
 *
 * @param report The experiment.
 * @returns The page, in pieces.
 */
export async function experimentPage(report: ExperimentReport): Promise<string[]> {
  const { facts: { title, subtitle }, figures, tables } = report;
  return await htmlPage({
    title,
    subtitle,
    styles: styles + experimentStyles,
    script: experimentScript,
    data: await packExperiment(report),
    beside: [...figures, ...tables].map(({ file }) => file).join(", "),
  });
}
