/**
 * The roofline: operations a second against operations a byte, under the adapter's measured peak.
 *
 * @module
 */
import { clipped, drawFrame, frameFoot, frameHead, frameSide } from "../../../plot/core/frame.ts";
import { type LegendEntry, lineSwatch, swatchWidth } from "../../../plot/core/legend.ts";
import { decadeAxis } from "../../../plot/core/log_axis.ts";
import { drawLine } from "../../../plot/core/marks.ts";
import { type DrawnMethod, methodLegend, methodName, methodStyle } from "./method_style.ts";
import { drawPage, pageMargin, pageWidth } from "../../../plot/core/page.ts";
import { greyInk, ink, type LineStyle } from "../../../plot/core/palette.ts";
import type { Axis } from "../../../plot/core/scales.ts";
import { appendGroup, type Group, px } from "../../../plot/core/svg.ts";

/** A shape that a method was timed on. */
export interface RooflinePoint {
  /** The shape in words, such as `n = 64, m = 128`. */
  readonly shape: string;
  /** Operations a byte of features. */
  readonly intensity: number;
  /** Operations a second. */
  readonly rate: number;
}

/** Data of a roofline. */
export interface RooflineData {
  /** Heading. */
  readonly title: string;
  /** A line under the heading. */
  readonly subtitle: string;
  /** Peak rates of the adapter; `null` if they were not measured. */
  readonly peak: { readonly flopsPerSecond: number; readonly bytesPerSecond: number } | null;
  /** One panel for each way in which matrices grow. */
  readonly panels: readonly {
    readonly label: string;
    readonly series: readonly { readonly method: DrawnMethod; readonly points: readonly RooflinePoint[] }[];
  }[];
}

const columns = 3, plotHeight = 300, gap = 26;
/** Radii of the dots of the smallest and the largest shape. */
const SMALLEST = 2.2, LARGEST = 5;

const roofStyle: LineStyle = { color: ink, dash: null, width: 1.6 };
const guideStyle: LineStyle = { color: greyInk, dash: "1.5 2.5", width: 1.2 };

/**
 * Draws for each method the rate that it reached on each shape against its operations a byte, with
 * larger dots for larger shapes. Above them lies the roof: the measured bandwidth times the
 * operations a byte, and at most the measured peak.
 *
 * @param data Data of the figure.
 * @returns A standalone SVG document, 900 pixels wide.
 */
export function rooflineFigure(data: RooflineData): string {
  const { panels, peak } = data;
  const points = panels.flatMap(({ series }) => series.flatMap((each) => each.points));
  const ridge = peak ? [peak.flopsPerSecond / peak.bytesPerSecond] : [];
  const x0 = around([...points.map(({ intensity }) => intensity), ...ridge]);
  const y = decadeAxis(
    around([...points.map(({ rate }) => rate / 1e9), ...peak ? [peak.flopsPerSecond / 1e9] : []]),
    [plotHeight, 0],
    8,
  );
  const left = pageMargin + frameSide(y);
  const width = (pageWidth - left - pageMargin - (columns - 1) * gap) / columns;
  const x = decadeAxis(x0, [0, width], 5);
  const rowHeight = frameHead + plotHeight + frameFoot + 10;
  return drawPage({
    title: data.title,
    subtitle: data.subtitle,
    description: describe(data),
    legend: [
      ...methodLegend(panels.flatMap(({ series }) => series.map(({ method }) => method))),
      ...roofLegend(),
    ],
    height: Math.ceil(panels.length / columns) * rowHeight,
    draw: (parent) =>
      panels.forEach(({ label, series }, i) => {
        const column = i % columns, row = Math.floor(i / columns);
        const at = [left + column * (width + gap), frameHead + row * rowHeight] as const;
        const panel = appendGroup(parent, "panel", ...at);
        const yName = column === 0 ? "GFLOP/s" : null;
        drawFrame(panel, { label, width, height: plotHeight, x, y, xName: "operations a byte", yName });
        const clip = clipped(panel, { width, height: plotHeight });
        if (peak) drawRoof(clip, peak, x, y);
        for (const each of series) drawSeries(clip, each.method, each.points, x, y);
      }),
  });
}

