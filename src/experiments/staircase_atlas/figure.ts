/**
 * The figure of the atlas of staircases: a row for each task, a column for each network.
 *
 * @module
 */
import {
  type AtlasFigureCell,
  atlasLossStyle,
  atlasPanelHead,
  brokenInk,
  drawAtlasPanel,
  firstStyle,
  terminalStyle,
} from "./panel.ts";
import { labelRoom } from "../../plot/core/axes.ts";
import * as d3 from "../../plot/deps.ts";
import { type LegendEntry, lineSwatch, swatchWidth } from "../../plot/core/legend.ts";
import { decadeAxis } from "../../plot/core/log_axis.ts";
import { drawPage, pageMargin, pageWidth } from "../../plot/core/page.ts";
import { fontSize, greyInk } from "../../plot/core/palette.ts";
import { type Axis, rankAxis, stepAxis } from "../../plot/core/scales.ts";
import { epsilonLabel } from "../../plot/staircase/staircase_panel.ts";
import { bandEntries } from "../../plot/core/summary_marks.ts";
import { appendGroup, type Group, px } from "../../plot/core/svg.ts";
import { textWidth, wrapText } from "../../plot/core/text.ts";

/** A task. */
export interface AtlasFigureRow {
  /** Its name. */
  readonly label: string;
  /** Cell of each column, or the reason why there is none. */
  readonly cells: readonly (AtlasFigureCell | string)[];
}

/** Data of the figure. */
export interface AtlasFigureData {
  /** Heading. */
  readonly title: string;
  /** Networks and training, in one line. */
  readonly subtitle: string;
  /** Threshold ε. */
  readonly epsilon: number;
  /** Networks of each cell. */
  readonly replicas: number;
  /** Steps of the probes. */
  readonly steps: readonly number[];
  /** Heading of each column, line by line. */
  readonly columns: readonly (readonly string[])[];
  /** The rows. */
  readonly rows: readonly AtlasFigureRow[];
}

/** Largest number of panels side by side. */
const MOST_ABREAST = 5;
const plotHeight = 84, gap = 20, rowGap = 12, lineHeight = 17, foot = 52;

/**
 * Draws the panels, five side by side; further columns stand in blocks below. All panels of a row
 * and a block have the same axes.
 *
 * @param data What to draw.
 * @returns A standalone SVG document, 900 pixels wide.
 */
export function staircaseAtlasFigure(data: AtlasFigureData): string {
  const { columns, rows, steps } = data;
  const abreast = Math.max(1, Math.min(MOST_ABREAST, columns.length));
  const blocks = Array.from({ length: Math.ceil(columns.length / abreast) }, (_, b) => b * abreast);
  const axes = rows.map(({ cells }) => axesOf(cells));
  const left = pageMargin + fontSize.text + 10 + Math.max(0, ...axes.map(({ loss }) => labelRoom(loss)));
  const right = pageMargin + Math.max(0, ...axes.map(({ rank }) => labelRoom(rank)));
  const width = (pageWidth - left - right - (abreast - 1) * gap) / abreast;
  const x = insideTicks(stepAxis(steps, width), width);
  const heads = columns.map((lines) =>
    lines.flatMap((line) => wrapText(line, fontSize.text, width + gap - 6))
  );
  const head = 4 + lineHeight * Math.max(0, ...heads.map(({ length }) => length));
  const rowHeight = atlasPanelHead + plotHeight + rowGap;
  const blockHeight = head + rows.length * rowHeight + foot;
  return drawPage({
    title: data.title,
    subtitle: data.subtitle,
    description: describe(data),
    legend: legend(data),
    height: blocks.length * blockHeight,
    draw: (parent) =>
      blocks.forEach((from, b) => {
        const block = appendGroup(parent, "block", left, b * blockHeight);
        const shown = columns.slice(from, from + abreast).map((_, c) => c);
        for (const c of shown) drawHead(block, heads[from + c], c * (width + gap));
        rows.forEach(({ label, cells }, r) => {
          const top = head + r * rowHeight + atlasPanelHead;
          drawLabel(block, label, pageMargin + fontSize.text - left, top + plotHeight / 2);
          for (const c of shown) {
            drawAtlasPanel(appendGroup(block, "panel", c * (width + gap), top), cells[from + c], steps, {
              width,
              height: plotHeight,
              x,
              ...axes[r],
              isLowest: r === rows.length - 1,
              isFirst: c === 0,
              isLast: c === shown.length - 1,
            });
          }
        });
        block.append("text").attr("x", px((shown.length * (width + gap) - gap) / 2))
          .attr("y", head + rows.length * rowHeight + 26).attr("text-anchor", "middle")
          .attr("font-size", fontSize.text).text("optimisation step");
      }),
  });
}

