/**
 * Spectra: eigenvalues over steps, and one spectrum with its bounds.
 *
 * @module
 */
import { drawLine } from "../../plot/core/marks.ts";
import { decadeAxis } from "../../plot/core/log_axis.ts";
import { gridInk, type LineStyle, lineStyle } from "../../plot/core/palette.ts";
import type { Axis } from "../../plot/core/scales.ts";
import { heightOn } from "../../plot/core/summary_marks.ts";
import { appendGroup, type Group, px } from "../../plot/core/svg.ts";
import type { EigenvalueIntervals, Threshold } from "../../rank/certificates/rank_interval.ts";
import type { StepAxes } from "./loss_view.ts";

/** Style of the threshold. */
export const thresholdStyle: LineStyle = { color: "#d55e00", dash: null, width: 1.8 };

/** Most eigenvalues that are drawn as lines of their own. */
const MOST_LINES = 96;

/** Shares of the largest eigenvalue below which an axis ends: float64 resolves no more. */
const LEAST_SHARE = 1e-17;

/**
 * Finds the ends of an axis for eigenvalues.
 *
 * @param spectra Spectra.
 * @param epsilons Thresholds that are to be on it.
 * @returns Powers of ten at or beyond the least and the greatest value.
 */
export function spectrumDomain(
  spectra: Iterable<EigenvalueIntervals>,
  epsilons: readonly number[],
): readonly [number, number] {
  let high = 0, low = Infinity;
  for (const { eigenvalues } of spectra) {
    const most = eigenvalues[0];
    if (most > high && most < Infinity) high = most;
    for (let i = eigenvalues.length - 1; i >= 0; i--) {
      if (!(eigenvalues[i] > 0)) continue;
      low = Math.min(low, eigenvalues[i]);
      break;
    }
  }
  for (const epsilon of epsilons) {
    low = Math.min(low, epsilon);
    high = Math.max(high, epsilon);
  }
  if (!(high > 0)) return [1e-16, 1];
  low = Math.max(Math.min(low, high), high * LEAST_SHARE, 1e-300);
  const [from, to] = [Math.floor(Math.log10(low)), Math.ceil(Math.log10(high) + 1e-9)];
  return [Number(`1e${from}`), Number(`1e${Math.max(to, from + 1)}`)];
}

/**
 * Makes the axis of eigenvalues.
 *
 * @param domain Its ends.
 * @param height Length in pixels.
 * @returns The axis, from the bottom up.
 */
export function spectrumAxis(domain: readonly [number, number], height: number): Axis {
  return decadeAxis(domain, [height, 0], Math.max(2, Math.floor(height / 30)));
}

/** Picks indices that can be told apart: the first ones, then ever fewer. */
function pickedIndices(n: number): number[] {
  if (n <= MOST_LINES) return Array.from({ length: n }, (_, i) => i);
  const half = MOST_LINES / 2;
  const rest = Array.from({ length: half }, (_, i) => Math.round(half * (n / half) ** ((i + 1) / half)) - 1);
  return [...new Set([...Array.from({ length: half }, (_, i) => i), ...rest])];
}

/**
 * Draws each eigenvalue over the steps.
 *
 * @param parent Where to draw.
 * @param steps Steps of the spectra.
 * @param spectra Spectra; `null` where there is none.
 * @param axes Axes.
 */
export function drawWaterfall(
  parent: Group,
  steps: readonly number[],
  spectra: readonly (EigenvalueIntervals | null)[],
  { x, y }: StepAxes,
): void {
  const n = spectra.find((spectrum) => spectrum !== null)?.eigenvalues.length ?? 0;
  const height = heightOn(y), at = steps.map((step) => x.scale(step));
  const indices = pickedIndices(n);
  const style = { ...lineStyle(0), width: n > 40 ? 1 : 1.4 };
  for (const i of indices) {
    // What is not positive lies below a logarithmic axis.
    const points = at.map((x, s) => ({ x, y: height(spectra[s]?.eigenvalues[i] ?? NaN) }));
    drawLine(parent, "eigenvalue", points, "straight", style);
  }
}

/**
 * Draws the threshold over the steps, and veils what lies below it.
 *
 * @param parent Where to draw.
 * @param steps Steps of the spectra.
 * @param largest Largest eigenvalue at each of these, for a relative threshold.
 * @param at The threshold.
 * @param axes Axes, and their size.
 */
export function drawThreshold(
  parent: Group,
  steps: readonly number[],
  largest: readonly number[],
  { epsilon, threshold }: { readonly epsilon: number; readonly threshold: Threshold },
  { x, y, width, height }: StepAxes & { readonly width: number; readonly height: number },
): void {
  const heightOf = heightOn(y);
  const isRelative = threshold === "relative";
  const ys = isRelative
    ? largest.map((most) => heightOf(epsilon * most))
    : [heightOf(epsilon), heightOf(epsilon)];
  const xs = isRelative ? steps.map((step) => x.scale(step)) : [0, width];
  const points = xs.flatMap((x, i) => Number.isFinite(ys[i]) ? [{ x, y: ys[i] }] : []);
  if (points.length === 0) return;
  const edge = points.map(({ x, y }) => `${px(x)},${px(Math.min(y, height))}`).join("L");
  parent.append("path").attr("class", "veil").attr("fill", "white").attr("fill-opacity", 0.72)
    .attr("d", `M${edge}L${px(points[points.length - 1].x)},${height}L${px(points[0].x)},${height}Z`);
  drawLine(parent, "threshold", points, "straight", thresholdStyle);
}

/**
 * Draws one spectrum: a mark for each eigenvalue, from the least to the most that it may be.
 *
 * @param parent Where to draw.
 * @param spectrum The spectrum.
 * @param isAbove Whether an eigenvalue is certainly above the threshold, below it, or `null`.
 * @param axes Axes; the horizontal one is of indices from 1.
 */
export function drawSpectrum(
  parent: Group,
  { eigenvalues, least, most }: EigenvalueIntervals,
  isAbove: (i: number) => boolean | null,
  { x, y }: StepAxes,
): void {
  const height = heightOn(y), bottom = y.scale(y.domain[0]), n = eigenvalues.length;
  const radius = Math.max(1.2, Math.min(3.4, (x.scale(2) - x.scale(1)) / 2.6));
  const bars = appendGroup(parent, "bars"), dots = appendGroup(parent, "dots");
  // Marks closer than half a pixel lie on each other.
  const every = Math.max(1, Math.floor(0.5 / Math.max(1e-9, x.scale(2) - x.scale(1))));
  for (let i = 0; i < n; i += every) {
    const above = isAbove(i), at = px(x.scale(i + 1));
    const color = above === null ? "#d55e00" : above ? "#0072b2" : "#7f8c99";
    const top = height(most[i]);
    if (most[i] > least[i] && Number.isFinite(top)) {
      const low = height(least[i]);
      bars.append("line").attr("x1", at).attr("x2", at).attr("y1", px(Math.max(-9, top)))
        .attr("y2", px(Number.isFinite(low) ? low : bottom)).attr("stroke", above === null ? color : gridInk)
        .attr("stroke-width", px(Math.max(1, 1.6 * radius)));
    }
    const y = height(eigenvalues[i]);
    if (!Number.isFinite(y)) continue;
    dots.append("circle").attr("cx", at).attr("cy", px(y)).attr("r", px(radius)).attr("fill", color);
  }
}