/** Gives the ends of a logarithmic axis with room around values: three decades at least. */
function around(values: readonly number[]): [number, number] {
  const known = values.filter((value) => value > 0 && value < Infinity);
  if (known.length === 0) return [0.05, 50];
  const least = Math.min(...known) / 2, most = Math.max(...known) * 2;
  const room = Math.sqrt(Math.max(1, 1000 * least / most));
  return [least / room, most * room];
}

function drawRoof(parent: Group, peak: NonNullable<RooflineData["peak"]>, x: Axis, y: Axis): void {
  const [from, to] = x.domain, ridge = peak.flopsPerSecond / peak.bytesPerSecond;
  const at = (intensity: number) => ({
    x: x.scale(intensity),
    y: y.scale(Math.min(peak.flopsPerSecond, intensity * peak.bytesPerSecond) / 1e9),
  });
  drawLine(parent, "roof", [from, ridge, to].map(at), "straight", roofStyle);
  const [bottom, top] = y.domain;
  const guide = [bottom, Math.min(top, peak.flopsPerSecond / 1e9)];
  drawLine(
    parent,
    "ridge",
    guide.map((value) => ({ x: x.scale(ridge), y: y.scale(value) })),
    "straight",
    guideStyle,
  );
}

function drawSeries(
  parent: Group,
  method: DrawnMethod,
  points: readonly RooflinePoint[],
  x: Axis,
  y: Axis,
): void {
  const style = methodStyle(method);
  const places = points.map(({ intensity, rate }) => ({ x: x.scale(intensity), y: y.scale(rate / 1e9) }));
  if (places.length > 1) drawLine(parent, "rate", places, "straight", { ...style, width: style.width / 2 });
  places.forEach((place, i) => {
    const { shape, intensity, rate } = points[i];
    const radius = SMALLEST + (LARGEST - SMALLEST) * (i + 1) / places.length;
    parent.append("circle").attr("class", "dot").attr("cx", px(place.x)).attr("cy", px(place.y))
      .attr("r", px(radius)).attr("fill", style.color).attr("fill-opacity", 0.75)
      .attr("data-series", methodName(method))
      .attr(
        "data-read",
        `${shape}: ${(rate / 1e9).toPrecision(3)} GFLOP/s at ${intensity.toPrecision(3)} operations a byte`,
      );
  });
}

function roofLegend(): LegendEntry[] {
  return [
    { label: "measured peak", swatch: lineSwatch(roofStyle) },
    { label: "left of it memory limits", swatch: lineSwatch(guideStyle) },
    {
      label: "larger matrices",
      swatch: (parent) => {
        [SMALLEST, (SMALLEST + LARGEST) / 2, LARGEST].forEach((radius, i) =>
          parent.append("circle").attr("cx", px(4 + i * (swatchWidth - 8) / 2)).attr("r", px(radius))
            .attr("fill", ink)
        );
      },
    },
  ];
}

/** Describes the figure in words. */
function describe({ panels, peak }: RooflineData): string {
  const best = new Map<string, number>();
  for (const { method, points } of panels.flatMap(({ series }) => series)) {
    const name = methodName(method);
    best.set(name, Math.max(best.get(name) ?? 0, ...points.map(({ rate }) => rate)));
  }
  const rates = [...best].map(([name, rate]) => `${name} at most ${(rate / 1e9).toPrecision(3)} GFLOP/s.`);
  const roof = peak ? [`The measured peak is ${(peak.flopsPerSecond / 1e9).toPrecision(3)} GFLOP/s.`] : [];
  return [...roof, ...rates].join(" ");
}
