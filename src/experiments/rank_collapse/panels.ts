/**
 * The panels of the figure of neural rank collapse.
 *
 * @module
 */
import * as d3 from "../../plot/deps.ts";
import type { Tick } from "../../plot/core/format.ts";
import { powerOfTen } from "../../plot/core/format.ts";
import { decadeAxis } from "../../plot/core/log_axis.ts";
import { drawLine } from "../../plot/core/marks.ts";
import { fontSize, guideStyle, ladderStyle, lineStyle } from "../../plot/core/palette.ts";
import { extent } from "../../stats/extent.ts";
import { summarize } from "../../stats/quantiles.ts";
import type { Axis } from "../../plot/core/scales.ts";
import { drawMedian, drawSpread } from "../../plot/core/summary_marks.ts";
import { type Group, px } from "../../plot/core/svg.ts";
import { textWidth } from "../../plot/core/text.ts";
import type { Point } from "../../plot/core/thin.ts";

/** A layer of a network in the panel of distances to rank K. */
export interface CollapsePoint {
  /** Number of the layer. */
  readonly layer: number;
  /** Total cluster variation divided by weight decay. */
  readonly x: number;
  /** Distance to rank K. */
  readonly y: number;
}

/** Smallest share of σ₁ that is shown. Single precision resolves no smaller one. */
const LEAST_SHARE = 1e-7;

/**
 * Makes the axis of a ladder of weight decays. It is evenly spaced, since 0 is one of them.
 *
 * @param decays The decays, ascending.
 * @param width Length in pixels.
 * @returns The axis, which maps the index of a decay, and its name. Labels that would overlap are
 * left out.
 */
export function ladderAxis(decays: readonly number[], width: number): { axis: Axis; name: string } {
  const least = decays.find((decay) => decay > 0);
  const exponent = least === undefined ? 0 : Math.floor(Math.log10(least) + 1e-9);
  const scale = d3.scaleLinear([-0.4, decays.length - 0.6], [0, width]);
  let end = -Infinity;
  const ticks = decays.map((decay, index): Tick => {
    const label = String(Number((decay / 10 ** exponent).toPrecision(3)));
    const half = textWidth(label, fontSize.text) / 2 + 2;
    if (scale(index) - half < end) return { value: index, label: "" };
    end = scale(index) + half;
    return { value: index, label };
  });
  return {
    axis: {
      scale: (index) => scale(index),
      domain: [-0.4, decays.length - 0.6],
      ticks,
      reading: { places: decays, at: decays.map((_, index) => scale(index)) },
    },
    name: exponent === 0 ? "weight decay λ" : `weight decay λ / ${powerOfTen(exponent)}`,
  };
}

/**
 * Makes a logarithmic axis with room beyond the values.
 *
 * @param values The values. Only positive ones are shown and count.
 * @param range Pixels of its ends.
 * @returns The axis.
 */
export function spaciousAxis(values: readonly number[], range: readonly [number, number]): Axis {
  const [low = 0.1, high = 1] = d3.extent(values.filter((value) => value > 0 && value < Infinity));
  const length = Math.abs(range[1] - range[0]);
  return decadeAxis([low / 2, high * 2], range, Math.max(2, Math.floor(length / 45)));
}

/**
 * Makes the axis of singular values as shares of the largest.
 *
 * @param shares The shares.
 * @param height Length in pixels.
 * @returns The axis, from the bottom up.
 */
export function shareAxis(shares: readonly number[], height: number): Axis {
  const shown = shares.filter((share) => share > 0).map((share) => Math.max(share, LEAST_SHARE));
  return decadeAxis(
    [Math.min(1e-3, extent(shown)[0]) / 2, 1.5],
    [height, 0],
    Math.max(2, Math.floor(height / 26)),
  );
}

/**
 * Draws the ranks of layers: medians over the networks, their bands, and a line at K.
 *
 * @param parent Where to draw.
 * @param ranks Ranks, `[layer][network][decay]`; NaN if a network does not count.
 * @param classes K.
 * @param x Axis of the ladder.
 * @param y Axis of the rank.
 */
