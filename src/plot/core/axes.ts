/**
 * Draws axes.
 *
 * @module
 */
import { fontSize, greyInk, gridInk } from "./palette.ts";
import type { Axis } from "./scales.ts";
import { appendGroup, type Group, px } from "./svg.ts";
import { textWidth } from "./text.ts";

/** Length of a labelled tick, in pixels. */
export const tickLength = 5;

/**
 * Computes the width of the labels beside an axis.
 *
 * @param axis The axis.
 * @returns Width in pixels from the frame to the far end of the longest label.
 */
export function labelRoom(axis: Axis): number {
  const widths = axis.ticks.map(({ label }) => textWidth(label, fontSize.text));
  return tickLength + 4 + Math.max(0, ...widths);
}

/**
 * Draws a vertical axis: ticks and labels on the outer side of a frame.
 *
 * @param parent Where to draw; its origin is the upper end of the axis.
 * @param axis The axis.
 * @param side On which side of the origin the labels stand.
 * @param color Colour of the labels.
 */
export function drawVerticalAxis(parent: Group, axis: Axis, side: "left" | "right", color: string): void {
  const outward = side === "left" ? -1 : 1;
  const group = appendGroup(parent, `axis ${side}`);
  for (const { value, label } of axis.ticks) {
    const y = px(axis.scale(value));
    const length = label === "" ? tickLength * 0.6 : tickLength;
    group.append("line").attr("x2", outward * length).attr("y1", y).attr("y2", y).attr("stroke", greyInk);
    if (label === "") continue;
    group.append("text").attr("x", outward * (tickLength + 4)).attr("y", y).attr("dy", "0.35em")
      .attr("text-anchor", side === "left" ? "end" : "start").attr("font-size", fontSize.text).attr(
        "fill",
        color,
      )
      .text(label);
  }
}

/**
 * Draws the horizontal axis under a frame, and its grid lines up into the frame.
 *
 * @param parent Where to draw; its origin is the lower left corner of the frame.
 * @param axis The axis.
 * @param height Height of the frame in pixels.
 * @param labels Whether to label it: of frames that share the axis, the last one does.
 */
export function drawHorizontalAxis(parent: Group, axis: Axis, height: number, labels: boolean): void {
  const group = appendGroup(parent, "axis bottom");
  for (const { value, label } of axis.ticks) {
    const x = px(axis.scale(value));
    group.append("line").attr("x1", x).attr("x2", x).attr("y1", -height).attr("stroke", gridInk);
    group.append("line").attr("x1", x).attr("x2", x).attr("y2", tickLength).attr("stroke", greyInk);
    if (!labels) continue;
    group.append("text").attr("x", x).attr("y", tickLength + 4).attr("dy", "0.8em").attr(
      "text-anchor",
      "middle",
    )
      .attr("font-size", fontSize.text).text(label);
  }
}
