/**
 * The figure of the study of parametrisations: movement, least eigenvalue and best rate over the
 * width, and the loss over the learning rate for each width.
 *
 * @module
 */
import { type CurvePanel, layOutPanels, type PanelCurve } from "../../plot/core/curve_panels.ts";
import { lineSwatch } from "../../plot/core/legend.ts";
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
  const curve = (
    style: LineStyle,
    places: readonly number[],
    [arm, widthOf]: readonly [ParametrizationArm, (place: number) => number],
    value: (own: Rows, place: number) => number | null | undefined,
  ): PanelCurve => ({
    style,
    values: Array.from(
      { length: replicas },
      (_, replica) =>
        places.map((place) =>
          value(byNetwork.get([arm, widthOf(place), replica].join()) ?? [], place) ?? NaN
        ),
    ),
  });
  const at = (own: Rows, wanted: number) => own.find(({ learningRate }) => learningRate === wanted);
  const over = (
    arms: readonly ParametrizationArm[],
    value: (own: Rows) => number | null | undefined,
    style?: LineStyle,
  ) =>
    arms.map((arm) =>
      curve(style ?? lineStyle(armNames.indexOf(arm)), widths, [arm, (width) => width], value)
    )
      .reverse();
  /** A panel over the widths, with a guide of an exponent through the median of the first curve. */
  const panel = (label: string, yName: string, curves: readonly PanelCurve[], slope?: number): CurvePanel => {
    const start = lowerMedian(curves[0].values.map(([value]) => value));
    const value = widths.map((width) => start * (width / widths[0]) ** (slope ?? NaN));
    const guides = slope === undefined ? [] : [{ value, style: guideStyle }];
    return { label, yName, curves, places: widths, xName: "width n", yAxis: lossAxis, guides };
  };
  const moved = over(drawn, (own) => at(own, rate)?.movement);
  const losses = (arm: ParametrizationArm) =>
    widths.map((width, w) =>
      curve(
        ladderStyle(w, widths.length),
        learningRates,
        [arm, () => width],
        (own, each) => at(own, each)?.loss,
      )
    );
  const grid = layOutPanels({
    columns: 3,
    plotHeight: 170,
    panels: [
      panel(`features, rate ${rate}`, "movement", moved, -1 / 2),
      panel("independence", "least eigenvalue", [
        ...over(["µP"], (own) => at(own, rate)?.grams?.[0].least, startStyle),
        ...over(["µP", "NTK"], (own) => at(own, rate)?.grams?.[1].least),
      ]),
      panel("best learning rate", "rate", over(drawn, bestRate), -1),
      ...(["standard", "NTK", "µP"] as const).map((arm) => ({
        ...panel(arm, "loss", losses(arm)),
        places: learningRates,
        xName: "learning rate",
      })),
    ],
  });
  return drawPage({
    title: "µP moves features at all widths and keeps the best learning rate",
    subtitle: `${[inputs, ...new Array(depth).fill("n"), 1].join("-")} tanh, ${steps} steps of gradient ` +
      `descent on ${samples} samples · ${replicas} networks each, seed ${seed}`,
    description: [...moved].reverse().map(({ values }, i) => {
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
