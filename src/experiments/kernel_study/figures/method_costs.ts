/**
 * The figure of costs: time per matrix against the size of the batch, and the share of the
 * adapter's peak.
 *
 * @module
 */
import { thousands } from "../../../plot/core/format.ts";
import { clipped, drawFrame, frameFoot, frameHead, frameSide } from "../../../plot/core/frame.ts";
import { type LegendEntry, swatchWidth } from "../../../plot/core/legend.ts";
import { decadeAxis, sizeAxis } from "../../../plot/core/log_axis.ts";
import { drawLine } from "../../../plot/core/marks.ts";
import { type DrawnMethod, methodLegend, methodName, methodStyle } from "./method_style.ts";
import { drawPage, pageMargin, pageWidth } from "../../../plot/core/page.ts";
import { fontSize, greyInk, gridInk, ink } from "../../../plot/core/palette.ts";
import type { Axis } from "../../../plot/core/scales.ts";
import { appendGroup, type Group, px } from "../../../plot/core/svg.ts";
import { textWidth } from "../../../plot/core/text.ts";

/** Costs of one method for matrices of one order. */
export interface CostSeries {
  /** The method. */
  readonly method: DrawnMethod;
  /**
   * For each batch, ascending: milliseconds per matrix, and the share of certain ranks; `null` for
   * no certificate.
   */
  readonly points: readonly {
    readonly batch: number;
    readonly milliseconds: number;
    readonly certain: number | null;
  }[];
  /** Share of the adapter's peak at the largest batch; `null` if it is not known. */
  readonly peakShare: number | null;
  /** Dispatches at the largest batch. */
  readonly dispatches: number;
}

/** Data of a figure of costs. */
export interface MethodCostsData {
  /** Heading. */
  readonly title: string;
  /** A line under the heading. */
  readonly subtitle: string;
  /** One panel for each order. */
  readonly panels: readonly { readonly label: string; readonly series: readonly CostSeries[] }[];
}

const columns = 3, plotHeight = 230, gap = 14;
const barRow = 18, barHeight = 10;

/**
 * Draws for each order the time per matrix against the batch, with dots filled by the share of
 * certain ranks. Below it a bar for each method shows its share of the peak at the largest batch.
 *
 * @param data Data of the figure.
 * @returns A standalone SVG document, 900 pixels wide.
 */
export function methodCostsFigure(data: MethodCostsData): string {
  const { panels } = data;
  const series = panels.flatMap((panel) => panel.series);
  const points = series.flatMap((each) => each.points);
  const times = points.map(({ milliseconds }) => milliseconds);
  const y = decadeAxis(around(times), [plotHeight, 0], 8);
  const left = pageMargin + frameSide(y);
  const width = (pageWidth - left - pageMargin - (columns - 1) * gap) / columns;
  const shares = series.flatMap(({ peakShare }) => peakShare === null ? [] : [peakShare]);
  const most = Math.max(...panels.map((panel) => panel.series.length), 0);
  const barTop = plotHeight + frameFoot + 34;
  const rowHeight = frameHead + barTop + most * barRow + 22;
  const rows = Math.ceil(panels.length / columns);
  return drawPage({
    title: data.title,
    subtitle: data.subtitle,
    description: describe(data),
    legend: [...methodLegend(series.map(({ method }) => method)), ...certainLegend()],
    height: rows * rowHeight,
    draw: (parent) =>
      panels.forEach(({ label, series: own }, i) => {
        const column = i % columns, row = Math.floor(i / columns);
        const at = [left + column * (width + gap), frameHead + row * rowHeight] as const;
        const panel = appendGroup(parent, "panel", ...at);
        const x = sizeAxis(points.map(({ batch }) => batch), [0, width]);
        const yName = column === 0 ? "time a matrix, ms" : null;
        drawFrame(panel, { label, width, height: plotHeight, x, y, xName: "matrices a batch", yName });
        const clip = clipped(panel, { width, height: plotHeight });
        for (const each of own) drawTimes(clip, each, x, y);
        drawBars(appendGroup(panel, "bars", 0, barTop), own, shares, width);
      }),
  });
}

/** Gives the ends of a logarithmic axis with room for dots. */
function around(values: readonly number[]): [number, number] {
  const known = values.filter((value) => value > 0 && value < Infinity);
  return known.length === 0 ? [0.1, 10] : [Math.min(...known) / 1.6, Math.max(...known) * 1.6];
}

