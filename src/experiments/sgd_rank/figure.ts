/**
 * The figure of SGD's rank bias: a row for each weight matrix and one for the accuracy, a column
 * for each quantity that varies.
 *
 * @module
 */
import { drawFrame, frameFoot, frameHead, frameSide } from "../../plot/core/frame.ts";
import { type LegendEntry, lineSwatch } from "../../plot/core/legend.ts";
import { ordinalAxis } from "../../plot/core/ordinal_axis.ts";
import { drawPage, pageMargin, pageWidth } from "../../plot/core/page.ts";
import { lineStyle } from "../../plot/core/palette.ts";
import { summarize } from "../../stats/quantiles.ts";
import { type Axis, rankAxis } from "../../plot/core/scales.ts";
import { bandEntries, drawMedian, drawSpread } from "../../plot/core/summary_marks.ts";
import { appendGroup, type Group, px } from "../../plot/core/svg.ts";

/** A row of panels. */
export interface SgdRankRow {
  /** Heading. */
  readonly label: string;
  /** Name of the vertical axis. */
  readonly name: string;
  /** Values, `[knob][curve][replica][value of the knob]`; NaN for none. */
  readonly series: readonly (readonly (readonly (readonly number[])[])[])[];
}

/** Data of the figure. */
export interface SgdRankFigureData {
  /** Heading. */
  readonly title: string;
  /** Networks and training, in one line. */
  readonly subtitle: string;
  /** Quantities that vary, a column each: name and values, ascending. */
  readonly knobs: readonly { readonly name: string; readonly values: readonly number[] }[];
  /** Names of the curves of each panel. */
  readonly curves: readonly string[];
  /** The rows. */
  readonly rows: readonly SgdRankRow[];
  /** Networks behind each point. */
  readonly replicas: number;
}

const plotHeight = 170, gap = 26, rowGap = 14;

/**
 * Draws the rows. All panels of a row have the same vertical axis.
 *
 * @param data Data of the figure.
 * @returns A standalone SVG document, 900 pixels wide.
 */
export function sgdRankFigure(data: SgdRankFigureData): string {
  const { knobs, rows } = data;
  const axes = rows.map(({ series }) => rankAxis(series.flat(3), plotHeight));
  const left = pageMargin + Math.max(...axes.map(frameSide));
  const width = (pageWidth - left - pageMargin - (knobs.length - 1) * gap) / knobs.length;
  const rowHeight = frameHead + plotHeight + rowGap;
  return drawPage({
    title: data.title,
    subtitle: data.subtitle,
    description: describe(data),
    legend: legend(data),
    height: rows.length * rowHeight + frameFoot,
    draw: (parent) =>
      rows.forEach(({ label, name, series }, r) =>
        knobs.forEach((knob, k) => {
          const at = [left + k * (width + gap), frameHead + r * rowHeight] as const;
          const group = appendGroup(parent, "panel", ...at);
          const x = ordinalAxis(knob.values, width);
          drawFrame(group, {
            label: k === 0 ? label : "",
            width,
            height: plotHeight,
            x,
            y: axes[r],
            xName: r === rows.length - 1 ? knob.name : null,
            yName: k === 0 ? name : null,
          });
          series[k].forEach((values, c) => drawCurve(group, values, knob.values, x, axes[r], c));
        })
      ),
  });
}

/** Draws median and band over replicas, with a dot at each value. */
function drawCurve(
  parent: Group,
  series: readonly (readonly number[])[],
  values: readonly number[],
  x: Axis,
  y: Axis,
  index: number,
): void {
  const summary = summarize(series, values.length);
  const at = values.map(x.scale), style = lineStyle(index);
  if (series.length > 1) drawSpread(parent, "band", at, summary, y.scale, "straight", style.color);
  const points = drawMedian(parent, "curve", at, summary, y.scale, "straight", style);
  for (const point of points.filter((each) => Number.isFinite(each.y))) {
    parent.append("circle").attr("class", "value").attr("cx", px(point.x)).attr("cy", px(point.y)).attr(
      "r",
      3,
    )
      .attr("fill", style.color);
  }
}

function legend({ curves, replicas }: SgdRankFigureData): LegendEntry[] {
  const lines = curves.map((label, i): LegendEntry => ({
    label,
    swatch: lineSwatch(lineStyle(i)),
  }));
  const what = "means over the rest of the grid";
  if (replicas < 2) return [...lines, { label: what, swatch: () => {} }];
  return [...lines, ...bandEntries(replicas, "replicas", `lines are medians, of ${what}`)];
}

/** Describes the figure in words. */
function describe({ knobs, curves, rows }: SgdRankFigureData): string {
  return rows.flatMap(({ label, series }) =>
    knobs.map(({ name, values }, k) =>
      `${label} by ${name} ${values.join(", ")}: ${
        curves.map((curve, c) => {
          const { median } = summarize(series[k][c], values.length);
          return `${curve} ${
            median.map((value) => Number.isFinite(value) ? value.toFixed(1) : "none").join(", ")
          }`;
        }).join("; ")
      }.`
    )
  ).join(" ");
}
