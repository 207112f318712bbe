/**
 * One map of a phase diagram: cells, the lines between ranks, where training diverges.
 *
 * @module
 */
import type { CellAxis } from "../../plot/core/cell_axis.ts";
import { drawFrame } from "../../plot/core/frame.ts";
import { greyInk, ink, type LineStyle } from "../../plot/core/palette.ts";
import { appendGroup, type Group, px } from "../../plot/core/svg.ts";
import type { PhaseCell } from "./cells.ts";

/** Line between cells whose networks certainly lie on different sides of a rank. */
export const certainStyle: LineStyle = { color: ink, dash: null, width: 1.6 };

/** Line between cells of which only the medians do. */
export const doubtStyle: LineStyle = { color: ink, dash: "2.5 2.5", width: 1.4 };

/** Fill of cells of which all networks diverged. */
export const divergedFill = "#e4e4e4";

/** The axes that all maps have in common. */
export interface MapAxes {
  /** Axis of initial scales. */
  readonly x: CellAxis;
  /** Axis of learning rates. */
  readonly y: CellAxis;
  /** Initial scales of the columns. */
  readonly initScales: readonly number[];
  /** Learning rates of the rows, from the bottom up. */
  readonly learningRates: readonly number[];
  /** Width and height in pixels. */
  readonly size: number;
}

/** A map. */
export interface MapPanel {
  /** Heading. */
  readonly label: string;
  /** What the colours show. */
  readonly what: "rank" | "loss";
  /** Its axes. */
  readonly axes: MapAxes;
  /** Whether it has the labels of the vertical axis. */
  readonly isFirst: boolean;
  /** Whether it has those of the horizontal axis. */
  readonly isLast: boolean;
  /** Its cells. */
  readonly cells: readonly PhaseCell[];
  /** Gives the colour of a rank or a loss. */
  readonly color: (value: number) => string;
  /** Ranks from which lines set others apart. */
  readonly levels: readonly number[];
}

/** A line: x and y of its ends. */
export type Segment = readonly [number, number, number, number];

/**
 * Lists the ranks between which lines are drawn: 2, 4, 8 …
 *
 * @param most Highest rank of the figure.
 * @returns The powers of two from 2 up to it.
 */
export function rankLevels(most: number): number[] {
  return Array.from({ length: Math.floor(Math.log2(most)) }, (_, i) => 2 ** (i + 1));
}

/**
 * Finds the line between two neighbouring cells. It is certain if all networks of the one rank
 * below one of the levels and all of the other do not; towards a cell of which all networks
 * diverged, if none of the other did.
 *
 * @param a A cell.
 * @param b Its neighbour.
 * @param levels Ranks between which lines are drawn.
 * @returns Kind of the line; `null` for none.
 */
export function borderOf(
  a: PhaseCell | undefined,
  b: PhaseCell | undefined,
  levels: readonly number[],
): "certain" | "doubt" | null {
  if (!a || !b) return null;
  if (!a.rank || !b.rank) {
    if (a.rank === b.rank) return null;
    return a.diverged + b.diverged === (a.rank ? b : a).networks ? "certain" : "doubt";
  }
  const [low, high] = a.rank.rank < b.rank.rank ? [a.rank, b.rank] : [b.rank, a.rank];
  const crossed = levels.filter((level) => low.rank < level && level <= high.rank);
  if (crossed.length === 0) return null;
  return crossed.some((level) => low.high < level && level <= high.low) ? "certain" : "doubt";
}

/**
 * Draws a map.
 *
 * @param parent Where to draw; its origin is the upper left corner of the map.
 * @param map The map.
 */
export function drawMap(parent: Group, map: MapPanel): void {
  const { label, what, axes: { x, y, initScales, learningRates, size }, cells, color, levels } = map;
  const xName = map.isLast ? "initial scale" : null, yName = map.isFirst ? "learning rate" : null;
  drawFrame(parent, { label, width: size, height: size, x, y, xName, yName, xMeaning: "initial scale" });
  const keyOf = (initScale: number, learningRate: number) => `${initScale} ${learningRate}`;
  const byKey = new Map(cells.map((cell) => [keyOf(cell.initScale, cell.learningRate), cell]));
  const cellAt = (s: number, r: number) => byKey.get(keyOf(initScales[s], learningRates[r]));
  const group = appendGroup(parent, "cells");
  const hatch: Segment[] = [], lines: Record<"certain" | "doubt", Segment[]> = { certain: [], doubt: [] };
  for (const s of initScales.keys()) {
    for (const r of learningRates.keys()) {
      const cell = cellAt(s, r);
      if (!cell) continue;
      const [left, right, bottom, top] = [x.borders[s], x.borders[s + 1], y.borders[r], y.borders[r + 1]];
      const fill = cell.rank ? color(what === "rank" ? cell.rank.rank : cell.loss) : divergedFill;
      // Each reaches below those that are drawn after it, so that no gap shows between them.
      const [over, up] = [s + 1 < initScales.length ? 0.5 : 0, r + 1 < learningRates.length ? 0.5 : 0];
      group.append("rect").attr("class", "cell").attr("x", px(left)).attr("y", px(top - up))
        .attr("width", px(right - left + over)).attr("height", px(bottom - top + up)).attr("fill", fill)
        .attr("data-read", reading(cell));
      if (cell.diverged > 0) hatch.push([left, bottom, right, top]);
      const beside = borderOf(cell, cellAt(s + 1, r), levels),
        above = borderOf(cell, cellAt(s, r + 1), levels);
      if (beside) lines[beside].push([right, bottom, right, top]);
      if (above) lines[above].push([left, top, right, top]);
    }
  }
  drawHatch(parent, hatch);
  const all = [...lines.certain, ...lines.doubt];
  drawSegments(parent, "casing", all, { color: "white", dash: null, width: 3.2 });
  drawSegments(parent, "certain", lines.certain, certainStyle);
  drawSegments(parent, "doubt", lines.doubt, doubtStyle);
  // The frame lies below the cells.
  parent.append("rect").attr("class", "outline").attr("width", px(size)).attr("height", px(size))
    .attr("fill", "none").attr("stroke", greyInk);
}

/**
 * Hatches cells in which networks diverged, with a diagonal of each.
 *
 * @param parent Where to draw.
 * @param diagonals The diagonals.
 */
export function drawHatch(parent: Group, diagonals: readonly Segment[]): void {
  drawSegments(parent, "hatch-casing", diagonals, { color: "white", dash: null, width: 2.2 });
  drawSegments(parent, "hatch", diagonals, { color: greyInk, dash: null, width: 1 });
}

function drawSegments(
  parent: Group,
  name: string,
  segments: readonly Segment[],
  { color, dash, width }: LineStyle,
): void {
  if (segments.length === 0) return;
  const path = segments.map(([x1, y1, x2, y2]) => `M${px(x1)},${px(y1)}L${px(x2)},${px(y2)}`).join("");
  parent.append("path").attr("class", name).attr("d", path).attr("fill", "none").attr("stroke", color)
    .attr("stroke-width", width).attr("stroke-dasharray", dash);
}

/** Says what a cell holds, for pages. */
function reading({ initScale, learningRate, rank, loss, networks, diverged }: PhaseCell): string {
  return [
    `initial scale: ${initScale}`,
    `learning rate: ${learningRate}`,
    ...rank
      ? [`ε-rank: ${rank.rank}, all in ${rank.low} to ${rank.high}`, `loss: ${Number(loss.toPrecision(3))}`]
      : [],
    ...diverged > 0 ? [`diverged: ${diverged} of ${networks}`] : [],
  ].join("; ");
}