/** Makes the axes of a row. */
function axesOf(cells: AtlasFigureRow["cells"]): { readonly loss: Axis; readonly rank: Axis } {
  const trained = cells.filter((cell) => typeof cell !== "string");
  return {
    loss: smallLossAxis(trained.flatMap(({ loss }) => loss.flat())),
    rank: rankAxis(
      trained.flatMap(({ terminal, first }) => [...terminal, ...first ?? []].flat()),
      plotHeight,
    ),
  };
}

/** Makes a logarithmic axis with few labels. */
function smallLossAxis(losses: readonly number[]): Axis {
  const [low = 0.1, high = 1] = d3.extent(losses.filter((loss) => loss > 0 && loss < Infinity));
  return decadeAxis([low / 1.4, high * 1.4], [plotHeight, 0], 3);
}

/** Leaves out labels that would touch those of the panels beside. */
function insideTicks(axis: Axis, width: number): Axis {
  const fits = (value: number, label: string) => {
    const at = axis.scale(value), half = textWidth(label, fontSize.text) / 2;
    return at - half > -gap / 2 && at + half < width + gap / 2;
  };
  return {
    ...axis,
    ticks: axis.ticks.map(({ value, label }) => ({ value, label: fits(value, label) ? label : "" })),
  };
}

/** Names a column. */
function drawHead(parent: Group, lines: readonly string[], x: number): void {
  lines.forEach((line, i) =>
    parent.append("text").attr("class", "column").attr("x", px(x)).attr("y", 12 + i * lineHeight)
      .attr("font-size", fontSize.text).text(line)
  );
}

/** Names a row, from the bottom up. */
function drawLabel(parent: Group, label: string, x: number, y: number): void {
  const [line = "", ...rest] = wrapText(label, fontSize.text, plotHeight + atlasPanelHead + rowGap - 4, true);
  parent.append("text").attr("class", "row").attr("font-size", fontSize.text).attr("font-weight", "bold")
    .attr("text-anchor", "middle").attr("transform", `translate(${px(x)},${px(y)})rotate(-90)`)
    .text(rest.length > 0 ? `${line}…` : line);
}

function legend({ epsilon, replicas, rows }: AtlasFigureData): LegendEntry[] {
  const cells = rows.flatMap(({ cells }) => cells).filter((cell) => typeof cell !== "string");
  const entries: LegendEntry[] = [
    { label: "loss (left)", swatch: lineSwatch(atlasLossStyle) },
    {
      label: `ε-rank of the last hidden layer (right), ${epsilonLabel(epsilon)}`,
      swatch: lineSwatch(terminalStyle),
    },
  ];
  if (cells.some(({ first }) => first !== null)) {
    entries.push({ label: "of the first", swatch: lineSwatch(firstStyle) });
  }
  entries.push(...bandEntries(replicas, "networks"));
  entries.push({ label: "p-value of stairs against a smooth trend", swatch: letterSwatch(greyInk, null) });
  if (cells.some(({ holds }) => !holds)) {
    entries.push({ label: "a smooth trend may do", swatch: letterSwatch(brokenInk, "bold") });
  }
  return entries;
}

function letterSwatch(color: string, weight: "bold" | null): LegendEntry["swatch"] {
  return (parent) =>
    void parent.append("text").attr("x", swatchWidth).attr("dy", "0.35em").attr("text-anchor", "end")
      .attr("font-size", fontSize.small).attr("font-weight", weight).attr("fill", color).text("p");
}

/** Describes the figure in words. */
function describe({ columns, rows }: AtlasFigureData): string {
  return rows.map(({ label, cells }) =>
    `${label}: ${
      cells.map((cell, c) => `${columns[c].join(", ")}: ${typeof cell === "string" ? cell : cell.heading}`)
        .join("; ")
    }.`
  ).join(" ");
}