export function drawRanks(
  parent: Group,
  ranks: readonly (readonly (readonly number[])[])[],
  classes: number,
  x: Axis,
  y: Axis,
): void {
  drawLine(
    parent,
    "classes",
    x.domain.map((at) => ({ x: x.scale(at), y: y.scale(classes) })),
    "straight",
    guideStyle,
  );
  ranks.forEach((networks, l) => {
    const summary = summarize(networks, x.ticks.length), style = lineStyle(l);
    const at = x.ticks.map((_, i) => x.scale(i));
    if (networks.length > 1) {
      drawSpread(parent, "rank-band", at, summary, y.scale, "straight", style.color);
    }
    const points = drawMedian(parent, "rank", at, summary, y.scale, "straight", style);
    for (const point of points.filter(({ y }) => Number.isFinite(y))) {
      parent.append("circle").attr("class", "dot").attr("cx", px(point.x)).attr("cy", px(point.y))
        .attr("r", 3.6 - 0.4 * l).attr("fill", style.color);
    }
  });
}

/**
 * Draws the mark of a point: a circle, a triangle, a square, a pentagon … by its group, in the
 * colour of its layer.
 *
 * @param parent Where to draw.
 * @param at Its centre.
 * @param group Index of the group.
 * @param color Colour.
 */
export function drawMark(parent: Group, at: Point, group: number, color: string): void {
  const corners = group === 0 ? 16 : group + 2;
  const radius = group === 0 ? 3.2 : 4;
  const corner = (c: number) => {
    const angle = 2 * Math.PI * c / corners;
    return `${px(at.x + radius * Math.sin(angle))},${px(at.y - radius * Math.cos(angle))}`;
  };
  const outline = Array.from({ length: corners }, (_, c) => corner(c)).join("L");
  parent.append("path").attr("class", "point").attr("d", `M${outline}Z`).attr("fill", color)
    .attr("fill-opacity", 0.65);
}

/**
 * Draws distances to rank K, and the line of slope 1 that touches the highest of them.
 *
 * @param parent Where to draw.
 * @param groups Points of each group.
 * @param x Axis of total cluster variation divided by weight decay.
 * @param y Axis of the distance.
 */
export function drawDistances(
  parent: Group,
  groups: readonly (readonly CollapsePoint[])[],
  x: Axis,
  y: Axis,
): void {
  const shown = groups.map((points) => points.filter((point) => point.x > 0 && point.y > 0));
  const [, steepest] = extent(shown.flat().map((point) => point.y / point.x));
  if (steepest > 0) {
    const ends = x.domain.map((at) => ({ x: x.scale(at), y: y.scale(steepest * at) }));
    drawLine(parent, "slope", ends, "straight", guideStyle);
  }
  shown.forEach((points, group) =>
    points.forEach((point) =>
      drawMark(parent, { x: x.scale(point.x), y: y.scale(point.y) }, group, lineStyle(point.layer - 1).color)
    )
  );
}

/**
 * Draws spectra: medians over the networks, with one line per weight decay, and a line at the
 * threshold.
 *
 * @param parent Where to draw.
 * @param spectra Shares of σ₁, `[decay][network][index]`.
 * @param threshold The share above which singular values count.
 * @param x Axis of the index, from 1.
 * @param y Axis of the share.
 */
export function drawSpectra(
  parent: Group,
  spectra: readonly (readonly (readonly number[])[])[],
  threshold: number,
  x: Axis,
  y: Axis,
): void {
  const at = x.domain.map((index) => ({ x: x.scale(index), y: y.scale(threshold) }));
  drawLine(parent, "threshold", at, "straight", guideStyle);
  spectra.forEach((networks, decay) => {
    const { median } = summarize(networks, networks[0]?.length ?? 0);
    const points = median.map((share, i) => ({
      x: x.scale(i + 1),
      y: y.scale(Math.max(share, y.domain[0] / 2)),
    }));
    drawLine(parent, "spectrum", points, "straight", ladderStyle(decay, spectra.length));
  });
}
