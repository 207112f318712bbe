/**
 * The figure of count errors: errors of ranks against the threshold, family by family.
 *
 * @module
 */
import * as d3 from "../../../plot/deps.ts";
import { scientific, type Tick } from "../../../plot/core/format.ts";
import { clipped, drawFrame, frameFoot, frameHead, frameSide } from "../../../plot/core/frame.ts";
import { swatchWidth } from "../../../plot/core/legend.ts";
import { decadeAxis } from "../../../plot/core/log_axis.ts";
import { drawLine } from "../../../plot/core/marks.ts";
import { type DrawnMethod, methodLegend, methodName, methodStyle } from "./method_style.ts";
import { drawPage, pageMargin, pageWidth } from "../../../plot/core/page.ts";
import { fontSize, greyInk } from "../../../plot/core/palette.ts";
import type { Axis } from "../../../plot/core/scales.ts";
import { appendGroup, type Group, px } from "../../../plot/core/svg.ts";

/** Ranks of one matrix by one method. */
export interface CountSeries {
  /** The method. */
  readonly method: DrawnMethod;
  /**
   * For each threshold, a share of λ₁: the error of the rank, and whether the rank is certain;
   * `null` for no certificate.
   */
  readonly points: readonly {
    readonly share: number;
    readonly error: number;
    readonly certain: boolean | null;
  }[];
}

/** Data of a figure of count errors. */
export interface CountErrorsData {
  /** Heading. */
  readonly title: string;
  /** A line under the heading. */
  readonly subtitle: string;
  /** One panel for each matrix. */
  readonly panels: readonly { readonly label: string; readonly series: readonly CountSeries[] }[];
}

const columns = 4, plotHeight = 130, gap = 14;
/** Height of a row of the strip that shows where a method is certain. */
const stripRow = 9, stripGap = 6;

/**
 * Draws for each matrix the error of the rank against the threshold, with one line per method.
 * Below it stands a strip for each method with a certificate, filled where its rank is certain.
 *
 * @param data Data of the figure.
 * @returns A standalone SVG document, 900 pixels wide.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { countErrorsFigure } from "./count_errors.ts";
 *
 * const method = { name: "inertia", precision: "single" };
 * const series = [{ method, points: [{ share: 1e-9, error: 3, certain: false }] }];
 * const panels = [{ label: "Hilbert", series }];
 * const svg = countErrorsFigure({ title: "Errors", subtitle: "n = 8", panels });
 * assert(svg.startsWith("<svg ") && svg.includes("inertia, single"));
 * ```
 */
export function countErrorsFigure(data: CountErrorsData): string {
  const { panels } = data;
  const all = panels.flatMap(({ series }) => series);
  const points = all.flatMap((series) => series.points);
  const methods = all.map(({ method }) => method);
  const proven = distinct(all.filter(({ points }) => points.some(({ certain }) => certain !== null)));
  const y = errorAxis(points.map(({ error }) => error));
  const left = pageMargin + frameSide(y);
  const width = (pageWidth - left - pageMargin - (columns - 1) * gap) / columns;
  const strip = proven.length * stripRow + stripGap;
  const rowHeight = frameHead + plotHeight + strip + frameFoot + 6;
  const rows = Math.ceil(panels.length / columns);
  const shares = points.map(({ share }) => share);
  const [most, least] = shares.length > 0 ? [Math.max(...shares), Math.min(...shares)] : [1, 0.1];
  // A single threshold needs powers of ten beside it to be legible.
  const beyond = most > least ? 2 : 30;
  const domain: [number, number] = [most * beyond, least / beyond];
  const legend = methodLegend(methods);
  if (proven.length > 0) {
    legend.push({
      label: "below, a row for each method with a certificate, in this order: where its rank is certain",
      swatch: (parent) => {
        const color = methodStyle(proven[proven.length - 1]).color;
        parent.append("rect").attr("y", -3.5).attr("width", swatchWidth).attr("height", 7).attr(
          "fill",
          color,
        );
      },
    });
  }
  return drawPage({
    title: data.title,
    subtitle: data.subtitle,
    description: describe(data),
    legend,
    height: rows * rowHeight,
    draw: (parent) => {
      const x = decadeAxis(domain, [0, width], 5);
      for (const [i, { label, series }] of panels.entries()) {
        const column = i % columns, row = Math.floor(i / columns);
        const panel = appendGroup(
          parent,
          "panel",
          left + column * (width + gap),
          frameHead + row * rowHeight,
        );
        drawPanel(panel, label, series, proven, { x, y, width, first: column === 0 });
      }
    },
  });
}

/** Lists the methods of some series, each once. */
function distinct(series: readonly CountSeries[]): DrawnMethod[] {
  const key = ({ name, precision }: DrawnMethod) => `${name} ${precision}`;
  return [...new Map(series.map(({ method }) => [key(method), method])).values()];
}

/** Error up to which their axis is about linear. */
const LINEAR = 0.4;

