/**
 * The figure of a phase diagram: for each width a map of the rank after training and one of the
 * loss.
 *
 * @module
 */
import { cellAxis } from "../../plot/core/cell_axis.ts";
import { clearTicks } from "../../plot/core/clear_ticks.ts";
import { type ColorScale, colorScale, drawColorBar } from "../../plot/core/color_scale.ts";
import { frameFoot, frameHead, frameSide } from "../../plot/core/frame.ts";
import { type LegendEntry, lineSwatch, swatchWidth } from "../../plot/core/legend.ts";
import { decadeAxis } from "../../plot/core/log_axis.ts";
import { drawPage, pageMargin, pageWidth } from "../../plot/core/page.ts";
import { textWidth } from "../../plot/core/text.ts";
import { fontSize } from "../../plot/core/palette.ts";
import { appendGroup, type Group } from "../../plot/core/svg.ts";
import type { PhaseCell } from "./cells.ts";
import { certainStyle, divergedFill, doubtStyle, drawHatch, drawMap, rankLevels } from "./map.ts";

/** The maps of a width. */
export interface PhaseMap {
  /** The width. */
  readonly width: number;
  /** Its cells, in any order; those that were not trained are missing. */
  readonly cells: readonly PhaseCell[];
}

/** Data of the figure. */
export interface PhaseFigureData {
  /** Heading. */
  readonly title: string;
  /** Networks and training, in one line. */
  readonly subtitle: string;
  /** Factors of the initial parameters, ascending. */
  readonly initScales: readonly number[];
  /** Learning rates, ascending. */
  readonly learningRates: readonly number[];
  /** The widths. */
  readonly maps: readonly PhaseMap[];
  /** Loss from which on all have one colour. */
  readonly highestLoss: number;
}

const columns = 4, gap = 16, mostSize = 260, barLength = 220, barHeight = 50;

/**
 * Draws the maps: those of ranks, below them those of the loss, four widths side by side.
 *
 * @param data Data of the figure.
 * @returns A standalone SVG document, 900 pixels wide.
 */
export function phaseFigure(data: PhaseFigureData): string {
  const { initScales, learningRates, maps } = data;
  const cells = maps.flatMap((map) => map.cells),
    ranks = cells.flatMap(({ rank }) => rank ? [rank.rank] : []);
  const most = ranks.reduce((all, rank) => Math.max(all, rank), 2), scales = scalesOf(data, most);
  const side = frameSide(cellAxis(learningRates, [mostSize, 0], 6)) + pageMargin;
  const across = Math.min(columns, maps.length);
  const size = Math.min(mostSize, (pageWidth - side - pageMargin - (columns - 1) * gap) / across);
  const x = cellAxis(initScales, [0, size], 4), y = cellAxis(learningRates, [size, 0], 6);
  const rowHeight = frameHead + size + 12, block = 2 * rowHeight + frameFoot;
  return drawPage({
    title: data.title,
    subtitle: data.subtitle,
    description: describe(data),
    legend: legend(most, scales.rank),
    height: barHeight + Math.ceil(maps.length / columns) * block,
    draw: (parent) => {
      let left = pageMargin;
      for (const [name, scale] of [["ε-rank", scales.rank], ["loss", scales.loss]] as const) {
        left += textWidth(name, fontSize.text) + 8;
        drawColorBar(appendGroup(parent, "bar", left, 0), scale, name);
        left += barLength + 60;
      }
      for (const [m, { width, cells }] of maps.entries()) {
        const at = [side + m % columns * (size + gap), barHeight + Math.floor(m / columns) * block] as const;
        for (const [row, what] of (["rank", "loss"] as const).entries()) {
          drawMap(appendGroup(parent, "panel", at[0], at[1] + frameHead + row * rowHeight), {
            label: `width ${width}: ${what === "rank" ? "ε-rank" : "loss"}`,
            what,
            axes: { x, y, initScales, learningRates, size },
            isFirst: m % columns === 0,
            isLast: row === 1,
            cells,
            color: scales[what].color,
            levels: rankLevels(most),
          });
        }
      }
    },
  });
}

/** Makes the scales of ranks, up to the highest, and of losses. */
function scalesOf({ maps, highestLoss }: PhaseFigureData, most: number): Record<"rank" | "loss", ColorScale> {
  const range = [0, barLength] as const;
  const ranks = decadeAxis([1, most], range, 2);
  const losses = maps.flatMap(({ cells }) => cells.map(({ loss }) => loss)).filter((loss) => loss > 0);
  // Single cells far below the others would take most of the colours.
  const low = Math.min(
    highestLoss / 10,
    losses.sort((a, b) => a - b)[Math.floor(losses.length / 50)] ?? Infinity,
  );
  return {
    rank: colorScale("viridis", {
      ...ranks,
      ticks: clearTicks([...new Set([1, ...rankLevels(most), most])], ranks.scale, String),
    }, barLength),
    loss: colorScale("cividis", decadeAxis([low, highestLoss], range, 5), barLength),
  };
}

function legend(most: number, { color }: ColorScale): LegendEntry[] {
  const box = (fill: string) => (parent: Group) => {
    parent.append("rect").attr("x", 4).attr("y", -8).attr("width", swatchWidth - 8).attr("height", 16)
      .attr("fill", fill);
    drawHatch(parent, [[4, 8, swatchWidth - 4, -8]]);
  };
  const levels = rankLevels(most).join(", ").replace(/, (\d+)$/, " or $1");
  return [
    { label: `rank reaches ${levels} in all networks`, swatch: lineSwatch(certainStyle) },
    { label: "in the median", swatch: lineSwatch(doubtStyle) },
    { label: "all diverged", swatch: box(divergedFill) },
    { label: "some diverged", swatch: box(color(most / 2)) },
  ];
}

/** Describes the figure in words. */
function describe({ maps }: PhaseFigureData): string {
  return maps.map(({ width, cells }) => {
    const ranks = cells.flatMap(({ rank }) => rank ? [rank.rank] : []);
    const lost = cells.filter(({ rank }) => !rank).length;
    const partly = cells.filter(({ rank, diverged }) => rank && diverged > 0).length;
    const range = ranks.length > 0
      ? `median ranks from ${Math.min(...ranks)} to ${Math.max(...ranks)}`
      : "no rank";
    return `Width ${width}: ${range}; of ${cells.length} cells ${lost} diverged, ${partly} in part.`;
  }).join(" ");
}
