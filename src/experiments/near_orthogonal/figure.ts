/**
 * The figure of nearly orthogonal samples: stable ranks over the steps for each case, and three
 * measures of the last step over the cases.
 *
 * @module
 */
import { formatNumber } from "../../format.ts";
import { type CurvePanel, layOutPanels } from "../../plot/core/curve_panels.ts";
import { lineSwatch } from "../../plot/core/legend.ts";
import { drawPage } from "../../plot/core/page.ts";
import { greyInk, guideStyle, ink, type LineStyle, lineStyle } from "../../plot/core/palette.ts";
import { lossAxis, rankAxis } from "../../plot/core/scales.ts";
import { bandEntries } from "../../plot/core/summary_marks.ts";
import { lowerMedian } from "../../stats/median.ts";
import { LEAKY, RELU } from "./claims.ts";
import { type NearOrthogonalRow, TOLERANCE } from "./networks.ts";
import type { NearOrthogonalPlan } from "./plan.ts";

/** Stable ranks after steps without structure, and the values that curves come to in theory. */
const nullStyle: LineStyle = { color: greyInk, dash: "2 3", width: 1.6 };
const theoryStyle: LineStyle = { color: ink, dash: null, width: 0.8 };

/**
 * Draws the figure.
 *
 * @param rows Networks at all waypoints.
 * @param plan The study.
 * @returns A standalone SVG document, 900 pixels wide.
 */
export function nearOrthogonalFigure(rows: readonly NearOrthogonalRow[], plan: NearOrthogonalPlan): string {
  const { cases, initScales, ratios, replicas, samples, width, slope, waypoints } = plan;
  const leaky = cases.slice(0, -1), end = waypoints[waypoints.length - 1];
  const value = (name: string, scale: number, replica: number, step: number, of: Measure) => {
    const row = rows.find((each) =>
      each.name === name && each.initScale === scale && each.replica === replica && each.step === step
    );
    return row ? of(row) : NaN;
  };
  /** A curve for each standard deviation, the smallest on top, over places that have a step each. */
  const curves = (places: readonly { readonly name: string; readonly step: number }[], of: Measure) =>
    initScales.map((scale, i) => ({
      style: lineStyle(i),
      values: Array.from(
        { length: replicas },
        (_, replica) => places.map(({ name, step }) => value(name, scale, replica, step, of)),
      ),
    })).reverse();
  const constant = (slope: number) => 1 + ((1 - slope) / (1 + slope)) ** 2;
  const courses = cases.map(({ name, slope }): CurvePanel => {
    const places = waypoints.map((step) => ({ name, step }));
    const [smallest] = curves(places, ({ drawn }) => lowerMedian(drawn)).slice(-1);
    return {
      label: name,
      places: waypoints.map(String),
      xName: "step",
      yName: "stable rank",
      yAxis: (values, height) => lossAxis([1, ...values], height),
      curves: [
        { style: nullStyle, values: [medians(smallest.values)] },
        ...curves(places, ({ stableRank }) => stableRank.value),
      ],
      guides: [
        { value: slope > 0 ? LEAKY : RELU, style: guideStyle },
        { value: constant(slope), style: theoryStyle },
      ],
    };
  });
  const ends = (label: string, yName: string, of: Measure, rest: Pick<CurvePanel, "yAxis" | "guides">) => ({
    label,
    places: ["orth.", ...ratios.map(String)],
    xName: "d/n",
    yName,
    curves: curves(leaky.map(({ name }) => ({ name, step: end })), of),
    ...rest,
  });
  const share = { yAxis: () => rankAxis([100], 150), guides: [] };
  const grid = layOutPanels({
    columns: 3,
    plotHeight: 150,
    panels: [
      ...courses,
      ends(`σ₃ / σ₁ at step ${end}`, "σ₃ / σ₁", ({ third }) => third, {
        yAxis: (values, height) => lossAxis(values, height),
        guides: [{ value: TOLERANCE, style: guideStyle }],
      }),
      ends("linear boundary", "points alike, %", ({ agreement }) => 100 * agreement, share),
      ends(
        "margins alike",
        "least / largest, %",
        ({ margins: [least, most] }) => 100 * Math.max(0, least / most),
        share,
      ),
    ],
  });
  const name = (scale: number) => `initial weights ω = ${formatNumber(scale)}`;
  return drawPage({
    title: "One step from small weights makes networks of low stable rank",
    subtitle:
      `${samples} samples, ${width} neurons, leaky ReLU of slope ${slope} (last: ReLU) · full batch, ` +
      `learning rate ${plan.rate}/d · ${replicas} sets of samples, seed ${plan.seed}`,
    description: courses.map(({ label, curves }) => {
      const [first, last] = [0, waypoints.length - 1].map((i) => medians(curves.at(-1)!.values)[i]);
      return `${label}: stable rank from ${first.toFixed(1)} to ${
        last.toFixed(2)
      } with the smallest weights.`;
    }).join(" "),
    legend: [
      ...initScales.map((scale, i) => ({ label: name(scale), swatch: lineSwatch(lineStyle(i)) })),
      {
        label: `random steps as long as those of ω = ${formatNumber(initScales[0])}`,
        swatch: lineSwatch(nullStyle),
      },
      { label: "bound of the claim", swatch: lineSwatch(guideStyle) },
      { label: "after one step of a wide network", swatch: lineSwatch(theoryStyle) },
      ...bandEntries(replicas, "sets of samples"),
    ],
    height: grid.height,
    draw: grid.draw,
  });
}

/** What is drawn of a network at a step. */
type Measure = (row: NearOrthogonalRow) => number;

/** Medians of replicas at each place. */
function medians(values: readonly (readonly number[])[]): number[] {
  return values[0].map((_, place) => lowerMedian(values.map((each) => each[place])));
}
