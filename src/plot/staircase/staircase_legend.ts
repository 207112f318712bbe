/**
 * The legend of the staircase figure.
 *
 * @module
 */
import { scientific } from "../core/format.ts";
import { type LegendEntry, swatchWidth } from "../core/legend.ts";
import { bandOpacity, type LineStyle, lineStyle } from "../core/palette.ts";
import { hollowStroke, stripFills, stripHeight } from "../core/stair_strip.ts";
import { certifiedOpacity, floorStyle, lossStyle } from "./staircase_panel.ts";
import type { Group } from "../core/svg.ts";

/** Contents of the figure that its legend explains. */
export interface LegendContents {
  /** Name of the loss; `null` where it is not drawn. */
  readonly lossName: string | null;
  /** Number of replicas. */
  readonly replicas: number;
  /** Name of the band of the replicas, such as "range"; `null` for no band. */
  readonly band: string | null;
  /** Threshold of the lower bound of the loss; `null` where it is not drawn. */
  readonly floor: number | null;
  /** Threshold of the stairs; `null` where there are none. */
  readonly stairs: number | null;
  /** Whether some stairs have a significant jump and are filled. */
  readonly hasFilledStairs: boolean;
  /** Whether some have none and are hollow. */
  readonly hasHollowStairs: boolean;
  /** Colour of the first certified interval; `null` where every rank is certain. */
  readonly certified: string | null;
}

/**
 * Lists the entries of the legend. The thresholds have none, since each line is labelled with its
 * own.
 *
 * @param contents Contents of the figure.
 * @returns The entries.
 */
export function staircaseLegend(contents: LegendContents): LegendEntry[] {
  const { lossName, replicas, band, floor, stairs, hasFilledStairs, hasHollowStairs, certified } = contents;
  const entries: LegendEntry[] = [
    ...lossName === null
      ? []
      : [{ label: `${lossName} (left axis)`, swatch: (parent: Group) => drawStroke(parent, lossStyle) }],
  ];
  if (floor !== null) {
    const label = `its lower bound by the rank at ε = ${scientific(floor)}`;
    entries.push({ label, swatch: (parent) => drawStroke(parent, floorStyle) });
  }
  if (stairs !== null) {
    const label = `stairs at ε = ${scientific(stairs)}, and their ranks`, height = stripHeight - 3;
    const hollow = "a rounded trend has such jumps";
    if (hasFilledStairs) {
      entries.push({
        label,
        swatch: (parent) => drawHalves(parent, stripFills, 1, height),
      });
    }
    if (hasHollowStairs) {
      entries.push({
        label: hasFilledStairs ? `hollow: ${hollow}` : `${label}; hollow: ${hollow}`,
        swatch: (parent) => drawHollow(parent, height),
      });
    }
  }
  if (band !== null) {
    entries.push({
      label: `median and ${band} of ${replicas} replicas`,
      swatch: (parent) => {
        drawHalves(parent, [lossStyle.color, lineStyle(0).color], bandOpacity, 12);
        drawStroke(parent, lossStyle, 0, swatchWidth / 2);
        drawStroke(parent, lineStyle(0), swatchWidth / 2);
      },
    });
  }
  if (certified !== null) {
    entries.push({
      label: `certified interval, where the ${band === null ? "rank" : "median"} is not certain`,
      swatch: (parent) => {
        drawHalves(parent, [certified, certified], certifiedOpacity, 12);
        drawStroke(parent, { ...lineStyle(0), color: certified });
      },
    });
  }
  return entries;
}

/** A piece of a line. */
function drawStroke(
  parent: Group,
  { color, dash, width }: LineStyle,
  from = 0,
  to: number = swatchWidth,
): void {
  parent.append("line").attr("x1", from).attr("x2", to).attr("stroke", color).attr("stroke-width", width)
    .attr("stroke-dasharray", dash);
}

/** Two hollow blocks side by side. */
function drawHollow(parent: Group, height: number): void {
  for (const i of [0, 1]) {
    parent.append("rect").attr("x", i * swatchWidth / 2).attr("y", -height / 2).attr("width", swatchWidth / 2)
      .attr("height", height).attr("fill", "none").attr("stroke", hollowStroke).attr("stroke-width", 0.8);
  }
}

/** Two blocks side by side. */
function drawHalves(
  parent: Group,
  colors: readonly [string, string],
  opacity: number,
  height: number,
): void {
  for (const [i, color] of colors.entries()) {
    parent.append("rect").attr("x", i * swatchWidth / 2).attr("y", -height / 2).attr("width", swatchWidth / 2)
      .attr("height", height).attr("fill", color).attr("fill-opacity", opacity);
  }
}
