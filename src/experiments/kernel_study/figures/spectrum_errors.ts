/**
 * The figure of eigenvalue errors: errors of eigenvalues and their certified bounds, against their
 * size.
 *
 * @module
 */
import { clipped, drawFrame, frameFoot, frameHead, frameSide } from "../../../plot/core/frame.ts";
import { type LegendEntry, lineSwatch, swatchWidth } from "../../../plot/core/legend.ts";
import { decadeAxis } from "../../../plot/core/log_axis.ts";
import { drawBand, drawLine } from "../../../plot/core/marks.ts";
import { type DrawnMethod, methodName, methodStyle } from "./method_style.ts";
import { drawPage, pageMargin, pageWidth } from "../../../plot/core/page.ts";
import { greyInk, ink, type LineStyle } from "../../../plot/core/palette.ts";
import type { Axis } from "../../../plot/core/scales.ts";
import { appendGroup, type Group } from "../../../plot/core/svg.ts";

/** An eigenvalue; all as shares of λ₁. */
export interface DrawnEigenvalue {
  /** λ_i. */
  readonly value: number;
  /** Error of the computed one. */
  readonly error: number;
  /** Certified bound on the error; `null` for none. */
  readonly bound: number | null;
  /** Bound on the error of the reference. */
  readonly referenceError: number;
}

/** Data of a figure of eigenvalue errors. */
export interface SpectrumErrorsData {
  /** Heading. */
  readonly title: string;
  /** A line under the heading. */
  readonly subtitle: string;
  /** One panel for each method. */
  readonly panels: readonly {
    readonly method: DrawnMethod;
    readonly eigenvalues: readonly DrawnEigenvalue[];
  }[];
}

const plotHeight = 230, gap = 14;
/** Ends of the axes, as shares of λ₁: smaller eigenvalues, and smaller errors, are not shown. */
const LARGEST = 5, SMALLEST = 5e-19, LEAST_ERROR = 1e-22, MOST_ERROR = 10;
/** Bins per decade of λ. */
const BINS = 2;

const boundStyle: LineStyle = { color: ink, dash: "6 3", width: 1.6 };
const floorStyle: LineStyle = { color: greyInk, dash: "1.5 2.5", width: 1.4 };

/** Eigenvalues of about one size. */
interface Bin {
  readonly value: number;
  readonly median: number;
  readonly largest: number;
  readonly bound: number;
  readonly floor: number;
}

/**
 * Draws for each method the errors of its eigenvalues, from the median to the largest in each half
 * of a decade of λ, and the largest bound there. Two lines show the eigenvalue itself, which a
 * larger error leaves without a digit, and the error of float64.
 *
 * @param data Data of the figure.
 * @returns A standalone SVG document, 900 pixels wide.
 */
export function spectrumErrorsFigure(data: SpectrumErrorsData): string {
  const { panels } = data;
  const y = decadeAxis([LEAST_ERROR, MOST_ERROR], [plotHeight, 0], 6);
  const left = pageMargin + frameSide(y);
  const columns = panels.length > 4 ? 3 : Math.max(1, panels.length);
  const width = (pageWidth - left - pageMargin - (columns - 1) * gap) / columns;
  const x = decadeAxis([LARGEST, SMALLEST], [0, width], 4);
  const rowHeight = frameHead + plotHeight + frameFoot + 10;
  const rows = Math.ceil(panels.length / columns);
  return drawPage({
    title: data.title,
    subtitle: data.subtitle,
    description: describe(data),
    legend: legend(panels.map(({ method }) => method)),
    height: rows * rowHeight,
    draw: (parent) =>
      panels.forEach(({ method, eigenvalues }, i) => {
        const column = i % columns, row = Math.floor(i / columns);
        const at = [left + column * (width + gap), frameHead + row * rowHeight] as const;
        const panel = appendGroup(parent, "panel", ...at);
        drawFrame(panel, {
          label: methodName(method),
          width,
          height: plotHeight,
          x,
          y,
          xName: "eigenvalue λ / λ₁",
          yName: column === 0 ? "error / λ₁" : null,
        });
        drawErrors(clipped(panel, { width, height: plotHeight }), method, binned(eigenvalues), x, y);
      }),
  });
}

function drawErrors(parent: Group, method: DrawnMethod, bins: readonly Bin[], x: Axis, y: Axis): void {
  const height = (value: number) => y.scale(Math.min(Math.max(value, LEAST_ERROR / 10), MOST_ERROR * 10));
  const { color } = methodStyle(method);
  const ends = [LARGEST, SMALLEST].map((value) => ({ x: x.scale(value), y: y.scale(value) }));
  drawLine(parent, "itself", ends, "straight", { color: greyInk, dash: null, width: 1 });
  const spans = bins.map(({ value, median, largest }) => ({
    x: x.scale(value),
    top: height(largest),
    bottom: height(median),
  }));
  drawBand(parent, "error-band", spans, "straight", { color, opacity: 0.3 });
  const line = (of: (bin: Bin) => number) =>
    bins.map((bin) => ({ x: x.scale(bin.value), y: height(of(bin)) }));
  drawLine(parent, "error", line(({ largest }) => largest), "straight", { color, dash: null, width: 1.8 });
  drawLine(parent, "floor", line(({ floor }) => floor), "straight", floorStyle);
  if (bins.some(({ bound }) => Number.isFinite(bound))) {
    drawLine(parent, "bound", line(({ bound }) => bound), "straight", boundStyle);
  }
}

/** Sorts eigenvalues into bins, the largest first, leaving out those too small to show. */
function binned(eigenvalues: readonly DrawnEigenvalue[]): Bin[] {
  const shown = eigenvalues.filter(({ value }) => value >= SMALLEST);
  const bins = Map.groupBy(shown, ({ value }) => Math.round(BINS * Math.log10(value)));
  return [...bins].sort(([a], [b]) => b - a).map(([bin, members]) => {
    const errors = members.map(({ error }) => error).sort((a, b) => a - b);
    const most = (of: (member: DrawnEigenvalue) => number) => Math.max(...members.map(of));
    return {
      value: 10 ** (bin / BINS),
      median: errors[(errors.length - 1) >> 1],
      largest: errors[errors.length - 1],
      bound: most(({ bound }) => bound ?? NaN),
      floor: most(({ referenceError }) => referenceError),
    };
  });
}

function legend(methods: readonly DrawnMethod[]): LegendEntry[] {
  const { color } = methodStyle(methods[methods.length - 1] ?? { name: "naive", precision: "single" });
  return [
    {
      label: "error, from the median to the largest",
      swatch: (parent) => {
        parent.append("rect").attr("y", -5).attr("width", swatchWidth).attr("height", 10).attr("fill", color)
          .attr("fill-opacity", 0.3);
        parent.append("line").attr("y1", -5).attr("y2", -5).attr("x2", swatchWidth).attr("stroke", color)
          .attr("stroke-width", 1.8);
      },
    },
    { label: "largest certified bound δ", swatch: lineSwatch(boundStyle) },
    {
      label: "the eigenvalue itself: errors above it leave no digit",
      swatch: lineSwatch({ color: greyInk, dash: null, width: 1 }),
    },
    { label: "what float64 can tell", swatch: lineSwatch(floorStyle) },
  ];
}

/** Describes the figure in words. */
function describe({ panels }: SpectrumErrorsData): string {
  return panels.map(({ method, eigenvalues }) => {
    const largest = eigenvalues.reduce((most, { error }) => Math.max(most, error), 0);
    return `${methodName(method)}: eigenvalues within ${largest.toExponential(1)} λ₁.`;
  }).join(" ");
}
