/**
 * A finished experiment as a notebook shows it: figures, verdicts, report.
 *
 * @module
 */
import { escapeHtml, htmlTable, svgImage } from "../../display/html.ts";
import { withView } from "../../display/view.ts";
import { count } from "../../format.ts";
import { divergencePlace } from "../../train/divergence.ts";
import type { Experiment, ExperimentPlan, ExperimentResult } from "./experiment.ts";
import { withoutText } from "../../stats/verdict.ts";
import { short, type Verdict, verdictLines } from "./verdict.ts";

/** The parts of an experiment that its view needs. */
type Shown<Plan extends ExperimentPlan, Row> = Pick<
  Experiment<never, Plan, Row>,
  "name" | "summary" | "figures" | "report"
>;

/**
 * Has notebooks show a finished experiment. Figures are drawn, and d3 is loaded, when they are
 * shown.
 *
 * @param experiment The experiment.
 * @param result Its result.
 * @returns The same result.
 */
export function viewResult<Plan extends ExperimentPlan, Row>(
  experiment: Shown<Plan, Row>,
  result: ExperimentResult<Plan, Row>,
): ExperimentResult<Plan, Row> {
  const { verdicts, status, diverged, runs, timing: { steps, planned } } = result;
  const heading = `${experiment.name}: ${experiment.summary}`;
  const done = steps === planned ? count(steps, "step") : `${steps} of ${count(planned, "step")}`;
  const lines = [
    `${status}, ${done} in ${count(runs, "run")}`,
    ...diverged.map(({ replica, step, layer = null, description }) =>
      description ?? `replica ${replica} diverged ${divergencePlace({ step, layer })}`
    ),
  ];
  return withView(result, {
    text() {
      const report = experiment.report?.(result, null) ?? [];
      return [
        heading,
        ...lines.map((line) => `  ${line}`),
        ...report.length > 0 ? ["", ...report] : [],
        ...verdicts.length > 0 ? ["", ...verdictLines(verdicts)] : [],
      ].join("\n");
    },
    async html() {
      const figures: string[] = [];
      for (const draw of Object.values(experiment.figures)) figures.push(svgImage(await draw(result)));
      const report = experiment.report?.(result, null) ?? [];
      return [
        `<p><b>${escapeHtml(heading)}</b></p>`,
        ...lines.map((line) => `<p>${escapeHtml(line)}</p>`),
        ...figures.map((figure) => `<p>${figure}</p>`),
        ...verdicts.length > 0 ? [verdictTable(verdicts)] : [],
        ...report.length > 0
          ? [`<details><summary>report</summary><pre>${escapeHtml(report.join("\n"))}</pre></details>`]
          : [],
      ].join("\n");
    },
  });
}

function verdictTable(verdicts: readonly Verdict[]): string {
  const rows = verdicts.map((verdict) => {
    const { claim, statistic, value, interval: [low, high], isPValue, pValue, holds, values } = verdict;
    return [
      values.length === 0 ? "cannot be told" : holds ? "holds" : "does not hold",
      claim,
      statistic,
      values.length === 0 || isPValue ? "" : short(value),
      values.length < 2 || isPValue ? "" : `[${short(low)}, ${short(high)}]`,
      pValue === null ? "" : short(pValue),
      [String(values.length), withoutText(verdict)].filter((text) => text !== "").join("; "),
    ];
  });
  const header = ["verdict", "claim", "statistic", "value", "95 % interval", "p-value", "replicas"];
  return htmlTable([header, ...rows], { left: 3 });
}
