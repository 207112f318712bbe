/**
 * The figure of neural rank collapse: ranks against weight decay, distances to rank K against the
 * variability within classes, and spectra.
 *
 * @module
 */
import {
  type CollapsePoint,
  drawDistances,
  drawMark,
  drawRanks,
  drawSpectra,
  ladderAxis,
  shareAxis,
  spaciousAxis,
} from "./panels.ts";
import { scientific } from "../../plot/core/format.ts";
import { clipped, drawFrame, frameFoot, frameHead, frameSide } from "../../plot/core/frame.ts";
import { layOutLegend, type LegendEntry, lineSwatch, swatchWidth } from "../../plot/core/legend.ts";
import { drawPage, pageMargin, pageWidth } from "../../plot/core/page.ts";
import { guideStyle, ink, ladderStyle, lineStyle } from "../../plot/core/palette.ts";
import { summarize } from "../../stats/quantiles.ts";
import { type Axis, rankAxis, stepAxis } from "../../plot/core/scales.ts";
import { bandEntries } from "../../plot/core/summary_marks.ts";
import { appendGroup, type Group } from "../../plot/core/svg.ts";

/** Values of one task. */
export interface CollapseGroup {
  /** Its name; empty if it is the only one. */
  readonly label: string;
  /** Numerical ranks, `[layer][network][decay]`; NaN if a network does not count. */
  readonly ranks: readonly (readonly (readonly number[])[])[];
  /** Singular values divided by the largest, `[layer][decay][network][index]`. */
  readonly spectra: readonly (readonly (readonly (readonly number[])[])[])[];
  /** Layers of networks with a weight decay above 0. */
  readonly points: readonly CollapsePoint[];
}

/** Data of the figure. */
export interface RankCollapseFigureData {
  /** Heading. */
  readonly title: string;
  /** Networks and training, in one line. */
  readonly subtitle: string;
  /** Number of classes K. */
  readonly classes: number;
  /** Numbers of the layers, ascending from 1. */
  readonly layers: readonly number[];
  /** Weight decays λ, ascending. */
  readonly weightDecays: readonly number[];
  /** Networks with each weight decay. */
  readonly networks: number;
  /** Tasks, the least variable first. */
  readonly groups: readonly CollapseGroup[];
}

/** Share of σ₁ above which a singular value counts. */
const THRESHOLD = 1e-2;
/** Largest number of panels side by side. */
const MOST_ABREAST = 3;
const plotHeight = 220, spectrumHeight = 170, gap = 70, spectrumGap = 24;

/**
 * Draws a panel of ranks for each task, one of distances to rank K, and the spectra of up to three
 * layers, from the first to the last.
 *
 * @param data Data of the figure.
 * @returns A standalone SVG document, 900 pixels wide.
 */
export function rankCollapseFigure(data: RankCollapseFigureData): string {
  const { groups, classes, weightDecays } = data;
  const ranks = rankAxis([classes, ...groups.flatMap((group) => group.ranks.flat(2))], plotHeight);
  const points = groups.flatMap((group) => group.points);
  const distances = spaciousAxis(points.map(({ y }) => y), [plotHeight, 0]);
  const columns = Math.min(MOST_ABREAST, groups.length + 1);
  const left = pageMargin + Math.max(frameSide(ranks), frameSide(distances));
  const width = (pageWidth - left - 2 * pageMargin - (columns - 1) * gap) / columns;
  const ladder = ladderAxis(weightDecays, width);
  const ratios = spaciousAxis(points.map(({ x }) => x), [0, width]);
  const rowHeight = frameHead + plotHeight + frameFoot + 16;
  const key = layOutLegend(spectrumLegend(data), pageWidth - 2 * pageMargin);
  const keyTop = Math.ceil((groups.length + 1) / columns) * rowHeight;
  const spectraTop = keyTop + key.height + 14;
  const suffix = (label: string) => label === "" ? "" : `, ${label}`;
  return drawPage({
    title: data.title,
    subtitle: data.subtitle,
    description: describe(data),
    legend: legend(data),
    height: spectraTop + groups.length * (frameHead + spectrumHeight + frameFoot + 6),
    draw: (parent) => {
      const panel = (index: number, label: string, x: Axis, y: Axis, xName: string, yName: string) => {
        const at = [
          left + (index % columns) * (width + gap),
          frameHead + Math.floor(index / columns) * rowHeight,
        ];
        const group = appendGroup(parent, "panel", at[0], at[1]);
        drawFrame(group, { label, width, height: plotHeight, x, y, xName, yName });
        return clipped(group, { width, height: plotHeight });
      };
      groups.forEach((group, i) => {
        const label = group.label === "" ? "ranks" : group.label;
        drawRanks(
          panel(i, label, ladder.axis, ranks, ladder.name, "numerical rank"),
          group.ranks,
          classes,
          ladder.axis,
          ranks,
        );
      });
      const label = `distance to rank ${classes}`;
      const last = panel(groups.length, label, ratios, distances, "TCV / λ", "distance");
      drawDistances(last, groups.map((group) => group.points), ratios, distances);
      key.draw(appendGroup(parent, "key", pageMargin, keyTop));
      groups.forEach((group, i) => {
        const row = appendGroup(
          parent,
          "spectra",
          0,
          spectraTop + frameHead + i * (frameHead + spectrumHeight + frameFoot + 6),
        );
        drawSpectrumRow(row, data, group, suffix(group.label));
      });
    },
  });
}

