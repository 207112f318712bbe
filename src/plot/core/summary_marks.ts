/**
 * Several replicas, drawn as a line and a band.
 *
 * @module
 */
import { type LegendEntry, swatchWidth } from "./legend.ts";
import { type Course, drawBand, drawLine, type Fill } from "./marks.ts";
import { bandOpacity, greyInk, ink, type LineStyle } from "./palette.ts";
import { bandName, type Summary } from "../../stats/quantiles.ts";
import type { Axis } from "./scales.ts";
import type { Group } from "./svg.ts";
import type { Point } from "./thin.ts";

/**
 * Makes the map from values to heights on an axis.
 *
 * @param axis Vertical axis.
 * @returns A function that gives the height of a value in pixels. It gives NaN for values that a
 * logarithmic axis cannot show; lines and bands break there.
 */
export function heightOn({ scale }: Axis): (value: number) => number {
  return (value) => {
    const height = scale(value);
    return Number.isFinite(height) ? height : NaN;
  };
}

/**
 * Draws the band of the replicas.
 *
 * @param parent Where to draw.
 * @param name Its class.
 * @param at Places of the probes, from left to right.
 * @param summary Summary of the replicas.
 * @param height Height of a value.
 * @param course Course of its edges between the probes.
 * @param color Colour of the line of medians.
 */
export function drawSpread(
  parent: Group,
  name: string,
  at: readonly number[],
  { low, high }: Summary,
  height: (value: number) => number,
  course: Course,
  color: string,
): void {
  const spans = at.map((x, i) => ({ x, top: height(high[i]), bottom: height(low[i]) }));
  drawBand(parent, name, spans, course, { color, opacity: bandOpacity });
}

/**
 * Draws the line of the medians.
 *
 * @param parent Where to draw.
 * @param name Its class.
 * @param at Places of the probes, from left to right.
 * @param summary The medians.
 * @param height Height of a value.
 * @param course Course between the probes.
 * @param style Its colour, dash and width.
 * @returns Its points.
 */
export function drawMedian(
  parent: Group,
  name: string,
  at: readonly number[],
  { median }: Summary,
  height: (value: number) => number,
  course: Course,
  style: LineStyle,
): Point[] {
  const points = at.map((x, i) => ({ x, y: height(median[i]) }));
  drawLine(parent, name, points, course, style);
  return points;
}

/**
 * Tells whether replicas differ anywhere.
 *
 * @param summary Summary of the replicas.
 * @returns Whether the band is visible.
 */
export function isSpread({ low, high }: Summary): boolean {
  return low.some((value, i) => value < high[i]);
}

/** Fill of shaded spans. */
export const shade: Fill = { color: greyInk, opacity: bandOpacity };

/**
 * Makes an entry of the legend for an area.
 *
 * @param label Its text.
 * @param fill Fill of the area.
 * @returns The entry.
 */
export function areaEntry(label: string, { color, opacity }: Fill = shade): LegendEntry {
  return {
    label,
    swatch: (parent) =>
      void parent.append("rect").attr("y", -5).attr("width", swatchWidth).attr("height", 10)
        .attr("fill", color).attr("fill-opacity", opacity),
  };
}

/**
 * Makes the entry of the legend for bands and lines.
 *
 * @param count Number of replicas.
 * @param name Name of the replicas in the plural.
 * @param lines Meaning of the lines. Default: medians.
 * @returns One entry; none for a single replica, which has no band.
 */
export function bandEntries(count: number, name: string, lines = "lines are medians"): LegendEntry[] {
  if (count < 2) return [];
  const label = `${bandName(count)} of ${count} ${name}; ${lines}`;
  return [areaEntry(label, { color: ink, opacity: bandOpacity })];
}