function drawTimes(parent: Group, { method, points }: CostSeries, x: Axis, y: Axis): void {
  const style = methodStyle(method);
  const line = points.map(({ batch, milliseconds }) => ({ x: x.scale(batch), y: y.scale(milliseconds) }));
  if (line.length > 1) drawLine(parent, "time", line, "straight", style);
  points.forEach(({ certain }, i) => drawDot(parent, line[i].x, line[i].y, certain, style.color));
}

/** Draws a dot, filled by the share of certain ranks; a cross if nothing is proven. */
function drawDot(parent: Group, x: number, y: number, certain: number | null, color: string): void {
  if (certain === null) {
    const d = `M${px(x - 3.5)},${px(y - 3.5)}L${px(x + 3.5)},${px(y + 3.5)}` +
      `M${px(x - 3.5)},${px(y + 3.5)}L${px(x + 3.5)},${px(y - 3.5)}`;
    parent.append("path").attr("class", "unproven").attr("d", d).attr("stroke", color)
      .attr("stroke-width", 1.6).attr("fill", "none");
    return;
  }
  const dot = (radius: number, fill: string) =>
    parent.append("circle").attr("class", "dot").attr("cx", px(x)).attr("cy", px(y)).attr("r", px(radius))
      .attr("fill", fill);
  dot(4.5, "white").attr("stroke", color).attr("stroke-width", 1.4);
  // The area shows the share.
  if (certain > 0) dot(4.5 * Math.sqrt(certain), color);
}

function certainLegend(): LegendEntry[] {
  const entry = (label: string, certain: number | null): LegendEntry => ({
    label,
    swatch: (parent) => drawDot(parent, swatchWidth / 2, 0, certain, ink),
  });
  return [
    entry("every rank certain", 1),
    entry("a third of them", 1 / 3),
    entry("none", 0),
    entry("no certificate", null),
  ];
}

function drawBars(
  parent: Group,
  series: readonly CostSeries[],
  shares: readonly number[],
  width: number,
): void {
  parent.append("text").attr("y", -10).attr("font-size", fontSize.small).attr("fill", greyInk)
    .text("share of the peak, and dispatches");
  const notes = series.map((each) => note(each));
  const widest = (texts: readonly string[]) =>
    Math.max(0, ...texts.map((text) => textWidth(text, fontSize.small)));
  const start = widest(series.map(({ method }) => methodName(method))) + 6;
  const longest = Math.max(20, width - start - widest(notes) - 6);
  const largest = Math.max(1e-9, ...shares);
  series.forEach(({ method, peakShare, dispatches }, i) => {
    const bar = appendGroup(parent, "bar", 0, i * barRow);
    const { color } = methodStyle(method);
    const length = (peakShare ?? 0) / largest * longest;
    const box = (name: string, size: number, fill: string) =>
      bar.append("rect").attr("class", name).attr("x", px(start)).attr("width", px(size))
        .attr("height", barHeight).attr("fill", fill);
    box("room", longest, gridInk).attr("fill-opacity", 0.4);
    if (peakShare !== null) {
      box("share", length, color).attr("data-series", methodName(method))
        .attr(
          "data-read",
          `share of the peak: ${shareText(peakShare)}; dispatches: ${thousands(dispatches)}`,
        );
    }
    const write = (x: number, text: string) =>
      bar.append("text").attr("x", px(x)).attr("y", barHeight - 1).attr("font-size", fontSize.small).text(
        text,
      );
    write(0, methodName(method));
    write(start + longest + 6, notes[i]);
  });
}

/** Writes the share of the peak, and the dispatches. */
function note({ peakShare, dispatches }: CostSeries): string {
  return `${peakShare === null ? "?" : shareText(peakShare)} · ${thousands(dispatches)}`;
}

function shareText(share: number): string {
  return `${(100 * share).toFixed(share < 0.0995 ? 1 : 0)} %`;
}

/** Describes the figure in words. */
function describe({ panels }: MethodCostsData): string {
  return panels.map(({ label, series }) => {
    const fastest = series.map(({ method, points }) =>
      `${methodName(method)} ${Math.min(...points.map(({ milliseconds }) => milliseconds)).toPrecision(2)} ms`
    );
    return `${label}, least time a matrix: ${fastest.join("; ")}.`;
  }).join(" ");
}
