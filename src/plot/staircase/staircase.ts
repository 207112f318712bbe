/**
 * The staircase figure: while the loss falls, the ε-rank of the hidden layers rises in stairs.
 *
 * @module
 */
import { labelRoom } from "../core/axes.ts";
import { endLabelRoom } from "../core/end_labels.ts";
import { scientific, thousands } from "../core/format.ts";
import { layOutLegend } from "../core/legend.ts";
import { fontSize, greyInk, lineStyle } from "../core/palette.ts";
import { bandName, summarize } from "../../stats/quantiles.ts";
import { lossAxis, rankAxis, stepAxis } from "../core/scales.ts";
import type { LayerSeries, StaircaseFigureData } from "./staircase_data.ts";
import { staircaseLegend } from "./staircase_legend.ts";
import {
  drawPanel,
  epsilonLabel,
  hasLoss,
  type PanelData,
  panelHead,
  type PanelRank,
} from "./staircase_panel.ts";
import { appendGroup, drawSvg, type Group } from "../core/svg.ts";
import { textWidth, wrapText } from "../core/text.ts";

export type { StaircaseFigureData } from "./staircase_data.ts";

const width = 900;
const margin = 16;
const panelGap = 20;

/**
 * Draws the staircase figure: one panel per hidden layer, one above the other over the same steps,
 * with the loss on a logarithmic axis on the left and the ε-ranks as stepped lines on the right.
 * All panels have the same axes, so that layers can be compared.
 *
 * With replicas, lines are lower medians and bands their range (up to ten replicas) or the 10–90 %
 * range. Losses that a logarithmic axis cannot show (zero, negative, not finite) break the line.
 *
 * @param data Data of the figure; or of several parts, whose panels lie below each other under the
 * texts of the first.
 * @returns A standalone SVG document, 900 pixels wide.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { staircaseFigure } from "./staircase.ts";
 *
 * const svg = staircaseFigure({
 *   title: "Rank while learning",
 *   subtitle: "1-50-1, tanh",
 *   steps: [0, 100, 200],
 *   loss: [[1.5, 0.8, 0.1]],
 *   lossName: "mean squared error",
 *   floor: null,
 *   threshold: "absolute",
 *   layers: [{
 *     label: "hidden layer 1",
 *     width: 50,
 *     ranks: [{ epsilon: 1e-6, rank: [[2, 2, 7]], low: [[2, 2, 6]], high: [[2, 2, 7]] }],
 *     stairs: [{ from: 0, to: 100, rank: 2 }, { from: 200, to: 200, rank: 7 }],
 *   }],
 * });
 * assert(svg.startsWith("<svg ") && svg.includes("ε = 10⁻⁶"));
 * ```
 */
export function staircaseFigure(data: StaircaseFigureData | readonly StaircaseFigureData[]): string {
  const parts: readonly StaircaseFigureData[] = [data].flat();
  const [{ title, subtitle }] = parts;
  const panelsOfParts = parts.map((part) => part.steps.length > 0 ? panelsOf(part) : []);
  const panels = panelsOfParts.flat();
  const desc = parts.map((part, i) => describe(part, panelsOfParts[i])).join(" ");
  const titleLines = wrapText(title, fontSize.title, width - 2 * margin, true);
  const subtitleLines = wrapText(subtitle, fontSize.text, width - 2 * margin);
  const legend = layOutLegend(
    panels.length > 0 ? staircaseLegend(contentsOf(parts, panels)) : [],
    width - 2 * margin,
  );
  const legendTop = 14 + 25 * titleLines.length + 19 * subtitleLines.length + 12;
  const top = legendTop + legend.height + 14;
  const height = plotHeight(panels.length);
  const bottom = top + panels.length * (panelHead + height + panelGap) + 40;

  return drawSvg(width, Math.ceil(bottom), { title, desc }, (root) => {
    drawLines(root, titleLines, 14 + 18, 25, fontSize.title);
    drawLines(root, subtitleLines, 14 + 25 * titleLines.length + 16, 19, fontSize.text);
    legend.draw(appendGroup(root, "key", margin, legendTop));
    if (panels.length > 0) drawPanels(appendGroup(root, "panels", 0, top), panels, height);
    else {root.append("text").attr("x", margin).attr("y", top + 10).attr("font-size", fontSize.text).text(
        "No probes.",
      );}
  });
}

/** Draws the panels below each other, and the heading of the axis they share. */
function drawPanels(parent: Group, panels: readonly PanelData[], height: number): void {
  const { steps, rankName } = panels[0];
  const ranks = panels.flatMap((panel) => panel.ranks);
  const lossScale = lossAxis(panels.flatMap(shownLosses), height);
  const rankScale = rankAxis(ranks.flatMap((series) => [...series.rank.high, ...series.high]), height);
  const left = margin + fontSize.text + labelRoom(lossScale) + 4;
  const labels = labelRoom(rankScale) + 5 + endLabelRoom(ranks.map(({ epsilon }) => epsilonLabel(epsilon)));
  const plotWidth = width - left - Math.max(labels, textWidth(rankName, fontSize.text)) - margin / 2;
  const x = stepAxis(steps, plotWidth);
  for (const [i, panel] of panels.entries()) {
    const stepLabels = i === panels.length - 1;
    const frame = { width: plotWidth, height, x, loss: lossScale, rank: rankScale, stepLabels };
    drawPanel(
      appendGroup(parent, "panel", left, panelHead + i * (panelHead + height + panelGap)),
      panel,
      frame,
    );
  }
  parent.append("text").attr("x", left + plotWidth / 2).attr(
    "y",
    panels.length * (panelHead + height + panelGap) + 24,
  )
    .attr("text-anchor", "middle").attr("font-size", fontSize.text).text("optimisation step");
}

