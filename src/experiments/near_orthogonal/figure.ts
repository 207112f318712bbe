/**
 * The figure of nearly orthogonal samples: stable ranks over the steps for each case, and three
 * measures of the last step over the cases.
 *
 * @module
 */
import { type CurvePanel, layOutPanels, type PanelCurve } from "../../plot/core/curve_panels.ts";
import { scientific } from "../../plot/core/format.ts";
import { lineSwatch } from "../../plot/core/legend.ts";
import { sizeAxis } from "../../plot/core/log_axis.ts";
import { drawPage } from "../../plot/core/page.ts";
import { greyInk, guideStyle, ink, type LineStyle, lineStyle } from "../../plot/core/palette.ts";
import { lossAxis, rankAxis } from "../../plot/core/scales.ts";
import { bandEntries } from "../../plot/core/summary_marks.ts";
import { extent } from "../../stats/extent.ts";
import { lowerMedian } from "../../stats/median.ts";
import { LOW } from "./claims.ts";
import { type NearOrthogonalRow, TOLERANCE } from "./networks.ts";
import type { NearOrthogonalPlan } from "./plan.ts";

const nullStyle: LineStyle = { color: greyInk, dash: "2 3", width: 1.6 };
const theoryStyle: LineStyle = { color: ink, dash: null, width: 0.8 };
/** Ticks of stable ranks; those up to the first one above all values are drawn. */
const RANKS = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000];

/**
 * Draws the figure.
 *
 * @param rows Networks at all waypoints.
 * @param plan The study.
 * @returns A standalone SVG document, 900 pixels wide.
 */
export function nearOrthogonalFigure(rows: readonly NearOrthogonalRow[], plan: NearOrthogonalPlan): string {
  const {
    cases,
    initScales,
    ratios,
    replicasOfEach: replicas,
    samples,
    width,
    slope,
    waypoints,
    rate,
    seed,
  } = plan;
  const end = waypoints[waypoints.length - 1];
  const found = new Map(rows.map((row) => [[row.name, row.initScale, row.replica, row.step].join(), row]));
  /** Values of all replicas over places that have a case and a step each. */
  const valuesOf = (places: readonly Place[], scale: number, of: (row: NearOrthogonalRow) => number) =>
    Array.from({ length: replicas }, (_, replica) =>
      places.map(({ name, step }) => {
        const row = found.get([name, scale, replica, step].join());
        return row ? of(row) : NaN;
      }));
  /** A curve for each size of the initial weights, the smallest on top. */
  const curvesOf = (places: readonly Place[], of: (row: NearOrthogonalRow) => number): PanelCurve[] =>
    initScales.map((scale, i) => ({ style: lineStyle(i), values: valuesOf(places, scale, of) })).reverse();
  const largest = extent(rows.map(({ stableRank }) => stableRank.value))[1];
  const ticks = RANKS.slice(0, 1 + RANKS.findIndex((tick) => tick >= Math.max(LOW, largest)));
  const courses = cases.map(({ name, slope }): CurvePanel => {
    const places = waypoints.map((step) => ({ name, step }));
    const drawn = valuesOf(places, initScales[0], (row) => lowerMedian(row.drawn));
    const medians = waypoints.map((_, i) => lowerMedian(drawn.map((own) => own[i])));
    return {
      label: name,
      x: waypoints.map(String),
      xName: "step",
      yName: "stable rank",
      yAxis: (_, height) => sizeAxis(ticks, [height, 0]),
      curves: [
        { style: nullStyle, values: [medians] },
        ...curvesOf(places, ({ stableRank }) => stableRank.value),
      ],
      guides: [
        ...slope > 0 ? [{ value: LOW, style: guideStyle }] : [],
        { value: 1 + ((1 - slope) / (1 + slope)) ** 2, style: theoryStyle },
      ],
    };
  });
  const ends = (
    label: string,
    yName: string,
    of: (row: NearOrthogonalRow) => number,
    rest: Pick<CurvePanel, "yAxis" | "guides"> = { yAxis: rankAxis },
  ): CurvePanel => ({
    label: `${label} at step ${end}`,
    x: ["orth.", ...ratios.map(String)],
    xName: "d/n",
    yName,
    curves: curvesOf(cases.slice(0, -1).map(({ name }) => ({ name, step: end })), of),
    ...rest,
  });
  const grid = layOutPanels({
    columns: [1, 1, 1],
    heights: 150,
    panels: [
      ...courses,
      ends("σ₃ / σ₁", "σ₃ / σ₁", ({ third }) => third, {
        yAxis: lossAxis,
        guides: [{ value: TOLERANCE, style: guideStyle }],
      }),
      ends("boundary", "points off linear, %", ({ agreement }) => 100 * (1 - agreement)),
      ends("margins", "least / largest, %", ({ margins: [least, most] }) => 100 * Math.max(0, least / most)),
    ],
  });
  return drawPage({
    title: "One step from small weights makes networks of low stable rank",
    subtitle: `${samples} samples, ${width} neurons, leaky ReLU of slope ${slope} but for one panel · ` +
      `learning rate ${rate}/d · ${replicas} sets of samples, seed ${seed}`,
    description: courses.map(({ label, curves }) => {
      const { values } = curves[curves.length - 1];
      const [first, last] = [0, waypoints.length - 1].map((i) => lowerMedian(values.map((own) => own[i])));
      return `${label}: with the smallest weights, stable rank from ${first.toFixed(1)} to ${
        last.toFixed(1)
      }.`;
    }).join(" "),
    legend: [
      ...initScales.map((scale, i) => ({
        label: `initial weights ω = ${scientific(scale)}`,
        swatch: lineSwatch(lineStyle(i)),
      })),
      {
        label: `random steps as long as with ω = ${scientific(initScales[0])}`,
        swatch: lineSwatch(nullStyle),
      },
      { label: "bound of the claim", swatch: lineSwatch(guideStyle) },
      { label: "a wide network after one step: 1 + ((1 − γ) / (1 + γ))²", swatch: lineSwatch(theoryStyle) },
      ...bandEntries(replicas, "sets of samples"),
    ],
    height: grid.height,
    draw: grid.draw,
  });
}

/** A place of a horizontal axis. */
interface Place {
  readonly name: string;
  readonly step: number;
}
