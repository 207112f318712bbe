/**
 * Functions of one input.
 *
 * @module
 */
import * as d3 from "../../plot/deps.ts";
import { powerOfTen } from "../../plot/core/format.ts";
import { drawLine } from "../../plot/core/marks.ts";
import { fontSize, greyInk, type LineStyle } from "../../plot/core/palette.ts";
import type { Axis } from "../../plot/core/scales.ts";
import { spread } from "../../plot/core/spread.ts";
import { heightOn } from "../../plot/core/summary_marks.ts";
import { type Group, px } from "../../plot/core/svg.ts";
import type { StepAxes } from "./loss_view.ts";

/**
 * Makes a linear axis with round ticks.
 *
 * @param domain Its ends; equal ones are moved apart.
 * @param range Pixels of these two.
 * @param count Number of ticks, about.
 * @returns The axis.
 */
export function plainAxis(
  [low, high]: readonly [number, number],
  range: readonly [number, number],
  count: number,
): Axis {
  const domain: [number, number] = low < high ? [low, high] : [low - 1, high + 1];
  const scale = d3.scaleLinear(domain, range), most = Math.max(-domain[0], domain[1]);
  const exponent = Math.floor(Math.log10(most)), power = exponent < -3 || exponent > 4 ? exponent : 0;
  const label = d3.tickFormat(domain[0] / 10 ** power, domain[1] / 10 ** power, count);
  const ticks = scale.ticks(count).map((value) => ({
    value,
    label: label(value / 10 ** power).replace("-", "−") +
      (power === 0 || value === 0 ? "" : `·${powerOfTen(power)}`),
  }));
  return { scale: (value) => scale(value), domain, ticks };
}

/**
 * Finds the ends of finite values.
 *
 * @param all Values.
 * @param margin Share of their range that is added at each end. Default: none.
 * @returns The least and the greatest; 0 and 1 if there are none.
 */
export function extentOf(all: readonly ArrayLike<number>[], margin = 0): readonly [number, number] {
  let low = Infinity, high = -Infinity;
  for (const values of all) {
    for (let i = 0; i < values.length; i++) {
      if (!Number.isFinite(values[i])) continue;
      low = Math.min(low, values[i]);
      high = Math.max(high, values[i]);
    }
  }
  if (!(low <= high)) return [0, 1];
  return [low - margin * (high - low), high + margin * (high - low)];
}

/**
 * Draws a function of one input.
 *
 * @param parent Where to draw.
 * @param name Its class.
 * @param x Inputs, ascending.
 * @param values Its values.
 * @param axes Axes.
 * @param style Style of the line.
 */
export function drawFunction(
  parent: Group,
  name: string,
  x: ArrayLike<number>,
  values: ArrayLike<number>,
  axes: StepAxes,
  style: LineStyle,
): void {
  const height = heightOn(axes.y);
  const points = Array.from(values, (value, i) => ({ x: axes.x.scale(x[i]), y: height(value) }));
  drawLine(parent, name, points, "straight", style);
}

/**
 * Draws some values of a function of one input as dots.
 *
 * @param parent Where to draw.
 * @param name Their class.
 * @param x Inputs.
 * @param values Its values.
 * @param axes Axes.
 */
export function drawDots(
  parent: Group,
  name: string,
  x: ArrayLike<number>,
  values: ArrayLike<number>,
  axes: StepAxes,
): void {
  const height = heightOn(axes.y);
  for (let k = 0; k < values.length; k++) {
    const y = height(values[k]);
    if (!Number.isFinite(y)) continue;
    parent.append("circle").attr("class", name).attr("cx", px(axes.x.scale(x[k]))).attr("cy", px(y))
      .attr("r", 2.6).attr("fill", greyInk);
  }
}

/**
 * Writes short names at the ends of lines, in their colours, and moves apart those that would
 * overlap.
 *
 * @param parent Where to draw; the origin is a little to the right of the frame's upper right
 * corner.
 * @param names Names, heights of the ends, colours.
 * @param height Height of the frame.
 */
export function drawNames(
  parent: Group,
  names: readonly { readonly text: string; readonly y: number; readonly color: string }[],
  height: number,
): void {
  const half = fontSize.text / 2, places = spread(names.map(({ y }) => y), 2.2 * half, half, height - half);
  for (const [i, { text, color }] of names.entries()) {
    parent.append("text").attr("y", px(places[i])).attr("dy", "0.35em").attr("font-size", fontSize.text)
      .attr("fill", color).text(text);
  }
}