/** Makes the axis of errors: linear near 0, logarithmic beyond ±1, which it always contains. */
function errorAxis(errors: readonly number[]): Axis {
  const low = Math.min(-1, ...errors), high = Math.max(1, ...errors);
  const domain: [number, number] = [low * 1.25, high * 1.25];
  const scale = d3.scaleSymlog(domain, [plotHeight, 0]).constant(LINEAR);
  // 0 first, then the largest: ticks that would overlap one of these are left out.
  const ticks: Tick[] = [];
  for (const size of [0, 1000, 100, 10, 1]) {
    for (const value of size === 0 ? [0] : [size, -size]) {
      const apart = ticks.every((tick) => Math.abs(scale(tick.value) - scale(value)) >= fontSize.text);
      if (!apart || value < domain[0] || value > domain[1]) continue;
      ticks.push({ value, label: value > 0 ? `+${value}` : String(value).replace("-", "−") });
    }
  }
  return { scale: (value) => scale(value), domain, ticks, reading: { symlog: LINEAR } };
}

/** Axes and place of a panel. */
interface PanelFrame {
  readonly x: Axis;
  readonly y: Axis;
  readonly width: number;
  readonly first: boolean;
}

function drawPanel(
  parent: Group,
  label: string,
  series: readonly CountSeries[],
  proven: readonly DrawnMethod[],
  { x, y, width, first }: PanelFrame,
): void {
  const strip = proven.length * stripRow + stripGap;
  const plain = { ...x, ticks: x.ticks.map((tick) => ({ ...tick, label: "" })) };
  const yName = first ? "error of the rank" : null;
  drawFrame(parent, {
    label,
    width,
    height: plotHeight,
    x: plain,
    y,
    xName: null,
    yName,
    xMeaning: "ε / λ₁",
  });
  const zero = px(y.scale(0));
  parent.append("line").attr("class", "zero").attr("x2", width).attr("y1", zero).attr("y2", zero).attr(
    "stroke",
    greyInk,
  );
  const clip = clipped(parent, { width, height: plotHeight });
  // The most accurate methods come late, on top; then the thin lines of those without a
  // certificate.
  const wrong = ({ points }: CountSeries) =>
    points.filter(({ error, certain }) => error !== 0 && certain !== null).length;
  const thin = ({ points }: CountSeries) => points.some(({ certain }) => certain === null) ? 1 : 0;
  for (const { method, points } of series.toSorted((a, b) => thin(a) - thin(b) || wrong(b) - wrong(a))) {
    const line = points.toSorted((a, b) => b.share - a.share)
      .map(({ share, error }) => ({ x: x.scale(share), y: y.scale(error) }));
    drawLine(clip, "error", line, "straight", methodStyle(method));
  }
  const strips = appendGroup(parent, "certain", 0, plotHeight + stripGap);
  for (const [i, method] of proven.entries()) {
    const own = series.find((each) =>
      each.method.name === method.name && each.method.precision === method.precision
    );
    if (own) drawStrip(strips, own, x, i * stripRow);
  }
  const foot = appendGroup(parent, "foot", 0, plotHeight + strip);
  for (const { value, label: text } of x.ticks) {
    if (text === "") continue;
    foot.append("text").attr("x", px(x.scale(value))).attr("y", 16).attr("text-anchor", "middle")
      .attr("font-size", fontSize.small).text(text);
  }
  foot.append("text").attr("x", px(width / 2)).attr("y", 34).attr("text-anchor", "middle")
    .attr("font-size", fontSize.text).text("ε / λ₁");
}

/** Fills a row where ranks are certain, each threshold up to halfway to its neighbours. */
function drawStrip(parent: Group, { method, points }: CountSeries, x: Axis, top: number): void {
  const sorted = points.toSorted((a, b) => b.share - a.share);
  const places = sorted.map(({ share }) => x.scale(share));
  const edge = (i: number) => {
    if (i === 0) return Math.max(x.scale(x.domain[0]), places[0] - 6);
    if (i === places.length) return Math.min(x.scale(x.domain[1]), places[i - 1] + 6);
    return (places[i - 1] + places[i]) / 2;
  };
  const group = appendGroup(parent, "strip", 0, top);
  const { color } = methodStyle(method);
  const [from, to] = [edge(0), edge(places.length)];
  group.append("rect").attr("x", px(from)).attr("width", px(to - from)).attr("height", stripRow - 2)
    .attr("fill", color).attr("fill-opacity", 0.13);
  for (let i = 0; i < sorted.length;) {
    let end = i;
    while (end < sorted.length && sorted[end].certain) end++;
    if (end > i) {
      group.append("rect").attr("class", "certain-run").attr("x", px(edge(i)))
        .attr("width", px(edge(end) - edge(i))).attr("height", stripRow - 2).attr("fill", color)
        .attr("data-series", methodName(method))
        .attr("data-read", `ranks certain, ε / λ₁: ${thresholds(sorted[i].share, sorted[end - 1].share)}`);
    }
    i = Math.max(end, i + 1);
  }
}

/** Names the thresholds from one to another. */
function thresholds(from: number, to: number): string {
  return from === to ? scientific(from) : `${scientific(from)} to ${scientific(to)}`;
}

/** Describes the figure in words. */
function describe({ panels }: CountErrorsData): string {
  return panels.map(({ label, series }) => {
    const worst = series.map(({ method: { name, precision }, points }) =>
      `${name} ${precision} ${Math.max(0, ...points.map(({ error }) => Math.abs(error)))}`
    );
    return `${label}: largest error of a rank by ${worst.join(", ")}.`;
  }).join(" ");
}
