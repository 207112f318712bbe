/**
 * The figure of the rank along depth: a panel for each stage of training.
 *
 * @module
 */
import { clipped, drawFrame, frameFoot, frameHead, frameSide } from "../../plot/core/frame.ts";
import { type LegendEntry, lineSwatch } from "../../plot/core/legend.ts";
import { drawPage, pageMargin, pageWidth } from "../../plot/core/page.ts";
import { lineStyle } from "../../plot/core/palette.ts";
import { summarize } from "../../stats/quantiles.ts";
import { rankAxis, stepAxis } from "../../plot/core/scales.ts";
import { epsilonLabel } from "../../plot/staircase/staircase_panel.ts";
import { bandEntries, drawMedian, drawSpread } from "../../plot/core/summary_marks.ts";
import { appendGroup, px } from "../../plot/core/svg.ts";

/** Ranks at one threshold. */
export interface DepthRanks {
  /** Threshold ε. */
  readonly epsilon: number;
  /** Ranks, `[replica][layer]`. */
  readonly values: readonly (readonly number[])[];
}

/** Data of the figure. */
export interface DepthProfileData {
  /** Heading. */
  readonly title: string;
  /** Network and training, in one line. */
  readonly subtitle: string;
  /** Numbers of the layers, ascending. */
  readonly layers: readonly number[];
  /** Stages, in the order of time, each with the same thresholds. */
  readonly stages: readonly { readonly label: string; readonly ranks: readonly DepthRanks[] }[];
}

const plotHeight = 280, gap = 40;

/**
 * Draws the ranks of all layers, with one panel per stage, all with the same axes.
 *
 * @param data What to draw.
 * @returns A standalone SVG document, 900 pixels wide.
 */
export function depthProfileFigure(data: DepthProfileData): string {
  const { layers, stages } = data;
  const stageRanks = stages.map(({ ranks }) => ranks.map(({ values }) => summarize(values, layers.length)));
  const y = rankAxis(stageRanks.flat().flatMap(({ high }) => high), plotHeight);
  const left = pageMargin + frameSide(y);
  const width = (pageWidth - left - 2 * pageMargin - (stages.length - 1) * gap) / stages.length;
  // Room for dots at both ends.
  const x = stepAxis([layers[0] - 0.5, layers[layers.length - 1] + 0.5], width);
  const ticks = layers.map((layer) => ({ value: layer, label: String(layer) }));
  const replicas = stages[0]?.ranks[0]?.values.length ?? 0;
  return drawPage({
    title: data.title,
    subtitle: data.subtitle,
    description: describe(data),
    legend: legend(stages[0]?.ranks ?? [], replicas),
    height: frameHead + plotHeight + frameFoot + 10,
    draw: (parent) =>
      stages.forEach(({ label, ranks }, stage) => {
        const group = appendGroup(parent, "panel", left + stage * (width + gap), frameHead);
        const axis = { ...x, ticks };
        const yName = stage === 0 ? "ε-rank" : null;
        drawFrame(group, { label, width, height: plotHeight, x: axis, y, xName: "hidden layer", yName });
        const clip = clipped(group, { width, height: plotHeight });
        ranks.forEach((_, i) => {
          const summary = stageRanks[stage][i], at = layers.map(x.scale);
          const { color } = lineStyle(i);
          if (replicas > 1) drawSpread(clip, "rank-band", at, summary, y.scale, "straight", color);
          const points = drawMedian(clip, "rank", at, summary, y.scale, "straight", lineStyle(i));
          for (const point of points) {
            clip.append("circle").attr("class", "dot").attr("cx", px(point.x)).attr("cy", px(point.y)).attr(
              "r",
              3,
            )
              .attr("fill", color);
          }
        });
      }),
  });
}

function legend(ranks: readonly DepthRanks[], replicas: number): LegendEntry[] {
  const lines = ranks.map(({ epsilon }, i): LegendEntry => ({
    label: epsilonLabel(epsilon),
    swatch: lineSwatch(lineStyle(i)),
  }));
  return [...lines, ...bandEntries(replicas, "replicas")];
}

/** Describes the figure in words. */
function describe({ stages, layers }: DepthProfileData): string {
  return stages.map(({ label, ranks }) =>
    `${label}: ${
      ranks.map(({ epsilon, values }) => {
        const { median } = summarize(values, layers.length);
        return `${epsilonLabel(epsilon)} ${median.join(", ")}`;
      }).join("; ")
    }.`
  ).join(" ");
}
