/**
 * The stairs of a series as a strip above it.
 *
 * @module
 */
import { fontSize, ink } from "./palette.ts";
import type { Axis } from "./scales.ts";
import { appendGroup, type Group, px } from "./svg.ts";
import { textWidth } from "./text.ts";

/** Height of the strip in pixels. */
export const stripHeight = 15;

/** Fills of the stairs, in turn: neighbours also differ in greyscale. */
export const stripFills: readonly [string, string] = ["#c3dcee", "#edf4f9"];

/** Outline of the stairs whose jumps are not significant. */
export const hollowStroke = "#9fb3c2";

/** A run of probes with the same rank. */
export interface StripStair {
  /** Step of its first probe. */
  readonly from: number;
  /** Step of its last probe. */
  readonly to: number;
  /** Its rank. */
  readonly rank: number;
  /** Whether a jump at one of its ends is significant. Default: yes. */
  readonly isSignificant?: boolean;
}

/**
 * Draws the stairs as blocks. Each reaches from its first probe to that of the next stair, and
 * shows its rank if there is room: five stairs can be read, and forty can be counted. Blocks with a
 * significant jump are filled, in two alternating tints; the others are hollow.
 *
 * @param parent Where to draw; the origin is the upper left corner of the strip.
 * @param stairs The stairs, first to last.
 * @param steps The axis of steps.
 */
export function drawStairStrip(parent: Group, stairs: readonly StripStair[], steps: Axis): void {
  const strip = appendGroup(parent, "stairs");
  for (const [i, { from, to, rank, isSignificant = true }] of stairs.entries()) {
    const left = steps.scale(from);
    const width = steps.scale(stairs[i + 1]?.from ?? to) - left;
    const block = strip.append("rect").attr("x", px(left)).attr("width", px(width)).attr(
      "height",
      stripHeight,
    )
      .attr("fill", isSignificant ? stripFills[i % 2] : "none");
    if (!isSignificant) block.attr("class", "hollow").attr("stroke", hollowStroke).attr("stroke-width", 0.8);
    const label = String(rank);
    if (textWidth(label, fontSize.small) + 1 > width) continue;
    strip.append("text").attr("x", px(left + width / 2)).attr("y", stripHeight / 2).attr("dy", "0.36em")
      .attr("text-anchor", "middle").attr("font-size", fontSize.small).attr("fill", ink).text(label);
  }
}
