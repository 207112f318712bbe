/**
 * Small multiples of curves: panels in rows and columns, each with the medians and bands of some
 * series over steps, or over a few values at equal distances, with dots and guide lines.
 *
 * @module
 */
import { summarize } from "../../stats/quantiles.ts";
import { clipped, drawFrame, type Frame, frameFoot, frameHead, frameSide } from "./frame.ts";
import type { Course } from "./marks.ts";
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
  /**
   * Values on the horizontal axis, ascending; those that a logarithmic axis cannot show are left
   * out. Default: the named places of the panel, in turn.
   */
  readonly at?: readonly number[];
  /** Course between them. Default: straight. */
  readonly course?: Course;
}

/** Dots of a panel. */
export interface PanelDots {
  /** Their colour. */
  readonly color: string;
  /** Their values on both axes. */
  readonly points: readonly (readonly [x: number, y: number])[];
}

/** A guide line. */
export interface PanelGuide {
  /** Value that it marks. */
  readonly value: number;
  /** Axis of that value. Default: the vertical one. */
  readonly axis?: "x" | "y";
  /** Its look. */
  readonly style: LineStyle;
}

/** A panel of curves. */
export interface CurvePanel extends Pick<Frame, "label" | "xName" | "yName" | "xMeaning"> {
  /**
   * The horizontal axis: names of places at equal distances, each with a dot of every curve, or a
   * function of its length that makes it.
   */
  readonly x: readonly string[] | ((width: number) => Axis);
  /**
   * Makes the vertical axis.
   *
   * @param values All values of curves, dots and horizontal guides.
   * @param height Its length in pixels.
   * @returns The axis.
   */
  yAxis(values: readonly number[], height: number): Axis;
  /** The curves, the last one on top. */
  readonly curves: readonly PanelCurve[];
  /** Dots, above the curves. Default: none. */
  readonly dots?: readonly PanelDots[];
  /** Guide lines, below the curves. Default: none. */
  readonly guides?: readonly PanelGuide[];
}

/** Panels in rows and columns. */
export interface PanelGrid {
  /** The panels, row by row. */
  readonly panels: readonly CurvePanel[];
  /** Widths of the frames of a row, relative to each other. */
  readonly columns: readonly number[];
  /** Height of all frames in pixels, or of those of each row. */
  readonly heights: number | readonly number[];
}

/** Room between rows and between columns, in pixels. */
const rowGap = 16, columnGap = 24;

/** Panels that are laid out. */
export interface LaidPanels {
  /** Height of all of them in pixels. */
  readonly height: number;
  /** Draws them; the origin is the left edge of a page. */
  readonly draw: (parent: Group) => void;
}

/**
 * Lays out panels over the width of a page. A column has room for the labels of its vertical axes,
 * and a row for those of its horizontal ones, where they have names.
 *
 * @param grid The panels.
 * @returns Their height, and a function that draws them.
 */
export function layOutPanels({ panels, columns, heights }: PanelGrid): LaidPanels {
  const rows = Array.from(
    { length: Math.ceil(panels.length / columns.length) },
    (_, row) => panels.slice(row * columns.length, (row + 1) * columns.length),
  );
  const heightOf = (row: number) => typeof heights === "number" ? heights : heights[row];
  const axes = rows.map((own, row) => own.map((panel) => panel.yAxis(valuesOf(panel), heightOf(row))));
  const sides = columns.map((_, column) =>
    Math.max(0, ...rows.map((own, row) => own[column]?.yName ? frameSide(axes[row][column]) : 0))
  );
  const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0);
  const room = pageWidth - 2 * pageMargin - sum(sides) - (columns.length - 1) * columnGap;
  const widths = columns.map((share) => share * room / sum(columns));
  const lefts = columns.map((_, column) =>
    pageMargin + sum(sides.slice(0, column + 1)) + sum(widths.slice(0, column)) + column * columnGap
  );
  const rowHeights = rows.map((own, row) =>
    frameHead + heightOf(row) + (own.some(({ xName }) => xName !== null) ? frameFoot : 0) + rowGap
  );
  return {
    height: sum(rowHeights),
    draw: (parent) =>
      rows.forEach((own, row) =>
        own.forEach((panel, column) => {
          const top = frameHead + sum(rowHeights.slice(0, row));
          const size = { width: widths[column], height: heightOf(row) };
          drawPanel(appendGroup(parent, "panel", lefts[column], top), panel, axes[row][column], size);
        })
      ),
  };
}

/** Values on the vertical axis. */
function valuesOf({ curves, dots = [], guides = [] }: CurvePanel): number[] {
  return [
    ...curves.flatMap(({ values }) => values.flat()),
    ...dots.flatMap(({ points }) => points.map(([, y]) => y)),
    ...guides.filter(({ axis }) => axis !== "x").map(({ value }) => value),
  ];
}

function drawPanel(
  group: Group,
  { x, curves, dots = [], guides = [], ...headings }: CurvePanel,
  y: Axis,
  size: { readonly width: number; readonly height: number },
): void {
  const names = typeof x === "function" ? null : x;
  const across = typeof x === "function" ? x(size.width) : namedAxis(x, size.width);
  drawFrame(group, { ...headings, ...size, x: across, y });
  const inside = clipped(group, size), height = heightOn(y);
  const drawDot = (className: string, at: number, value: number, color: string) => {
    if (!Number.isFinite(at) || !Number.isFinite(value)) return;
    inside.append("circle").attr("class", className).attr("cx", px(at)).attr("cy", px(value)).attr("r", 2.6)
      .attr("fill", color);
  };
  for (const { value, axis, style: { color, dash, width } } of guides) {
    const line = inside.append("line").attr("class", "guide");
    if (axis === "x") {
      line.attr("x1", px(across.scale(value))).attr("x2", px(across.scale(value))).attr(
        "y2",
        px(size.height),
      );
    } else {
      line.attr("x2", px(size.width)).attr("y1", px(height(value))).attr("y2", px(height(value)));
    }
    line.attr("stroke", color).attr("stroke-width", width).attr("stroke-dasharray", dash);
  }
  for (const { style, values, at = [...names?.keys() ?? []], course = "straight" } of curves) {
    const shown = [...at.keys()].filter((i) => Number.isFinite(across.scale(at[i])));
    const places = shown.map((i) => across.scale(at[i]));
    const summary = summarize(values.map((each) => shown.map((i) => each[i])), shown.length);
    if (isSpread(summary)) drawSpread(inside, "band", places, summary, height, course, style.color);
    const points = drawMedian(inside, "curve", places, summary, height, course, style);
    if (names) points.forEach((point) => drawDot("value", point.x, point.y, style.color));
  }
  for (const { color, points } of dots) {
    for (const [at, value] of points) drawDot("dot", across.scale(at), height(value), color);
  }
}

/** Makes an axis of named places at equal distances. */
function namedAxis(names: readonly string[], width: number): Axis {
  const axis = ordinalAxis(names.map((_, i) => i), width);
  return { ...axis, ticks: axis.ticks.map((tick) => ({ ...tick, label: names[tick.value] })) };
}