/** Height of the frame of each panel: the more panels, the lower. */
function plotHeight(panels: number): number {
  return [0, 320, 240, 190][panels] ?? 150;
}

/** Summaries over the replicas of what each panel shows. */
function panelsOf(data: StaircaseFigureData): PanelData[] {
  const probes = data.steps.length;
  const loss = summarize(data.loss, probes);
  const floor = data.floor ? summarize(data.floor.values, probes).median : null;
  const rankName = data.threshold === "relative" ? "ε-rank, λ > ε λ₁" : "ε-rank, λ > ε";
  return data.layers.map((layer, i) => ({
    label: `${data.part ? `${data.part} · ` : ""}${layer.label} · ${thousands(layer.width)} neurons`,
    steps: data.steps,
    loss,
    lossName: data.lossName,
    rankName,
    floor: i === data.layers.length - 1 && floor?.some((value) => value > 0) ? floor : null,
    ranks: ranksOf(layer, probes),
    // The stairs of a single probe have no length to show.
    stairs: probes > 1 ? layer.stairs : [],
  }));
}

/** Ranks of a layer over all replicas, smallest ε first. */
function ranksOf({ ranks }: LayerSeries, probes: number): PanelRank[] {
  return ranks.toSorted((a, b) => a.epsilon - b.epsilon).map(({ epsilon, rank, low, high }) => ({
    epsilon,
    rank: summarize(rank, probes),
    // Lower medians keep order: these two bound the lower median of the exact ranks.
    low: summarize(low, probes).median,
    high: summarize(high, probes).median,
  }));
}

/**
 * The losses that the axis includes. A bound far below the loss is cut off, since it would press
 * the loss against the top.
 */
function shownLosses({ loss: { low, high }, floor }: PanelData): number[] {
  const shown = [...low, ...high].filter((loss) => loss > 0);
  const lowest = shown.reduce((least, loss) => Math.min(least, loss), Infinity);
  return [
    ...shown,
    ...(floor ?? []).filter((bound) => bound > 0).map((bound) => Math.max(bound, lowest / 30)),
  ];
}

/** Contents of the figure that the legend explains. */
function contentsOf(
  parts: readonly StaircaseFigureData[],
  panels: readonly PanelData[],
): Parameters<typeof staircaseLegend>[0] {
  const series = panels.flatMap(({ ranks }) => ranks.map((rank, i) => ({ ...rank, i })));
  const uncertain = series.find(({ low, high }) => low.some((value, k) => value < high[k]));
  const withStairs = panels.find(({ stairs }) => stairs.length > 0);
  const replicas = Math.max(...parts.map(({ loss }) => loss.length));
  const [{ lossName, floor }] = parts;
  return {
    lossName: panels.some(hasLoss) ? lossName : null,
    replicas,
    band: replicas > 1 ? bandName(replicas) : null,
    floor: panels.some((panel) => panel.floor !== null) ? floor?.epsilon ?? null : null,
    stairs: withStairs?.ranks[0]?.epsilon ?? null,
    hasFilledStairs: panels.some(({ stairs }) => stairs.some(({ isSignificant = true }) => isSignificant)),
    hasHollowStairs: panels.some(({ stairs }) => stairs.some(({ isSignificant }) => isSignificant === false)),
    certified: uncertain ? lineStyle(uncertain.i).color : null,
  };
}

/** Lines of text below each other. */
function drawLines(
  parent: Group,
  lines: readonly string[],
  y: number,
  lineHeight: number,
  size: number,
): void {
  for (const [i, line] of lines.entries()) {
    const text = parent.append("text").attr("x", margin).attr("y", y + i * lineHeight).attr("font-size", size)
      .text(line);
    if (size === fontSize.title) text.attr("font-weight", "bold");
    else text.attr("fill", greyInk);
  }
}

/** A part of the figure in words. */
function describe(
  { steps, lossName, part }: StaircaseFigureData,
  panels: readonly PanelData[],
): string {
  if (panels.length === 0) return "No probes.";
  const ends = (values: readonly number[], say: (value: number) => string) => {
    const [first, last] = [values.find(Number.isFinite), values.findLast(Number.isFinite)];
    return first === undefined || last === undefined
      ? "is not known"
      : `goes from ${say(first)} to ${say(last)}`;
  };
  const layers = panels.map(({ label, ranks: [smallest] }) =>
    smallest
      ? `${label}: the rank at ${epsilonLabel(smallest.epsilon)} ${ends(smallest.rank.median, thousands)}.`
      : `${label}.`
  );
  const name = part ? `${part}: from` : "From";
  const span = `${name} step ${thousands(steps[0])} to ${thousands(steps[steps.length - 1])}`;
  return [`${span} the ${lossName} ${ends(panels[0].loss.median, scientific)}.`, ...layers].join(" ");
}
