/**
 * The figure of growth: time against size, with fitted power laws and that of the theory.
 *
 * @module
 */
import { clipped, drawFrame, frameFoot, frameHead, frameSide } from "../../../plot/core/frame.ts";
import { decadeAxis, sizeAxis } from "../../../plot/core/log_axis.ts";
import { drawLine } from "../../../plot/core/marks.ts";
import { type DrawnMethod, methodName, methodStyle } from "./method_style.ts";
import { drawPage, pageMargin, pageWidth } from "../../../plot/core/page.ts";
import { fontSize, greyInk, ink, type LineStyle } from "../../../plot/core/palette.ts";
import type { Axis } from "../../../plot/core/scales.ts";
import { appendGroup, type Group, px } from "../../../plot/core/svg.ts";
import { textWidth } from "../../../plot/core/text.ts";

/** Times of one method for matrices that grow. */
export interface GrowthSeries {
  /** The method. */
  readonly method: DrawnMethod;
  /** Size and milliseconds, ascending. */
  readonly points: readonly { readonly size: number; readonly milliseconds: number }[];
  /** Fitted exponent with its confidence interval; `null` for too few points. */
  readonly fit: { readonly exponent: number; readonly low: number; readonly high: number } | null;
  /** Exponent of the operations over the same sizes; `null` if it is not known. */
  readonly model: number | null;
}

/** One panel of a figure of growth. */
export interface GrowthPanel {
  /** Heading. */
  readonly label: string;
  /** Name of the size that grows. */
  readonly xName: string;
  /** Exponent of the theory. */
  readonly theory: number;
  /** The methods. */
  readonly series: readonly GrowthSeries[];
}

/** Data of a figure of growth. */
export interface GrowthData {
  /** Heading. */
  readonly title: string;
  /** A line under the heading. */
  readonly subtitle: string;
  /** Name of the time, for the vertical axis. */
  readonly timeName: string;
  /** The panels. */
  readonly panels: readonly GrowthPanel[];
}

const columns = 2, plotHeight = 300, gap = 56;
const tableRow = 19, stub = 22;

const theoryStyle: LineStyle = { color: greyInk, dash: "1.5 2.5", width: 1.6 };

/**
 * Draws time against size on logarithmic axes, with one line per method and a line with the slope
 * of the theory. Below stands a table of the exponents.
 *
 * @param data Data of the figure.
 * @returns A standalone SVG document, 900 pixels wide.
 */
export function growthFigure(data: GrowthData): string {
  const { panels } = data;
  const axes = panels.map(({ series }) => {
    const points = series.flatMap((each) => each.points);
    const times = points.map(({ milliseconds }) => milliseconds).filter((value) => value > 0);
    const domain: [number, number] = times.length > 0
      ? [Math.min(...times) / 1.6, Math.max(...times) * 1.6]
      : [0.1, 10];
    return { y: decadeAxis(domain, [plotHeight, 0], 8), sizes: points.map(({ size }) => size) };
  });
  const side = Math.max(0, ...axes.map(({ y }) => frameSide(y)));
  const left = pageMargin + side;
  const width = (pageWidth - left - 2 * pageMargin - (columns - 1) * gap) / columns;
  const most = Math.max(0, ...panels.map(({ series }) => series.length));
  const height = frameHead + plotHeight + frameFoot + 30 + (most + 1) * tableRow + 10;
  return drawPage({
    title: data.title,
    subtitle: data.subtitle,
    description: describe(data),
    legend: [],
    height: Math.ceil(panels.length / columns) * height,
    draw: (parent) =>
      panels.forEach((panel, i) => {
        const { y, sizes } = axes[i];
        const column = i % columns, row = Math.floor(i / columns);
        const group = appendGroup(parent, "panel", left + column * (width + gap), frameHead + row * height);
        const x = sizeAxis(sizes.length > 0 ? sizes : [1, 10], [0, width]);
        const yName = column === 0 ? data.timeName : "";
        drawFrame(group, { label: panel.label, width, height: plotHeight, x, y, xName: panel.xName, yName });
        const clip = clipped(group, { width, height: plotHeight });
        drawTheory(clip, panel, x, y);
        for (const { method, points } of panel.series) drawSeries(clip, method, points, x, y);
        drawTable(appendGroup(group, "exponents", 0, plotHeight + frameFoot + 24), panel, width);
      }),
  });
}

