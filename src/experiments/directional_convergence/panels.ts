/**
 * The panels of the figure of early directional convergence.
 *
 * @module
 */
import { clearTicks } from "../../plot/core/clear_ticks.ts";
import * as d3 from "../../plot/deps.ts";
import { labeledTicks } from "../../plot/core/format.ts";
import { decadeAxis } from "../../plot/core/log_axis.ts";
import { drawLine } from "../../plot/core/marks.ts";
import { guideStyle, ladderStyle, lineStyle } from "../../plot/core/palette.ts";
import { extent } from "../../stats/extent.ts";
import { summarize } from "../../stats/quantiles.ts";
import type { Axis } from "../../plot/core/scales.ts";
import { drawMedian, drawSpread } from "../../plot/core/summary_marks.ts";
import { type Group, px } from "../../plot/core/svg.ts";

/** The flow of one replica from one δ, record by record. */
export interface FlowSeries {
  /** Index of δ, from 0 for the largest. */
  readonly rung: number;
  /** Whether the loss has fallen by 1 % at its end. */
  readonly hasLeft: boolean;
  /** ∫ ‖w‖^(L−2) dt. */
  readonly time: readonly number[];
  /** δ^(L−2) t. */
  readonly earlyTime: readonly number[];
  /** 1 − cosine to the KKT point. */
  readonly distance: readonly number[];
  /** ‖w‖ / δ. */
  readonly growth: readonly number[];
  /** KKT residual. */
  readonly residual: readonly number[];
}

/** One of the clocks of a flow. */
export type FlowClock = "time" | "earlyTime";

/** One of the values along a flow. */
export type FlowValue = "distance" | "growth" | "residual";

/** σ₂/σ₁, `[layer][replica][δ]`; NaN for none. */
export type RatioSeries = readonly (readonly (readonly number[])[])[];

/** Smallest value that is drawn. Smaller ones are noise of single precision. */
const LEAST = 1e-6;

/**
 * Makes the axis of a time: linear, from 0.
 *
 * @param times The times to show.
 * @param width Length in pixels.
 * @returns The axis, from left to right.
 */
export function timeAxis(times: readonly number[], width: number): Axis {
  const last = extent(times.filter(Number.isFinite))[1] * 1.03;
  const domain: [number, number] = [0, last > 0 && last < Infinity ? last : 1];
  const scale = d3.scaleLinear(domain, [0, width]);
  const labels = new Map(labeledTicks(...domain, 4).map(({ value, label }) => [value, label]));
  return {
    scale: (value) => scale(value),
    domain,
    ticks: clearTicks([...labels.keys()], scale, (at) => labels.get(at)!),
  };
}

/**
 * Makes the axis of positive values: logarithmic.
 *
 * @param values The values.
 * @param height Length in pixels.
 * @returns The axis, from the bottom up.
 */
export function valueAxis(values: readonly number[], height: number): Axis {
  const [low = 0.1, high = 1] = d3.extent(
    values.filter((value) => value < Infinity).map((value) => Math.max(value, LEAST)),
  );
  return decadeAxis([low / 1.5, high * 1.5], [height, 0], Math.max(2, Math.floor(height / 24)));
}

/** Contents of a panel of flows. */
export interface FlowPanel {
  /** Number of δ. */
  readonly rungs: number;
  /** Clock of its horizontal axis. */
  readonly x: FlowClock;
  /** Value of its vertical axis. */
  readonly y: FlowValue;
  /** Value at which to draw a line. */
  readonly guide: number | undefined;
}

/**
 * Draws flows: one line each, and a dot at which the loss has fallen by 1 %.
 *
 * @param parent Where to draw.
 * @param paths The flows.
 * @param panel Contents of the panel.
 * @param x Horizontal axis.
 * @param y Vertical axis.
 */
export function drawFlows(
  parent: Group,
  paths: readonly FlowSeries[],
  { rungs, guide, ...shown }: FlowPanel,
  x: Axis,
  y: Axis,
): void {
  if (guide !== undefined) {
    const ends = x.domain.map((at) => ({ x: x.scale(at), y: y.scale(guide) }));
    drawLine(parent, "guide", ends, "straight", guideStyle);
  }
  for (const path of paths) {
    const points = path[shown.y].map((value, i) => ({
      x: x.scale(path[shown.x][i]),
      y: Number.isNaN(value) ? NaN : y.scale(Math.max(value, LEAST)),
    }));
    const style = { ...ladderStyle(path.rung, rungs), width: 1.1 };
    drawLine(parent, "path", points, "straight", style);
    const end = points.findLast((point) => Number.isFinite(point.y));
    if (!end || !path.hasLeft) continue;
    parent.append("circle").attr("class", "flow-end").attr("cx", px(end.x)).attr("cy", px(end.y)).attr(
      "r",
      2.2,
    )
      .attr("fill", style.color);
  }
}

/**
 * Draws σ₂/σ₁ along the ladder: medians over the replicas and their bands, one line per layer.
 *
 * @param parent Where to draw.
 * @param ratios The ratios.
 * @param deltas The ladder.
 * @param x Axis of the ladder.
 * @param y Axis of the ratio.
 * @param guide Value at which to draw a line.
 */
export function drawRatios(
  parent: Group,
  ratios: RatioSeries,
  deltas: readonly number[],
  x: Axis,
  y: Axis,
  guide: number,
): void {
  const [from, to] = [deltas[0], deltas[deltas.length - 1]].map((at) => ({
    x: x.scale(at),
    y: y.scale(guide),
  }));
  drawLine(parent, "guide", [from, to], "straight", guideStyle);
  const at = deltas.map(x.scale);
  const height = (value: number) => Number.isNaN(value) ? NaN : y.scale(Math.max(value, LEAST));
  ratios.forEach((values, l) => {
    const summary = summarize(values, deltas.length), style = lineStyle(l);
    if (values.length > 1) drawSpread(parent, "ratio-band", at, summary, height, "straight", style.color);
    drawMedian(parent, "ratio", at, summary, height, "straight", style);
  });
}
