/**
 * The figure of early directional convergence: a row for each case, with the distance to the KKT
 * point, the norm of the weights, the KKT residual and the ranks of weight matrices.
 *
 * @module
 */
import {
  drawFlows,
  drawRatios,
  type FlowClock,
  type FlowSeries,
  type FlowValue,
  type RatioSeries,
  timeAxis,
  valueAxis,
} from "./panels.ts";
import { scientific } from "../../plot/core/format.ts";
import { clipped, drawFrame, frameFoot, frameSide } from "../../plot/core/frame.ts";
import { type LegendEntry, lineSwatch, swatchWidth } from "../../plot/core/legend.ts";
import { ordinalAxis } from "../../plot/core/ordinal_axis.ts";
import { drawPage, pageMargin, pageWidth } from "../../plot/core/page.ts";
import { fontSize, guideStyle, ink, ladderStyle, lineStyle } from "../../plot/core/palette.ts";
import { summarize } from "../../stats/quantiles.ts";
import type { Axis } from "../../plot/core/scales.ts";
import { bandEntries } from "../../plot/core/summary_marks.ts";
import { appendGroup, type Group } from "../../plot/core/svg.ts";

/** A network with a loss. */
export interface DirectionalRow {
  /** Heading. */
  readonly label: string;
  /** Flows. */
  readonly paths: readonly FlowSeries[];
  /**
   * σ₂/σ₁ of each hidden weight matrix, `[layer][replica][δ]`, with δ ascending from 0, the KKT
   * point; NaN for none.
   */
  readonly ratios: RatioSeries;
}

/** Data of the figure. */
export interface DirectionalFigureData {
  /** Heading. */
  readonly title: string;
  /** Samples and flows, in one line. */
  readonly subtitle: string;
  /** The ladder, descending. */
  readonly deltas: readonly number[];
  /** Replicas of each case. */
  readonly replicas: number;
  /** Distance 1 − cosine below which a direction counts as that of the KKT point. */
  readonly aligned: number;
  /** σ₂/σ₁ below which a matrix counts as of rank one. */
  readonly rankOne: number;
  /** The cases. */
  readonly rows: readonly DirectionalRow[];
}

const columns = 4, plotHeight = 110, gap = 20, headRoom = 30, tickRoom = 26;

/**
 * Draws the cases. Flows of one replica share a path, on which the flow from a smaller δ continues
 * after the others have ended.
 *
 * @param data Data of the figure.
 * @returns A standalone SVG document, 900 pixels wide.
 */
export function directionalFigure(data: DirectionalFigureData): string {
  const { rows, deltas, aligned, rankOne } = data;
  const paths = rows.flatMap((row) => row.paths);
  const distances = valueAxis([aligned / 10, 1, ...paths.flatMap(({ distance }) => distance)], plotHeight);
  const growths = valueAxis([1, ...paths.flatMap(({ growth }) => growth)], plotHeight);
  const residuals = valueAxis([1, ...paths.flatMap(({ residual }) => residual)], plotHeight);
  const ratios = valueAxis([rankOne / 5, 1, ...rows.flatMap((row) => row.ratios.flat(2))], plotHeight);
  const axes = [distances, growths, residuals, ratios];
  const sides = axes.map(frameSide);
  const width = (pageWidth - 2 * pageMargin - (columns - 1) * gap - sides.reduce((a, b) => a + b, 0)) /
    columns;
  const left = sides.map((_, c) =>
    pageMargin + sides.slice(0, c + 1).reduce((a, b) => a + b, 0) + c * (width + gap)
  );
  const rowHeight = headRoom + plotHeight + tickRoom;
  return drawPage({
    title: data.title,
    subtitle: data.subtitle,
    description: describe(data),
    legend: legend(data),
    height: rows.length * rowHeight + frameFoot - tickRoom + 8,
    draw: (parent) =>
      rows.forEach((row, r) => {
        const top = r * rowHeight + headRoom, isLast = r === rows.length - 1;
        parent.append("text").attr("class", "label").attr("x", pageMargin).attr("y", top - 10)
          .attr("font-size", fontSize.text).attr("font-weight", "bold").text(row.label);
        const panel = (column: number, x: Axis, name: string, xName: string): Group => {
          const group = appendGroup(parent, "panel", left[column], top);
          // An axis without a name has no labels: in all rows but the last the name is empty.
          const frame = { width, height: plotHeight, x, y: axes[column], yName: name };
          drawFrame(group, { ...frame, label: "", xName: isLast ? xName : "" });
          return clipped(group, { width, height: plotHeight });
        };
        const rungs = deltas.length, names = { time: "s = ∫ ‖w‖ᴸ⁻² dt", earlyTime: "δᴸ⁻² t" } as const;
        const flows = (column: number, value: FlowValue, name: string, clock: FlowClock, guide?: number) => {
          const x = timeAxis(row.paths.flatMap((path) => path[clock]), width);
          const group = panel(column, x, name, names[clock]);
          drawFlows(group, row.paths, { rungs, x: clock, y: value, guide }, x, axes[column]);
        };
        flows(0, "distance", "1 − cosine", "time", aligned);
        flows(1, "growth", "‖w‖ / δ", "earlyTime");
        flows(2, "residual", "KKT residual", "time");
        const ladder = [0, ...deltas.toReversed()], x = ordinalAxis(ladder, width);
        drawRatios(panel(3, x, "σ₂ / σ₁", "δ"), row.ratios, ladder, x, ratios, rankOne);
      }),
  });
}

function legend({ deltas, replicas, rows, aligned, rankOne }: DirectionalFigureData): LegendEntry[] {
  const layers = Math.max(0, ...rows.map(({ ratios }) => ratios.length));
  return [
    ...deltas.map((delta, i) => ({
      label: `δ = ${delta}`,
      swatch: lineSwatch(ladderStyle(i, deltas.length)),
    })),
    {
      label: "the loss has fallen by 1 %",
      swatch: (parent) =>
        void parent.append("circle").attr("cx", swatchWidth / 2).attr("r", 2.6).attr("fill", ink),
    },
    ...Array.from({ length: layers }, (_, l) => ({ label: `W${l + 1}`, swatch: lineSwatch(lineStyle(l)) })),
    ...bandEntries(replicas, "replicas", "lines of σ₂ / σ₁ are medians"),
    { label: `cosine ${1 - aligned}; σ₂ / σ₁ = ${rankOne}`, swatch: lineSwatch(guideStyle) },
    { label: "δ = 0: the KKT point", swatch: () => {} },
  ];
}

/** Describes the figure in words. */
function describe({ rows, deltas }: DirectionalFigureData): string {
  return rows.map(({ label, paths, ratios }) => {
    const ends = deltas.map((delta, i) => {
      const cosines = paths.filter(({ rung }) => rung === i).map((
        { distance },
      ) => [1 - (distance.at(-1) ?? NaN)]);
      const [cosine] = summarize(cosines, 1).median;
      return `${scientific(delta)}: ${Number.isFinite(cosine) ? cosine.toFixed(4) : "none"}`;
    });
    const smallest = ratios.map((values) => summarize(values, deltas.length + 1).median[1]);
    const words = smallest.map((ratio) => Number.isFinite(ratio) ? ratio.toPrecision(2) : "none").join(", ");
    return `${label}: median cosine by δ, ${ends.join(", ")}; median σ₂/σ₁ at the smallest δ, ${words}.`;
  }).join(" ");
}
