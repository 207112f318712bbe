/**
 * The figure of convergence: what sweeps of two-sided rotations leave off the diagonal, and the
 * digits that are certified after each.
 *
 * @module
 */
import { thousands } from "../../../plot/core/format.ts";
import { clipped, drawFrame, frameFoot, frameHead, frameSide } from "../../../plot/core/frame.ts";
import { type LegendEntry, lineSwatch } from "../../../plot/core/legend.ts";
import { decadeAxis } from "../../../plot/core/log_axis.ts";
import { drawLine } from "../../../plot/core/marks.ts";
import { drawPage, pageMargin, pageWidth } from "../../../plot/core/page.ts";
import { type LineStyle, lineStyle } from "../../../plot/core/palette.ts";
import { type Axis, rankAxis, stepAxis } from "../../../plot/core/scales.ts";
import { appendGroup, type Group, px } from "../../../plot/core/svg.ts";

/** A matrix after a sweep. */
export interface SweepPoint {
  /** Sweeps made; 0 at the start. */
  readonly sweep: number;
  /** Norm off the diagonal, as a share of the whole matrix's. */
  readonly off: number;
  /** Certified decimal digits of the eigenvalues. */
  readonly digits: number;
}

/** Data of a figure of convergence. */
export interface ConvergenceData {
  /** Heading. */
  readonly title: string;
  /** A line under the heading. */
  readonly subtitle: string;
  /** The matrices, one line each. */
  readonly series: readonly { readonly label: string; readonly points: readonly SweepPoint[] }[];
}

const plotHeight = 280, gap = 20;
/** Colours that lines can have; those after them are dashed. */
const STYLES = 5;
/** Smallest share off the diagonal that is shown; a diagonal matrix lies below. */
const LEAST_OFF = 1e-10;
/** Most digits that are shown: single precision has seven. */
const MOST_DIGITS = 8;

/**
 * Draws for each matrix the norm off the diagonal against the sweeps, on the left, and the
 * certified digits of its eigenvalues, on the right.
 *
 * @param data Data of the figure.
 * @returns A standalone SVG document, 900 pixels wide.
 */
export function convergenceFigure(data: ConvergenceData): string {
  const { series } = data;
  const most = series.reduce(
    (sweeps, { points }) => points.reduce((last, { sweep }) => Math.max(last, sweep), sweeps),
    1,
  );
  const off = decadeAxis([LEAST_OFF, 2], [plotHeight, 0], 7);
  const digits = rankAxis([MOST_DIGITS], plotHeight);
  const [first, second] = [frameSide(off), frameSide(digits)];
  const width = (pageWidth - 2 * pageMargin - first - second - gap) / 2;
  const x = stepAxis([0, most], width);
  return drawPage({
    title: data.title,
    subtitle: data.subtitle,
    description: describe(data),
    legend: series.map(({ label }, i): LegendEntry => ({ label, swatch: lineSwatch(styleOf(i)) })),
    height: frameHead + plotHeight + frameFoot + 10,
    draw: (parent) => {
      const panel = (
        label: string,
        yName: string,
        y: Axis,
        at: number,
        of: (point: SweepPoint) => number,
      ) => {
        const group = appendGroup(parent, "panel", at, frameHead);
        drawFrame(group, { label, width, height: plotHeight, x, y, xName: "sweeps", yName });
        const clip = clipped(group, { width, height: plotHeight });
        series.forEach(({ points }, i) =>
          drawSeries(clip, styleOf(i), points, x, (point) => y.scale(of(point)))
        );
      };
      const left = pageMargin + first;
      const share = ({ off }: SweepPoint) => Math.max(off, LEAST_OFF / 10);
      panel("what is off the diagonal", "share of the matrix’s norm", off, left, share);
      const right = left + width + gap + second;
      panel(
        "what is certified",
        "decimal digits",
        digits,
        right,
        ({ digits }) => Math.min(digits, MOST_DIGITS),
      );
    },
  });
}

function styleOf(index: number): LineStyle {
  return { ...lineStyle(index), dash: index < STYLES ? null : "6 3", width: 1.6 };
}

function drawSeries(
  parent: Group,
  style: LineStyle,
  points: readonly SweepPoint[],
  x: Axis,
  height: (point: SweepPoint) => number,
): void {
  const places = points.map((point) => ({ x: x.scale(point.sweep), y: height(point) }));
  drawLine(parent, "course", places, "straight", style);
  for (const place of places) {
    parent.append("circle").attr("class", "dot").attr("cx", px(place.x)).attr("cy", px(place.y)).attr(
      "r",
      2.6,
    )
      .attr("fill", style.color);
  }
}

/** Describes the figure in words. */
function describe({ series }: ConvergenceData): string {
  return series.flatMap(({ label, points }) => {
    const last = points.at(-1);
    if (!last) return [];
    return [`${label}: ${thousands(last.sweep)} sweeps, ${last.digits.toFixed(1)} digits certified.`];
  }).join(" ");
}