function drawSeries(
  parent: Group,
  method: DrawnMethod,
  points: GrowthSeries["points"],
  x: Axis,
  y: Axis,
): void {
  const style = methodStyle(method);
  const line = points.map(({ size, milliseconds }) => ({ x: x.scale(size), y: y.scale(milliseconds) }));
  drawLine(parent, "time", line, "straight", style);
  if (line.length < 2) return;
  for (const point of line) {
    parent.append("circle").attr("class", "dot").attr("cx", px(point.x)).attr("cy", px(point.y)).attr("r", 3)
      .attr("fill", style.color);
  }
}

/** Draws a line with the slope of the theory across the frame, from its lower left. */
function drawTheory(parent: Group, { theory }: GrowthPanel, x: Axis, y: Axis): void {
  const [from, to] = x.domain, start = y.domain[0] * 1.5;
  const ends = [[from, start], [to, start * (to / from) ** theory]];
  drawLine(
    parent,
    "theory",
    ends.map(([size, time]) => ({ x: x.scale(size), y: y.scale(time) })),
    "straight",
    theoryStyle,
  );
}

/** Draws a table of exponents: method, fitted, of the operations. */
function drawTable(parent: Group, { series, theory, label }: GrowthPanel, width: number): void {
  const cell = (y: number, x: number, text: string, anchor: "start" | "end", color = ink) =>
    parent.append("text").attr("x", px(x)).attr("y", y).attr("text-anchor", anchor)
      .attr("font-size", fontSize.small).attr("fill", color).text(text);
  const head = ["exponents", "fitted, 95 % interval", "operations"];
  const right = width, middle = width - textWidth(head[2], fontSize.small) - 10;
  cell(0, 0, head[0], "start", greyInk);
  cell(0, middle, head[1], "end", greyInk);
  cell(0, right, head[2], "end", greyInk);
  series.forEach(({ method, fit, model }, i) => {
    const y = (i + 1) * tableRow;
    const { color, dash, width: thickness } = methodStyle(method);
    parent.append("line").attr("x2", stub).attr("y1", y - 4).attr("y2", y - 4).attr("stroke", color)
      .attr("stroke-width", thickness).attr("stroke-dasharray", dash);
    cell(y, stub + 6, methodName(method), "start");
    cell(y, middle, fit ? exponentText(fit) : "too few sizes", "end");
    cell(y, right, fit === null ? "" : model === null ? "not known" : model.toFixed(2), "end");
  });
  const y = (series.length + 1) * tableRow;
  parent.append("line").attr("x2", stub).attr("y1", y - 4).attr("y2", y - 4).attr(
    "stroke",
    theoryStyle.color,
  )
    .attr("stroke-width", theoryStyle.width).attr("stroke-dasharray", theoryStyle.dash);
  cell(y, stub + 6, `theory, ${label.startsWith("samples") ? "m → ∞" : "n → ∞"}`, "start");
  cell(y, right, theory.toFixed(0), "end");
}

function exponentText({ exponent, low, high }: NonNullable<GrowthSeries["fit"]>): string {
  const digits = (value: number) => value.toFixed(Math.abs(value) < 9.995 ? 2 : 0);
  return `${digits(exponent)} [${digits(low)}, ${digits(high)}]`.replaceAll("-", "−");
}

/** Describes the figure in words. */
function describe({ panels }: GrowthData): string {
  return panels.map(({ label, series, theory }) => {
    const fits = series.map(({ method, fit }) =>
      `${methodName(method)} ${fit ? exponentText(fit) : "too few sizes"}`
    );
    return `${label}, fitted exponents: ${fits.join("; ")}; theory ${theory}.`;
  }).join(" ");
}
