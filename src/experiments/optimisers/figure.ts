/**
 * The figure of the study of optimisers: for each task loss and terminal rank over both phases.
 *
 * @module
 */
import { type CurvePanel, layOutPanels } from "../../plot/core/curve_panels.ts";
import { type LegendEntry, lineSwatch } from "../../plot/core/legend.ts";
import { drawPage } from "../../plot/core/page.ts";
import { guideStyle, lineStyle } from "../../plot/core/palette.ts";
import { lossAxis, rankAxis, stepAxis } from "../../plot/core/scales.ts";
import { bandEntries } from "../../plot/core/summary_marks.ts";
import { epsilonLabel } from "../../plot/staircase/staircase_panel.ts";
import { alignSteps } from "../../stats/align_steps.ts";
import { lowerMedian } from "../../stats/median.ts";
import { terminalRank } from "../../train/trace.ts";
import type { ExperimentResult } from "../core/experiment.ts";
import type { OptimizedNetwork } from "./claims.ts";
import { armNames, type OptimizersPlan } from "./plan.ts";

/**
 * Draws the study, a row of panels for each task.
 *
 * @param result The study.
 * @returns A standalone SVG document, 900 pixels wide.
 */
export function drawOptimizers(
  { plan, rows }: ExperimentResult<OptimizersPlan, OptimizedNetwork>,
): string {
  const { tasks, cases, replicas, seed, epsilon, firstSteps, secondSteps } = plan;
  const panels = tasks.flatMap(({ name, inputs, outputs, description }, index): CurvePanel[] => {
    const { hidden, activation } = cases[index];
    const series = armNames.map((arm) =>
      rows.filter((row) => row.task === name && row.arm === arm).map(({ probes }) => probes)
    );
    const common = {
      x: (width: number) => stepAxis([0, firstSteps + secondSteps], width),
      xName: "evaluations of loss and gradient",
      guides: [{ value: firstSteps, axis: "x", style: guideStyle }],
    } as const;
    return [{
      ...common,
      label: index === tasks.length - 1 ? `${description}, the control` : name,
      yName: "loss",
      yAxis: lossAxis,
      curves: series.map((own, arm) => ({ style: lineStyle(arm), ...alignSteps(own, ({ loss }) => loss) })),
    }, {
      ...common,
      label: `${[inputs, ...hidden, outputs].join("-")}, ${activation}`,
      yName: "terminal ε-rank",
      yAxis: rankAxis,
      curves: series.map((own, arm) => ({
        style: lineStyle(arm),
        course: "step",
        ...alignSteps(own, (probe) => terminalRank(probe).rank),
      })),
    }];
  });
  const grid = layOutPanels({ panels, columns: [1, 1], heights: 165 });
  return drawPage({
    title: "Adam, L-BFGS, and L-BFGS after Adam",
    subtitle: `${replicas} networks of each arm, seed ${seed} · Adam ${cases[0].optimizer.learningRate} · ` +
      epsilonLabel(epsilon),
    description: describe(rows, tasks.map(({ name }) => name)),
    legend: [
      ...armNames.map((label, index): LegendEntry => ({ label, swatch: lineSwatch(lineStyle(index)) })),
      { label: "start of the second phase", swatch: lineSwatch(guideStyle) },
      ...bandEntries(replicas, "replicas"),
    ],
    ...grid,
  });
}

/** Describes the figure in words. */
function describe(rows: readonly OptimizedNetwork[], tasks: readonly string[]): string {
  return tasks.map((task) => {
    const ends = armNames.map((arm) => {
      const last = rows.filter((row) => row.task === task && row.arm === arm)
        .map(({ probes }) => probes[probes.length - 1]);
      const loss = lowerMedian(last.map(({ loss }) => loss)).toPrecision(2);
      return `${arm} to loss ${loss} and rank ${lowerMedian(last.map((probe) => terminalRank(probe).rank))}`;
    });
    return `${task}: ${ends.join("; ")}.`;
  }).join(" ");
}
