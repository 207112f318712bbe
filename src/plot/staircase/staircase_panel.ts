/**
 * One panel of the staircase figure: the loss and the ε-ranks of one hidden layer.
 *
 * @module
 */
import { drawHorizontalAxis, drawVerticalAxis, labelRoom } from "../core/axes.ts";
import { drawEndLabels } from "../core/end_labels.ts";
import { scientific } from "../core/format.ts";
import { drawBand, drawLine, holdSteps } from "../core/marks.ts";
import { drawBorder } from "../core/frame.ts";
import { bandOpacity, fontSize, greyInk, ink, type LineStyle, lineStyle } from "../core/palette.ts";
import type { Summary } from "../../stats/quantiles.ts";
import type { Axis } from "../core/scales.ts";
import { heightOn, isSpread } from "../core/summary_marks.ts";
import { drawStairStrip, stripHeight, type StripStair } from "../core/stair_strip.ts";
import { appendGroup, type Group, px } from "../core/svg.ts";
import { textWidth, wrapText } from "../core/text.ts";
import type { Point, Span } from "../core/thin.ts";

/** The ε-rank of the layer for one threshold, over all replicas. */
export interface PanelRank {
  /** Threshold ε. */
  readonly epsilon: number;
  /** Median and band of the rank. */
  readonly rank: Summary;
  /** Lower end of the interval that certifies the median. */
  readonly low: readonly number[];
  /** Upper end of it. */
  readonly high: readonly number[];
}

/** Contents of one panel. */
export interface PanelData {
  /** Heading of the panel. */
  readonly label: string;
  /** Steps of the probes. */
  readonly steps: readonly number[];
  /** Median and band of the loss. */
  readonly loss: Summary;
  /** Name of the loss, for the left axis. */
  readonly lossName: string;
  /** Heading of the right axis. */
  readonly rankName: string;
  /** Median of the lower bound of the loss; `null` for none. */
  readonly floor: readonly number[] | null;
  /** The ranks, smallest ε first. */
  readonly ranks: readonly PanelRank[];
  /** Stairs of the smallest ε. */
  readonly stairs: readonly StripStair[];
}

/** The axes of a panel, and its size. */
export interface PanelFrame {
  /** Width of the frame in pixels. */
  readonly width: number;
  /** Height of the frame in pixels. */
  readonly height: number;
  /** Steps. */
  readonly x: Axis;
  /** Loss. */
  readonly loss: Axis;
  /** ε-rank. */
  readonly rank: Axis;
  /** Whether the steps are labelled. */
  readonly stepLabels: boolean;
}

/**
 * Gap between the strip of stairs and the frame, with room for the label of a tick at the very top.
 */
const stripGap = 6;

/** Room above the frame, for the heading and the strip of stairs. */
export const panelHead: number = 24 + stripHeight + stripGap;

/** Style of the loss. */
export const lossStyle: LineStyle = { color: ink, dash: null, width: 1.4 };

/** Style of the lower bound of the loss. */
export const floorStyle: LineStyle = { color: ink, dash: "1.2 2.6", width: 1.4 };

/** Opacity of the certified intervals: visible on a band and under a line. */
export const certifiedOpacity = 0.45;

/**
 * Draws a panel.
 *
 * @param parent Where to draw; the origin is the upper left corner of the frame, {@linkcode
 * panelHead} below the top.
 * @param data Contents of the panel.
 * @param frame Its axes and its size.
 */
export function drawPanel(parent: Group, data: PanelData, frame: PanelFrame): void {
  const { width, height, x, loss, rank } = frame;
  drawHorizontalAxis(appendGroup(parent, "below", 0, height), x, height, frame.stepLabels);
  drawHead(parent, data, frame);
  drawBands(parent, data, frame);
  if (data.floor) {
    // A nested document clips what falls below the axis, without an identifier that others could
    // share.
    const clip: Group = parent.append("svg").attr("class", "clip").attr("width", width).attr(
      "height",
      height,
    );
    clip.attr("overflow", "hidden");
    // Probes that only count have no floor; the last one before them holds.
    const { floor } = data;
    const has = (_: number, i: number) => !Number.isNaN(floor[i]);
    drawLine(clip, "floor", points(data.steps.filter(has), floor.filter(has), x, loss), "step", floorStyle);
  }
  drawLine(parent, "loss", points(data.steps, data.loss.median, x, loss), "straight", lossStyle);
  for (let i = data.ranks.length - 1; i >= 0; i--) {
    drawLine(parent, "rank", points(data.steps, data.ranks[i].rank.median, x, rank), "step", lineStyle(i));
  }
  const names = { xName: "optimisation step", yName: data.lossName, rightName: data.rankName };
  drawBorder(parent, { width, height, x, y: loss, right: rank, ...names });
  if (hasLoss(data)) drawVerticalAxis(parent, loss, "left", ink);
  const right = appendGroup(parent, "beside", width);
  drawVerticalAxis(right, rank, "right", ink);
  const labels = data.ranks.flatMap(({ epsilon, rank: { median } }, i) => {
    const last = median.findLast(Number.isFinite);
    return last === undefined
      ? []
      : [{ text: epsilonLabel(epsilon), y: rank.scale(last), style: lineStyle(i) }];
  });
  drawEndLabels(appendGroup(right, "named", labelRoom(rank) + 5), labels, height);
}

