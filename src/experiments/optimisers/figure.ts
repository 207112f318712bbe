/**
 * The figure of the study of optimisers: for each task loss and terminal rank over both phases.
 *
 * @module
 */
import { clipped, drawFrame, frameFoot, frameHead, frameSide } from "../../plot/core/frame.ts";
import { type LegendEntry, lineSwatch } from "../../plot/core/legend.ts";
import { drawLine } from "../../plot/core/marks.ts";
import { drawPage, pageMargin, pageWidth } from "../../plot/core/page.ts";
import { guideStyle, lineStyle } from "../../plot/core/palette.ts";
import { type Axis, lossAxis, rankAxis, stepAxis } from "../../plot/core/scales.ts";
import { bandEntries, drawMedian, drawSpread } from "../../plot/core/summary_marks.ts";
import { appendGroup } from "../../plot/core/svg.ts";
import { epsilonLabel } from "../../plot/staircase/staircase_panel.ts";
import { summarize } from "../../stats/quantiles.ts";
import { type Probe, terminalRank } from "../../train/trace.ts";
import type { ExperimentResult } from "../core/experiment.ts";
import type { OptimizedNetwork } from "./claims.ts";
import { armNames, type OptimizersPlan } from "./plan.ts";

const plotHeight = 165, columnGap = 24, rowGap = 12;

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
  const parts = tasks.map(({ name }) => {
    const own = rows.filter(({ task }) => task === name);
    const all = (value: (probe: Probe) => number) => own.flatMap(({ probes }) => probes.map(value));
    return {
      own,
      loss: lossAxis(all((probe) => probe.loss), plotHeight),
      rank: rankAxis(all((probe) => terminalRank(probe).rank), plotHeight),
    };
  });
  const side = (pick: "loss" | "rank") => Math.max(...parts.map((part) => frameSide(part[pick])));
  const left = pageMargin + side("loss"), between = columnGap + side("rank");
  const width = (pageWidth - left - between - pageMargin) / 2;
  const rowHeight = frameHead + plotHeight + frameFoot + rowGap;
  const x = stepAxis([0, firstSteps + secondSteps], width);
  return drawPage({
    title: "Adam, L-BFGS, and L-BFGS after Adam",
    subtitle: `${replicas} networks of each arm, seed ${seed} · Adam ${cases[0].optimizer.learningRate} · ` +
      epsilonLabel(epsilon),
    description: describe(parts.map(({ own }) => own), tasks.map(({ name }) => name)),
    legend: [
      ...armNames.map((label, index): LegendEntry => ({ label, swatch: lineSwatch(lineStyle(index)) })),
      { label: "start of the second phase", swatch: lineSwatch(guideStyle) },
      ...bandEntries(replicas, "replicas"),
    ],
    height: parts.length * rowHeight,
    draw: (parent) =>
      parts.forEach(({ own, loss, rank }, index) => {
        const { hidden, activation } = cases[index], { name, inputs, outputs, description } = tasks[index];
        const isControl = index === tasks.length - 1;
        const panel = (
          at: number,
          label: string,
          y: Axis,
          yName: string,
          value: (probe: Probe) => number,
        ) => {
          const group = appendGroup(parent, "panel", at, frameHead + index * rowHeight);
          const xName = "evaluations of loss and gradient";
          drawFrame(group, { label, width, height: plotHeight, x, y, xName, yName });
          const inner = clipped(group, { width, height: plotHeight });
          const border = x.scale(firstSteps);
          const line = [{ x: border, y: 0 }, { x: border, y: plotHeight }];
          drawLine(inner, "border", line, "straight", guideStyle);
          armNames.forEach((arm, a) => {
            const curves = own.filter((network) => network.arm === arm);
            const steps = [...new Set(curves.flatMap(({ probes }) => probes.map(({ step }) => step)))];
            const summary = summarize(
              curves.map(({ probes }) => {
                const values = new Map(probes.map((probe) => [probe.step, value(probe)]));
                return steps.map((step) => values.get(step) ?? NaN);
              }),
              steps.length,
            );
            const places = steps.map((step) => x.scale(step)), style = lineStyle(a);
            const course = y === rank ? "step" : "straight";
            if (curves.length > 1) drawSpread(inner, "band", places, summary, y.scale, course, style.color);
            drawMedian(inner, "median", places, summary, y.scale, course, style);
          });
        };
        panel(left, isControl ? `${description}, the control` : name, loss, "loss", (probe) => probe.loss);
        const shape = [inputs, ...hidden, outputs].join("-");
        const value = (probe: Probe) => terminalRank(probe).rank;
        panel(left + width + between, `${shape}, ${activation}`, rank, "terminal ε-rank", value);
      }),
  });
}

/** Describes the figure in words. */
function describe(rows: readonly (readonly OptimizedNetwork[])[], tasks: readonly string[]): string {
  const median = (values: readonly number[]) => summarize(values.map((each) => [each]), 1).median[0];
  return rows.map((own, index) => {
    const ends = armNames.map((arm) => {
      const last = own.filter((network) => network.arm === arm).map(({ probes }) =>
        probes[probes.length - 1]
      );
      const rank = median(last.map((probe) => terminalRank(probe).rank));
      return `${arm} to loss ${median(last.map(({ loss }) => loss))?.toPrecision(2)} and rank ${rank}`;
    });
    return `${tasks[index]}: ${ends.join("; ")}.`;
  }).join(" ");
}
