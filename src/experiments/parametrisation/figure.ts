/**
 * The figure of the study of parametrisations: movement, least eigenvalue and best rate over the
 * width, and the loss over the learning rate for each width.
 *
 * @module
 */
import { type CurvePanel, layOutPanels, type PanelCurve } from "../../plot/core/curve_panels.ts";
import { lineSwatch } from "../../plot/core/legend.ts";
import { sizeAxis } from "../../plot/core/log_axis.ts";
import { drawPage } from "../../plot/core/page.ts";
import { greyInk, guideStyle, ladderStyle, type LineStyle, lineStyle } from "../../plot/core/palette.ts";
import { lossAxis } from "../../plot/core/scales.ts";
import { bandEntries } from "../../plot/core/summary_marks.ts";
import { lowerMedian } from "../../stats/median.ts";
import type { ExperimentResult } from "../core/experiment.ts";
import { bestRate } from "./claims.ts";
import type { ParametrizationRow } from "./networks.ts";
import { armNames, type ParametrizationArm, type ParametrizationPlan } from "./plan.ts";

const startStyle: LineStyle = { color: greyInk, dash: "2 3", width: 1.6 };

type Rows = readonly ParametrizationRow[];
type Measure = (own: Rows) => number | null | undefined;

/**
 * Draws the figure.
 *
 * @param result The study.
 * @returns A standalone SVG document, 900 pixels wide.
 */
export function drawParametrizations(
  { plan, rows }: ExperimentResult<ParametrizationPlan, ParametrizationRow>,
): string {
  const { widths, learningRates, rate, replicas, samples, inputs, depth, steps, seed } = plan;
  const drawn = armNames.filter((arm) => arm !== "µP, hidden layers frozen");
  const byNetwork = Map.groupBy(rows, ({ arm, width, replica }) => [arm, width, replica].join());
  /** A curve over the widths, of the networks of each width and replica. */
  const over = (arm: ParametrizationArm, value: Measure, style = lineStyle(armNames.indexOf(arm))) => ({
    style,
    at: widths,
    values: Array.from(
      { length: replicas },
      (_, replica) => widths.map((width) => value(byNetwork.get([arm, width, replica].join()) ?? []) ?? NaN),
    ),
  });
  const at = (own: Rows, wanted = rate) => own.find(({ learningRate }) => learningRate === wanted);
  const moved = drawn.map((arm) => over(arm, (own) => at(own)?.movement));
  const best = drawn.map((arm) => over(arm, bestRate));
  /** The power of the width that goes through the median of a curve at the smallest one. */
  const guide = ({ values }: PanelCurve, exponent: number): PanelCurve => {
    const start = lowerMedian(values.map(([first]) => first));
    return {
      style: guideStyle,
      at: widths,
      values: [widths.map((width) => start * (width / widths[0]) ** exponent)],
    };
  };
  const panel = (label: string, yName: string, curves: readonly PanelCurve[]): CurvePanel => ({
    ...{ label, yName, curves, xName: "width n", yAxis: lossAxis },
    x: (length) => sizeAxis(widths, [0, length]),
  });
  const losses = (arm: ParametrizationArm): CurvePanel => {
    const curves = learningRates.map((each) => over(arm, (own) => at(own, each)?.loss).values);
    return {
      ...panel(
        arm,
        "loss",
        widths.map((_, w) => ({
          style: ladderStyle(w, widths.length),
          at: learningRates,
          values: Array.from(
            { length: replicas },
            (_, replica) => curves.map((values) => values[replica][w]),
          ),
        })),
      ),
      x: (length) => sizeAxis(learningRates, [0, length]),
      xName: "learning rate",
    };
  };
  const grid = layOutPanels({
    columns: [1, 1, 1],
    heights: 170,
    panels: [
      panel(`features, rate ${rate}`, "movement", [guide(moved[0], -1 / 2), ...moved.toReversed()]),
      panel("independence", "least eigenvalue", [
        over("µP", (own) => at(own)?.grams?.[0].least, startStyle),
        ...(["NTK", "µP"] as const).map((arm) => over(arm, (own) => at(own)?.grams?.[1].least)),
      ]),
      panel("best learning rate", "rate", [guide(best[0], -1), ...best.toReversed()]),
      ...(["standard", "NTK", "µP"] as const).map(losses),
    ],
  });
  return drawPage({
    title: "Features and learning rates over widths in µP, NTK and standard",
    subtitle: `${[inputs, ...new Array(depth).fill("n"), 1].join("-")} tanh, ${steps} steps of gradient ` +
      `descent on ${samples} samples · ${replicas} networks each, seed ${seed}`,
    description: moved.map(({ values }, i) => {
      const medians = widths.map((_, w) => lowerMedian(values.map((own) => own[w])).toPrecision(2));
      return `${drawn[i]}: movement of features ${medians.join(", ")} at widths ${widths.join(", ")}.`;
    }).join(" "),
    legend: [
      ...drawn.map((label, i) => ({ label, swatch: lineSwatch(lineStyle(i)) })),
      { label: "least eigenvalue before training", swatch: lineSwatch(startStyle) },
      { label: "∝ 1/√n (movement), 1/n (rate)", swatch: lineSwatch(guideStyle) },
      ...widths.map((n, w) => ({ label: `n = ${n}`, swatch: lineSwatch(ladderStyle(w, widths.length)) })),
      ...bandEntries(replicas, "networks"),
    ],
    ...grid,
  });
}
