/**
 * Scales of colours, and the bars that explain them.
 *
 * @module
 */
import * as d3 from "../deps.ts";
import { tickLength } from "./axes.ts";
import { fontSize, greyInk } from "./palette.ts";
import type { Axis } from "./scales.ts";
import { appendGroup, type Group, px } from "./svg.ts";

/** Sequences of colours from dark to light. Colour-blind readers can order those of each. */
const sequences = { viridis: d3.interpolateViridis, cividis: d3.interpolateCividis };

/** Rectangles of a bar. */
const PIECES = 64;

/** A scale of colours. */
export interface ColorScale {
  /** The values along its bar, whose length it has. */
  readonly axis: Axis;
  /** Length of the bar in pixels. */
  readonly length: number;
  /**
   * Gives the colour of a value. Values beyond an end have its colour.
   *
   * @param value The value.
   * @returns The colour.
   */
  color(value: number): string;
}

/**
 * Makes a scale of colours of an axis.
 *
 * @param sequence Its colours.
 * @param axis A horizontal axis, from 0 on.
 * @param length Length of the axis in pixels.
 * @returns The scale.
 */
export function colorScale(sequence: keyof typeof sequences, axis: Axis, length: number): ColorScale {
  const [low, high] = axis.domain;
  return {
    axis,
    length,
    color: (value) => sequences[sequence](axis.scale(Math.min(high, Math.max(low, value))) / length),
  };
}

/**
 * Draws the bar of a scale: colours above, ticks and labels below.
 *
 * @param parent Where to draw; its origin is the left end of the top.
 * @param scale The scale.
 * @param name Name of the values, which stands to the left.
 */
export function drawColorBar(parent: Group, { axis, length, color }: ColorScale, name: string): void {
  const group = appendGroup(parent, "color-bar"), height = 12;
  group.append("text").attr("x", -8).attr("y", height - 1).attr("text-anchor", "end")
    .attr("font-size", fontSize.text).text(name);
  const [low, high] = axis.domain, isLog = low > 0;
  const at = (share: number) => isLog ? low * (high / low) ** share : low + share * (high - low);
  for (let i = 0; i < PIECES; i++) {
    // A little wider, so that no gap shows between them.
    group.append("rect").attr("x", px(length * i / PIECES)).attr("width", px(length / PIECES + 0.5))
      .attr("height", height).attr("fill", color(at((i + 0.5) / PIECES)));
  }
  for (const { value, label } of axis.ticks) {
    const x = px(axis.scale(value));
    group.append("line").attr("x1", x).attr("x2", x).attr("y1", height).attr("y2", height + tickLength)
      .attr("stroke", greyInk);
    group.append("text").attr("x", x).attr("y", height + tickLength + 2).attr("dy", "0.8em")
      .attr("text-anchor", "middle").attr("font-size", fontSize.text).text(label);
  }
}
