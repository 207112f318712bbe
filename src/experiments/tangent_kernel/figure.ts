/**
 * The figure of the experiment on tangent kernels: loss and both ranks of each case.
 *
 * @module
 */
import { clipped, drawFrame, frameFoot, frameHead, frameSide } from "../../plot/core/frame.ts";
import { lineSwatch } from "../../plot/core/legend.ts";
import { drawPage, pageMargin, pageWidth } from "../../plot/core/page.ts";
import { ink, type LineStyle, lineStyle } from "../../plot/core/palette.ts";
import { type Axis, lossAxis, rankAxis, stepAxis } from "../../plot/core/scales.ts";
import { bandEntries, drawMedian, drawSpread } from "../../plot/core/summary_marks.ts";
import { appendGroup } from "../../plot/core/svg.ts";
import { epsilonLabel } from "../../plot/staircase/staircase_panel.ts";
import { summarize } from "../../stats/quantiles.ts";
import type { ExperimentResult } from "../core/experiment.ts";
import type { TangentRow } from "./networks.ts";
import type { TangentKernelPlan } from "./plan.ts";

const plotHeight = 150, columnGap = 24, rowGap = 12;

/** A curve: its look, and its value in a row. */
interface Curve {
  readonly style: LineStyle;
  readonly value: (row: TangentRow) => number;
}

const kernel: Curve = { style: lineStyle(0), value: (row) => row.kernel.rank };
const features: Curve = { style: lineStyle(1), value: (row) => row.features.rank };
const loss: Curve = { style: { color: ink, dash: null, width: 1.6 }, value: (row) => row.loss };

/**
 * Draws the experiment, a row of panels for each case.
 *
 * @param result The experiment.
 * @returns A standalone SVG document, 900 pixels wide.
 */
export function drawTangentKernel(
  { plan, rows }: ExperimentResult<TangentKernelPlan, TangentRow>,
): string {
  const { cases, replicas, seed, epsilon, steps, samples, activation, learningRate } = plan;
  const parts = cases.map(({ name, scale }) => {
    const own = rows.filter((row) => row.name === name);
    const all = (curves: readonly Curve[]) => curves.flatMap(({ value }) => own.map(value));
    return {
      label: scale === null ? name : `${name}, from outputs of 0`,
      own,
      losses: lossAxis(all([loss]), plotHeight),
      ranks: rankAxis(all([kernel, features]), plotHeight),
    };
  });
  const left = pageMargin + Math.max(...parts.map(({ losses }) => frameSide(losses)));
  const between = columnGap + Math.max(...parts.map(({ ranks }) => frameSide(ranks)));
  const width = (pageWidth - left - between - pageMargin) / 2;
  const x = stepAxis([0, steps], width);
  const { hidden, task: { inputs, outputs } } = cases[0].training;
  return drawPage({
    title: "Ranks of tangent kernel and features",
    subtitle: `${[inputs, ...hidden, outputs].join("-")} ${activation}, ${samples} samples · ` +
      `momentum ${learningRate}, or that by α² · ${replicas} networks, seed ${seed} · ${
        epsilonLabel(epsilon)
      }`,
    description: parts.map(({ label, own }) => {
      const [first, last] = [0, steps].map((at) => own.filter(({ step }) => step === at));
      const median = (some: readonly TangentRow[], { value }: Curve) =>
        summarize(some.map((row) => [value(row)]), 1).median[0];
      return `${label}: rank of the kernel from ${median(first, kernel)} to ${median(last, kernel)}, ` +
        `of the features from ${median(first, features)} to ${median(last, features)}.`;
    }).join(" "),
    legend: [
      { label: "rank of the tangent kernel", swatch: lineSwatch(kernel.style) },
      { label: "rank of the last hidden layer", swatch: lineSwatch(features.style) },
      { label: "loss", swatch: lineSwatch(loss.style) },
      ...bandEntries(replicas, "replicas"),
    ],
    height: parts.length * (frameHead + plotHeight + frameFoot + rowGap),
    draw: (parent) =>
      parts.forEach(({ label, own, losses, ranks }, index) => {
        const at = [...new Set(own.map(({ step }) => step))], places = at.map((step) => x.scale(step));
        const panel = (place: number, y: Axis, yName: string, curves: readonly Curve[]) => {
          const top = frameHead + index * (frameHead + plotHeight + frameFoot + rowGap);
          const group = appendGroup(parent, "panel", place, top), size = { width, height: plotHeight };
          drawFrame(group, { label, ...size, x, y, xName: "step", yName });
          const inner = clipped(group, size), course = y === ranks ? "step" : "straight";
          for (const { style, value } of curves) {
            const networks = [...Map.groupBy(own, ({ replica }) => replica).values()];
            const summary = summarize(
              networks.map((some) => {
                const found = new Map(some.map((row) => [row.step, value(row)]));
                return at.map((step) => found.get(step) ?? NaN);
              }),
              at.length,
            );
            if (networks.length > 1) drawSpread(inner, "band", places, summary, y.scale, course, style.color);
            drawMedian(inner, "median", places, summary, y.scale, course, style);
          }
        };
        panel(left, losses, "loss", [loss]);
        panel(left + width + between, ranks, "ε-rank", [features, kernel]);
      }),
  });
}