/**
 * Tells whether a panel has a loss that its axis can show. Of other programs none may be known.
 *
 * @param data Contents of the panel.
 * @returns Whether there is any above 0.
 */
export function hasLoss({ loss }: Pick<PanelData, "loss">): boolean {
  return loss.median.some((value) => value > 0);
}

/**
 * Formats the name of a rank line.
 *
 * @param epsilon Threshold ε.
 * @returns Such as ε = 10⁻⁶.
 */
export function epsilonLabel(epsilon: number): string {
  return `ε = ${scientific(epsilon)}`;
}

/** Headings of the panel and of its axes, and the stairs. */
function drawHead(parent: Group, data: PanelData, { width, height, x, loss }: PanelFrame): void {
  const [label = "", ...rest] = wrapText(data.label, fontSize.text, width - 20, true);
  const head = appendGroup(parent, "head", 0, -panelHead);
  head.append("text").attr("class", "label").attr("y", 14).attr("font-size", fontSize.text)
    .attr("font-weight", "bold").text(rest.length > 0 ? `${label}…` : label);
  head.append("text").attr("x", width).attr("y", 14).attr("font-size", fontSize.text).text(data.rankName);
  if (hasLoss(data)) {
    const fits = textWidth(data.lossName, fontSize.text) <= height + stripHeight;
    head.append("text").attr("class", "loss-name").attr("font-size", fontSize.text).attr(
      "text-anchor",
      "middle",
    )
      .attr("transform", `translate(${px(-labelRoom(loss) - 10)},${px(panelHead + height / 2)})rotate(-90)`)
      .text(fits ? data.lossName : "loss");
  }
  if (data.stairs.length === 0) return;
  const strip = appendGroup(parent, "strip", 0, -stripHeight - stripGap);
  drawStairStrip(strip, data.stairs, x);
  strip.append("text").attr("x", -7).attr("y", stripHeight / 2).attr("dy", "0.36em").attr(
    "text-anchor",
    "end",
  )
    .attr("font-size", fontSize.small).attr("fill", greyInk).text("stairs");
}

/** Bands of the replicas, and certified intervals. */
function drawBands(
  parent: Group,
  { steps, loss, ranks }: PanelData,
  { x, loss: y, rank }: PanelFrame,
): void {
  const bottom = y.scale(y.domain[0]);
  const lossBand = steps.map((step, i): Span => ({
    x: x.scale(step),
    top: loss.high[i] > 0 ? y.scale(loss.high[i]) : NaN,
    // Losses of 0 or less lie below every logarithmic axis.
    bottom: loss.low[i] > 0 ? y.scale(loss.low[i]) : bottom,
  }));
  if (lossBand.some(({ top, bottom }) => top < bottom) && isSpread(loss)) {
    drawBand(parent, "loss-band", lossBand, "straight", { color: ink, opacity: bandOpacity });
  }
  for (const [i, series] of ranks.entries()) {
    const band = (low: readonly number[], high: readonly number[]) =>
      holdSteps(steps.map((step, k): Span => {
        const open = low[k] < high[k];
        return {
          x: x.scale(step),
          top: open ? rank.scale(high[k]) : NaN,
          bottom: open ? rank.scale(low[k]) : NaN,
        };
      }));
    const { color } = lineStyle(i);
    drawBand(parent, "rank-band", band(series.rank.low, series.rank.high), "step", {
      color,
      opacity: bandOpacity,
    });
    drawBand(parent, "certified", band(series.low, series.high), "step", {
      color,
      opacity: certifiedOpacity,
    });
  }
}

/** A series in pixels; the axis shows no height where a value is not on it. */
function points(steps: readonly number[], values: readonly number[], x: Axis, y: Axis): Point[] {
  const height = heightOn(y);
  return steps.map((step, i) => ({ x: x.scale(step), y: height(values[i]) }));
}
