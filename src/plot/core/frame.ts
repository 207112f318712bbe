/**
 * The frame of a small panel: heading, axes, border.
 *
 * @module
 */
import { axisText } from "./axis_data.ts";
import { drawHorizontalAxis, drawVerticalAxis, labelRoom } from "./axes.ts";
import { fontSize, greyInk, gridInk, ink } from "./palette.ts";
import type { Axis } from "./scales.ts";
import { appendGroup, type Group, px } from "./svg.ts";
import { wrapText } from "./text.ts";

/** Room above a frame for its heading, in pixels. */
export const frameHead = 22;

/** Room below a frame for the labels of its axis and their heading, in pixels. */
export const frameFoot = 44;

/** A frame. */
export interface Frame {
  /** Heading. */
  readonly label: string;
  /** Width in pixels. */
  readonly width: number;
  /** Height in pixels. */
  readonly height: number;
  /** Horizontal axis. */
  readonly x: Axis;
  /** Vertical axis. */
  readonly y: Axis;
  /** Heading of the horizontal axis; `null` for an axis without labels. */
  readonly xName: string | null;
  /** Heading of the vertical axis; `null` for an axis without labels. */
  readonly yName: string | null;
  /** Name of a horizontal axis that is labelled elsewhere, for readers of a page. Default: none. */
  readonly xMeaning?: string;
}

/**
 * Draws the grid, the axes and the heading. Draw the marks afterwards, on top.
 *
 * @param parent Where to draw; the origin is the upper left corner of the frame.
 * @param frame The frame.
 */
export function drawFrame(parent: Group, frame: Frame): void {
  const { label, width, height, x, y, xName, yName } = frame;
  const [head = "", ...rest] = wrapText(label, fontSize.text, width - 12, true);
  parent.append("text").attr("class", "label").attr("y", -8).attr("font-size", fontSize.text)
    .attr("font-weight", "bold").text(rest.length > 0 ? `${head}…` : head);
  const grid = appendGroup(parent, "grid");
  for (const { value, label: tick } of y.ticks) {
    if (tick === "") continue;
    const at = px(y.scale(value));
    grid.append("line").attr("x2", width).attr("y1", at).attr("y2", at).attr("stroke", gridInk);
  }
  drawHorizontalAxis(appendGroup(parent, "below", 0, height), x, height, xName !== null);
  drawBorder(parent, { width, height, x, y, xName: xName || (frame.xMeaning ?? null), yName });
  const unlabeled = { ...y, ticks: y.ticks.map((tick) => ({ ...tick, label: "" })) };
  drawVerticalAxis(parent, yName === null ? unlabeled : y, "left", ink);
  if (xName !== null) {
    parent.append("text").attr("x", px(width / 2)).attr("y", height + 38).attr("text-anchor", "middle")
      .attr("font-size", fontSize.text).text(xName);
  }
  if (yName !== null) {
    parent.append("text").attr("font-size", fontSize.text).attr("text-anchor", "middle")
      .attr("transform", `translate(${px(-labelRoom(y) - 8)},${px(height / 2)})rotate(-90)`).text(yName);
  }
}

/** The border of a frame, and its axes. */
export interface Border extends Omit<Frame, "label" | "xMeaning"> {
  /** A second vertical axis, on the right. Default: none. */
  readonly right?: Axis;
  /** Heading of that. */
  readonly rightName?: string;
}

/**
 * Draws the border of a frame. Its attributes say how values are read off it, for pages that show
 * the figure. Marks whose values its axes do not tell have them in attributes of their own, beside
 * or in the frame: `data-series`, and `data-read` as `name: value; name: value`.
 *
 * @param parent Where to draw; the origin is the upper left corner of the frame.
 * @param border Size and axes.
 */
export function drawBorder(parent: Group, { width, height, x, y, right, ...names }: Border): void {
  parent.append("rect").attr("class", "frame").attr("width", px(width)).attr("height", px(height))
    .attr("fill", "none").attr("stroke", greyInk)
    .attr("data-x", axisText(x)).attr("data-y", axisText(y)).attr(
      "data-right",
      right ? axisText(right) : null,
    )
    .attr("data-x-name", names.xName || null).attr("data-y-name", names.yName || null)
    .attr("data-right-name", names.rightName || null);
}

/**
 * Computes the width of the labels and the heading to the left of a frame.
 *
 * @param y The axis.
 * @returns Width in pixels.
 */
export function frameSide(y: Axis): number {
  return labelRoom(y) + 8 + fontSize.text;
}

/**
 * Appends a child that shows only the part of its contents within the frame.
 *
 * @param parent Where to draw; the origin is the upper left corner of the frame.
 * @param frame The frame.
 * @returns The child, with the same origin.
 */
export function clipped(parent: Group, { width, height }: Pick<Frame, "width" | "height">): Group {
  // A nested document clips without an identifier that others could share.
  return parent.append("svg").attr("class", "clip").attr("width", px(width)).attr("height", px(height))
    .attr("overflow", "hidden");
}
