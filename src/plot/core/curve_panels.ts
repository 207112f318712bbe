/**
 * Small multiples of curves: panels in rows and columns, each with the medians and bands of some
 * series over a few values at equal distances or on a logarithmic axis, and guide lines.
 *
 * @module
 */
import { summarize } from "../../stats/quantiles.ts";
import { clipped, drawFrame, frameFoot, frameHead, frameSide } from "./frame.ts";
import { sizeAxis } from "./log_axis.ts";
import { drawLine } from "./marks.ts";
import { ordinalAxis } from "./ordinal_axis.ts";
import { pageMargin, pageWidth } from "./page.ts";
import type { LineStyle } from "./palette.ts";
import type { Axis } from "./scales.ts";
import { drawMedian, drawSpread, heightOn, isSpread } from "./summary_marks.ts";
import { appendGroup, type Group, px } from "./svg.ts";

/** A curve of a panel. */
export interface PanelCurve {
  /** Its look. */
  readonly style: LineStyle;
  /** Values, `[replica][place]`; NaN for none. */
  readonly values: readonly (readonly number[])[];
}

/** A panel of curves. */
export interface CurvePanel {
  /** Heading. */
  readonly label: string;
  /**
   * What stands below the places of the horizontal axis, from left to right, at equal distances; or
   * positive numbers, ascending, on a logarithmic axis.
   */
  readonly places: readonly string[] | readonly number[];
  /** Heading of the horizontal axis; `null` for an axis without labels. */
  readonly xName: string | null;
  /** Heading of the vertical axis. */
  readonly yName: string;
  /**
   * Makes the vertical axis.
   *
   * @param values All values of the curves and guides.
   * @param height Its length in pixels.
   * @returns The axis.
   */
  yAxis(values: readonly number[], height: number): Axis;
  /** The curves, the last one on top. */
  readonly curves: readonly PanelCurve[];
  /** Guide lines: looks, and heights, one for all places or one for each. */
  readonly guides: readonly { readonly value: number | readonly number[]; readonly style: LineStyle }[];
}

/** Panels in rows and columns. */
export interface PanelGrid {
  /** The panels, row by row. */
  readonly panels: readonly CurvePanel[];
  /** Panels of a row. */
  readonly columns: number;
  /** Height of a frame in pixels. */
  readonly plotHeight: number;
}

/** Room between rows and between columns, in pixels. */
const rowGap = 16, columnGap = 18;

/** Panels that are laid out. */
export interface LaidPanels {
  /** Height of all of them in pixels. */
  readonly height: number;
  /** Draws them; the origin is the left edge of a page. */
  readonly draw: (parent: Group) => void;
}

/**
 * Lays out panels over the width of a page.
 *
 * @param grid The panels.
 * @returns Their height, and a function that draws them.
 */
export function layOutPanels({ panels, columns, plotHeight }: PanelGrid): LaidPanels {
  const axes = panels.map((panel) =>
    panel.yAxis([
      ...panel.curves.flatMap(({ values }) => values.flat()),
      ...panel.guides.flatMap(({ value }) => value),
    ], plotHeight)
  );
  const side = Math.max(...axes.map(frameSide));
  const width = (pageWidth - 2 * pageMargin - (columns - 1) * columnGap) / columns - side;
  const rowHeight = frameHead + plotHeight + frameFoot + rowGap;
  return {
    height: Math.ceil(panels.length / columns) * rowHeight,
    draw: (parent) =>
      panels.forEach((panel, i) => {
        const left = pageMargin + side + (i % columns) * (width + side + columnGap);
        const top = frameHead + Math.floor(i / columns) * rowHeight;
        drawPanel(appendGroup(parent, "panel", left, top), panel, axes[i], { width, height: plotHeight });
      }),
  };
}

function drawPanel(
  group: Group,
  { label, places, xName, yName, curves, guides }: CurvePanel,
  y: Axis,
  size: { readonly width: number; readonly height: number },
): void {
  const { x, at } = placeAxis(places, size.width), height = heightOn(y);
  drawFrame(group, { label, ...size, x, y, xName, yName });
  const inside = clipped(group, size);
  for (const { value, style } of guides) {
    const ends = typeof value === "number"
      ? [0, size.width].map((x) => ({ x, y: height(value) }))
      : at.map((x, i) => ({ x, y: height(value[i]) }));
    drawLine(inside, "guide", ends, "straight", style);
  }
  for (const { style, values } of curves) {
    const summary = summarize(values, places.length);
    if (isSpread(summary)) drawSpread(inside, "band", at, summary, height, "straight", style.color);
    for (const point of drawMedian(inside, "curve", at, summary, height, "straight", style)) {
      if (!Number.isFinite(point.y)) continue;
      inside.append("circle").attr("class", "value").attr("cx", px(point.x)).attr("cy", px(point.y))
        .attr("r", 2.6).attr("fill", style.color);
    }
  }
}

/** Makes the horizontal axis, and finds the pixels of the places. */
function placeAxis(places: CurvePanel["places"], width: number): { x: Axis; at: number[] } {
  const numbers = places.filter((place) => typeof place === "number");
  if (numbers.length > 0) {
    const x = sizeAxis(numbers, [0, width]);
    return { x, at: numbers.map(x.scale) };
  }
  const axis = ordinalAxis(places.map((_, i) => i), width);
  const ticks = axis.ticks.map((tick) => ({ ...tick, label: String(places[tick.value]) }));
  return { x: { ...axis, ticks }, at: places.map((_, i) => axis.scale(i)) };
}
