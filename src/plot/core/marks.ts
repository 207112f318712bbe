/**
 * Lines and bands.
 *
 * @module
 */
import * as d3 from "../deps.ts";
import type { LineStyle } from "./palette.ts";
import { type Group, px } from "./svg.ts";
import { type Point, type Span, thinBand, thinLine } from "./thin.ts";

/** Course of a series between two probes: straight, or constant until the next probe. */
export type Course = "straight" | "step";

/**
 * Draws a line. The line breaks where a point has no height. A point between two breaks is drawn
 * as a dot.
 *
 * @param parent Where to draw.
 * @param name Its class.
 * @param points The points, from left to right.
 * @param course Course between the points.
 * @param style Its colour, dash and width.
 */
export function drawLine(
  parent: Group,
  name: string,
  points: readonly Point[],
  course: Course,
  style: LineStyle,
): void {
  const drawn = ({ y }: Point) => Number.isFinite(y);
  const path = d3.line<Point>(({ x }) => x, ({ y }) => y).defined(drawn).digits(2)
    .curve(course === "step" ? d3.curveStepAfter : d3.curveLinear)(thinLine(points));
  if (path) {
    parent.append("path").attr("class", name).attr("d", path).attr("fill", "none").attr(
      "stroke",
      style.color,
    )
      .attr("stroke-width", style.width).attr("stroke-dasharray", style.dash).attr(
        "stroke-linejoin",
        "round",
      );
  }
  const isThere = (i: number) => i >= 0 && i < points.length && drawn(points[i]);
  for (let i = 0; i < points.length; i++) {
    const point = points[i];
    if (!drawn(point) || isThere(i - 1) || isThere(i + 1)) continue;
    parent.append("circle").attr("class", `${name} dot`).attr("cx", px(point.x)).attr("cy", px(point.y))
      .attr("r", style.width + 0.8).attr("fill", style.color);
  }
}

/** Fill of a band. */
export interface Fill {
  /** Colour. */
  readonly color: string;
  /** Opacity from 0 to 1. */
  readonly opacity: number;
}

/**
 * Draws a band. The band breaks where a span has no height.
 *
 * @param parent Where to draw.
 * @param name Its class.
 * @param spans Its cross-sections, from left to right.
 * @param course Course of its edges between the spans.
 * @param fill Fill of the band.
 */
export function drawBand(
  parent: Group,
  name: string,
  spans: readonly Span[],
  course: Course,
  fill: Fill,
): void {
  const path = d3.area<Span>(({ x }) => x, ({ bottom }) => bottom, ({ top }) => top).digits(2)
    .defined(({ top, bottom }) => Number.isFinite(top) && Number.isFinite(bottom))
    .curve(course === "step" ? d3.curveStepAfter : d3.curveLinear)(thinBand(spans));
  if (!path) return;
  parent.append("path").attr("class", name).attr("d", path).attr("fill", fill.color)
    .attr("fill-opacity", fill.opacity);
}

/**
 * Extends a stepped band to the next probe, also where the next probe has none, so that a band of
 * one probe is visible.
 *
 * @param spans A stepped band, from left to right.
 * @returns The band, with a closing span before each break.
 */
export function holdSteps(spans: readonly Span[]): Span[] {
  const drawn = (span: Span | undefined) => span !== undefined && Number.isFinite(span.top + span.bottom);
  return spans.flatMap((span, i) => {
    if (!drawn(span) || drawn(spans[i + 1]) || i + 1 === spans.length) return [span];
    return [span, { ...span, x: spans[i + 1].x }];
  });
}