/** Draws the spectra of one task, with one panel per layer. */
function drawSpectrumRow(
  parent: Group,
  { layers, classes }: RankCollapseFigureData,
  group: CollapseGroup,
  suffix: string,
) {
  const count = Math.min(MOST_ABREAST, layers.length);
  const shown = Array.from(
    { length: count },
    (_, i) => Math.round(i * (layers.length - 1) / Math.max(1, count - 1)),
  );
  const y = shareAxis(shown.flatMap((l) => group.spectra[l].flat(2)), spectrumHeight);
  const left = pageMargin + frameSide(y);
  const width = (pageWidth - left - 2 * pageMargin - (count - 1) * spectrumGap) / count;
  shown.forEach((l, column) => {
    const panel = appendGroup(parent, "panel", left + column * (width + spectrumGap));
    const values = Math.max(1, ...group.spectra[l].flat().map(({ length }) => length));
    // The index at which spectra should fall, and the last index.
    const marked = [classes, values].filter((index) => index === values || index < 0.8 * values);
    const x = {
      ...stepAxis([1, values], width),
      ticks: marked.map((value) => ({ value, label: String(value) })),
    };
    const frame = { width, height: spectrumHeight };
    drawFrame(panel, {
      ...frame,
      label: `layer ${layers[l]}${suffix}`,
      x,
      y,
      xName: "index i",
      yName: column === 0 ? "σᵢ / σ₁" : null,
    });
    drawSpectra(clipped(panel, frame), group.spectra[l], THRESHOLD, x, y);
  });
}

function legend({ layers, classes, groups, networks }: RankCollapseFigureData): LegendEntry[] {
  const shapes = groups.length < 2 ? [] : groups.map(({ label }, i): LegendEntry => ({
    label,
    swatch: (parent) => drawMark(parent, { x: swatchWidth / 2, y: 0 }, i, ink),
  }));
  return [
    ...layers.map((layer, l) => ({ label: `layer ${layer}`, swatch: lineSwatch(lineStyle(l)) })),
    ...shapes,
    {
      label: `rank ${classes}, the number of classes; slope 1, that of the bound`,
      swatch: lineSwatch(guideStyle),
    },
    ...bandEntries(networks, "networks"),
  ];
}

function spectrumLegend({ weightDecays }: RankCollapseFigureData): LegendEntry[] {
  return [
    ...weightDecays.map((decay, i) => ({
      label: `λ = ${scientific(decay)}`,
      swatch: lineSwatch(ladderStyle(i, weightDecays.length)),
    })),
    { label: `${scientific(THRESHOLD)} σ₁: what lies above counts`, swatch: lineSwatch(guideStyle) },
  ];
}

/** Describes the figure in words. */
function describe({ groups, layers, weightDecays }: RankCollapseFigureData): string {
  return groups.map(({ label, ranks }) =>
    layers.map((layer, l) =>
      `${label === "" ? "" : `${label}, `}layer ${layer}: median ranks ${
        summarize(ranks[l], weightDecays.length).median.join(", ")
      } at weight decays ${weightDecays.join(", ")}.`
    ).join(" ")
  ).join(" ");
}
