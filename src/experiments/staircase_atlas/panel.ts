/**
 * One panel of the atlas of staircases: the loss of a cell and its ε-ranks, small.
 *
 * @module
 */
import { drawHorizontalAxis, drawVerticalAxis } from "../../plot/core/axes.ts";
import { clipped, drawBorder } from "../../plot/core/frame.ts";
import type { Course } from "../../plot/core/marks.ts";
import { fontSize, greyInk, ink, type LineStyle, lineStyle } from "../../plot/core/palette.ts";
import { summarize } from "../../stats/quantiles.ts";
import type { Axis } from "../../plot/core/scales.ts";
import type { ReplicaSeries } from "../../plot/staircase/staircase_data.ts";
import { drawMedian, drawSpread, heightOn } from "../../plot/core/summary_marks.ts";
import { appendGroup, type Group, px } from "../../plot/core/svg.ts";
import { wrapText } from "../../plot/core/text.ts";

/** Data of a panel. */
export interface AtlasFigureCell {
  /** Statistics in a few words. */
  readonly heading: string;
  /** Whether its stairs are told from a smooth trend. */
  readonly holds: boolean;
  /** Loss at the probes. */
  readonly loss: ReplicaSeries;
  /** ε-rank of the last hidden layer. */
  readonly terminal: ReplicaSeries;
  /** ε-rank of the first hidden layer; `null` if it is the same layer. */
  readonly first: ReplicaSeries | null;
}

/** The axes of a panel, and its size. */
export interface AtlasFrame {
  /** Width in pixels. */
  readonly width: number;
  /** Height in pixels. */
  readonly height: number;
  /** Steps. */
  readonly x: Axis;
  /** Loss. */
  readonly loss: Axis;
  /** ε-rank. */
  readonly rank: Axis;
  /** Whether the steps are labelled. */
  readonly isLowest: boolean;
  /** Whether the losses are labelled. */
  readonly isFirst: boolean;
  /** Whether the ranks are labelled. */
  readonly isLast: boolean;
}

/** Room above a frame for its heading, in pixels. */
export const atlasPanelHead = 17;

/** Style of the loss. */
export const atlasLossStyle: LineStyle = { color: ink, dash: null, width: 1.2 };

/** Styles of the ranks of the last layer and of the first. */
export const terminalStyle: LineStyle = lineStyle(0), firstStyle: LineStyle = lineStyle(4);

/** Colour of the heading of a cell whose stairs are not told from a smooth trend. */
export const brokenInk: string = lineStyle(1).color;

/**
 * Draws a panel.
 *
 * @param parent Where to draw; the origin is the upper left corner of the frame.
 * @param cell Data of the cell, or the reason why there is none.
 * @param steps Steps of the probes.
 * @param frame Its axes and its size.
 */
export function drawAtlasPanel(
  parent: Group,
  cell: AtlasFigureCell | string,
  steps: readonly number[],
  frame: AtlasFrame,
): void {
  const { width, height, x, loss, rank, isFirst, isLast, isLowest } = frame;
  drawHorizontalAxis(appendGroup(parent, "below", 0, height), x, height, isLowest);
  if (typeof cell === "string") drawReason(parent, cell, frame);
  else drawCell(parent, cell, steps, frame);
  const names = { xName: "optimisation step", yName: "loss", rightName: "ε-rank" };
  drawBorder(parent, { width, height, x, y: loss, right: rank, ...names });
  if (isFirst) drawVerticalAxis(parent, loss, "left", ink);
  if (isLast) drawVerticalAxis(appendGroup(parent, "beside", width), rank, "right", terminalStyle.color);
}

/** A line of a panel. */
interface Series {
  readonly name: string;
  readonly values: ReplicaSeries;
  readonly style: LineStyle;
  readonly y: Axis;
  readonly course: Course;
}

function drawCell(
  parent: Group,
  { heading, holds, loss, terminal, first }: AtlasFigureCell,
  steps: readonly number[],
  frame: AtlasFrame,
): void {
  parent.append("text").attr("class", holds ? "heading" : "heading broken").attr("y", -5)
    .attr("font-size", fontSize.small).attr("fill", holds ? greyInk : brokenInk)
    .attr("font-weight", holds ? null : "bold").text(heading);
  const ranks: Series[] = [
    { name: "first", values: first ?? [], style: firstStyle, y: frame.rank, course: "step" },
    { name: "terminal", values: terminal, style: terminalStyle, y: frame.rank, course: "step" },
  ];
  const lines: Series[] = [
    { name: "loss", values: loss, style: atlasLossStyle, y: frame.loss, course: "straight" },
    ...first ? ranks : ranks.slice(1),
  ];
  const clip = clipped(parent, frame);
  const summaries = lines.map(({ values }) => summarize(values, steps.length));
  const at = steps.map(frame.x.scale);
  if (loss.length > 1) {
    lines.forEach(({ name, style, y, course }, i) =>
      drawSpread(clip, `${name}-band`, at, summaries[i], heightOn(y), course, style.color)
    );
  }
  lines.forEach(({ name, style, y, course }, i) =>
    drawMedian(clip, name, at, summaries[i], heightOn(y), course, style)
  );
}

function drawReason(parent: Group, reason: string, { width, height }: AtlasFrame): void {
  const lines = wrapText(reason, fontSize.small, width - 12);
  lines.forEach((line, i) =>
    parent.append("text").attr("class", "reason").attr("x", px(width / 2))
      .attr("y", px(height / 2 + (i - (lines.length - 1) / 2) * 15)).attr("dy", "0.35em")
      .attr("text-anchor", "middle").attr("font-size", fontSize.small).attr("fill", greyInk).text(line)
  );
}
