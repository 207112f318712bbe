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
import type { ParametrisationRow } from "./networks.ts";
import { type ParametrisationName, parametrisationNames, type ParametrisationPlan } from "./plan.ts";

const startStyle: LineStyle = { color: greyInk, dash: "2 3", width: 1.6 };

/**
 * Draws the figure.
 *
 * @param result The study.
 * @returns A standalone SVG document, 900 pixels wide.
 */
export function drawParametrisations(
  { plan, rows }: ExperimentResult<ParametrisationPlan, ParametrisationRow>,
): string {
  const { widths, learningRates, rate, replicas, samples, inputs, depth, steps, seed } = plan;
  const scaled = parametrisationNames.filter((name) => name !== "µP, hidden layers frozen");
  const byNetwork = Map.groupBy(rows, ({ name, width, replica }) => [name, width, replica].join());
  const curve = <Place>(
    style: LineStyle,
    places: readonly Place[],
    value: (place: Place, replica: number) => number | undefined,
  ): PanelCurve => ({
    style,
    values: Array.from(
      { length: replicas },
      (_, replica) => places.map((place) => value(place, replica) ?? NaN),
    ),
  });
  const over = (
    name: ParametrisationName,
    value: (own: readonly ParametrisationRow[]) => number | undefined,
    style = lineStyle(scaled.indexOf(name)),
  ) => curve(style, widths, (width, replica) => value(byNetwork.get([name, width, replica].join()) ?? []));
  const at = (own: readonly ParametrisationRow[], wanted = rate) =>
    own.find(({ learningRate }) => learningRate === wanted);
  const panel = (
    label: string,
    yName: string,
    curves: readonly PanelCurve[],
    { slope, from = NaN }: { readonly slope?: number; readonly from?: number } = {},
  ): CurvePanel => ({
    ...{ label, yName, curves, places: widths, xName: "width n", yAxis: lossAxis },
    guides: slope === undefined
      ? []
      : [{ value: widths.map((width) => from * (width / widths[0]) ** slope), style: guideStyle }],
  });
  const first = ({ values }: PanelCurve) => lowerMedian(values.map(([value]) => value));
  const moved = scaled.map((name) => over(name, (own) => at(own)?.movement));
  const best = scaled.map((name) => over(name, bestRate));
  const least = (["NTK", "µP"] as const).map((name) => over(name, (own) => at(own)?.features?.[1].least));
  const start = over("µP", (own) => at(own)?.features?.[0].least, startStyle);
  const panels = [
    panel(`features at rate ${rate}`, "movement", [...moved].reverse(), {
      slope: -1 / 2,
      from: first(moved[0]),
    }),
    panel(`features of ${samples} samples`, "least eigenvalue", [start, ...least]),
    panel("best learning rate", "rate", [...best].reverse(), { slope: -1, from: first(best[0]) }),
    ...(["standard", "NTK", "µP"] as const).map((name): CurvePanel => ({
      ...panel(
        name,
        "loss",
        widths.map((width, w) =>
          curve(
            ladderStyle(w, widths.length),
            learningRates,
            (each, replica) => at(byNetwork.get([name, width, replica].join()) ?? [], each)?.loss,
          )
        ),
      ),
      places: learningRates,
      xName: "learning rate",
    })),
  ];
  const grid = layOutPanels({ panels, columns: 3, plotHeight: 170 });
  return drawPage({
    title: "µP moves features at all widths and keeps the best learning rate",
    subtitle: `${[inputs, ...new Array(depth).fill("n"), 1].join("-")} tanh, ${steps} steps of gradient ` +
      `descent on ${samples} samples · ${replicas} networks each, seed ${seed}`,
    description: scaled.map((name, i) =>
      `${name}: median movement ${
        widths.map((width, w) =>
          `${lowerMedian(moved[i].values.map((own) => own[w])).toPrecision(2)} at width ${width}`
        ).join(", ")
      }.`
    ).join(" "),
    legend: [
      ...scaled.map((label, i) => ({ label, swatch: lineSwatch(lineStyle(i)) })),
      { label: "before training", swatch: lineSwatch(startStyle) },
      { label: "∝ 1/√n (movement), 1/n (rate)", swatch: lineSwatch(guideStyle) },
      ...widths.map((width, w) => ({
        label: `n = ${width}`,
        swatch: lineSwatch(ladderStyle(w, widths.length)),
      })),
      ...bandEntries(replicas, "networks"),
    ],
    height: grid.height,
    draw: grid.draw,
  });
}
