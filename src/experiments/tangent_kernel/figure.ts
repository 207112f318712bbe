/**
 * The figure of the experiment on tangent kernels: loss and both ranks of each case.
 *
 * @module
 */
import { type CurvePanel, layOutPanels } from "../../plot/core/curve_panels.ts";
import { lineSwatch } from "../../plot/core/legend.ts";
import { drawPage } from "../../plot/core/page.ts";
import { ink, type LineStyle, lineStyle } from "../../plot/core/palette.ts";
import { lossAxis, rankAxis, stepAxis } from "../../plot/core/scales.ts";
import { bandEntries } from "../../plot/core/summary_marks.ts";
import { epsilonLabel } from "../../plot/staircase/staircase_panel.ts";
import { alignSteps } from "../../stats/align_steps.ts";
import { lowerMedian } from "../../stats/median.ts";
import type { ExperimentResult } from "../core/experiment.ts";
import type { TangentRow } from "./claims.ts";
import type { TangentKernelPlan } from "./plan.ts";

const kernelStyle = lineStyle(0), featureStyle = lineStyle(1);
const lossStyle: LineStyle = { color: ink, dash: null, width: 1.6 };

/**
 * Draws the experiment, a row of panels for each case.
 *
 * @param result The experiment.
 * @returns A standalone SVG document, 900 pixels wide.
 */
export function drawTangentKernel(
  { plan, rows }: ExperimentResult<TangentKernelPlan, TangentRow>,
): string {
  const { cases, replicas, seed, epsilon, steps, samples, learningRate } = plan;
  const networks = cases.map(({ name }) => [
    ...Map.groupBy(rows.filter((row) => row.name === name), ({ replica }) => replica).values(),
  ]);
  const panels = cases.flatMap(({ name, scale }, index): CurvePanel[] => {
    const common = {
      label: scale === null ? name : `${name}, from outputs of 0`,
      x: (width: number) => stepAxis([0, steps], width),
      xName: "step",
    };
    const curve = (style: LineStyle, value: (row: TangentRow) => number) =>
      ({ style, course: "step", ...alignSteps(networks[index], value) }) as const;
    return [{
      ...common,
      yName: "loss",
      yAxis: lossAxis,
      curves: [{ ...curve(lossStyle, ({ loss }) => loss), course: "straight" }],
    }, {
      ...common,
      yName: "ε-rank",
      yAxis: rankAxis,
      curves: [
        curve(featureStyle, ({ features }) => features.rank),
        curve(kernelStyle, ({ kernel }) => kernel.rank),
      ],
    }];
  });
  const { hidden, activation, task: { inputs, outputs } } = cases[0].training;
  return drawPage({
    title: "Ranks of tangent kernel and features",
    subtitle: `${[inputs, ...hidden, outputs].join("-")} ${activation}, ${samples} samples · momentum, ` +
      `rate ${learningRate}/α² · ${replicas} networks, seed ${seed} · ${epsilonLabel(epsilon)}`,
    description: cases.map(({ name }, index) => {
      const ends = networks[index].map((own) => [own[0], own[own.length - 1]]);
      const ranks = [0, 1].map((end) => lowerMedian(ends.map((each) => each[end].kernel.rank)));
      return `${name}: rank of the kernel from ${ranks.join(" to ")}.`;
    }).join(" "),
    legend: [
      { label: "rank of the tangent kernel", swatch: lineSwatch(kernelStyle) },
      { label: "rank of the last hidden layer", swatch: lineSwatch(featureStyle) },
      { label: "loss", swatch: lineSwatch(lossStyle) },
      ...bandEntries(replicas, "replicas"),
    ],
    ...layOutPanels({ panels, columns: [1, 1], heights: 140 }),
  });
}
