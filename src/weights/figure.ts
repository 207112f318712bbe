/**
 * The figures of weights, as small multiples: spectra, and ranks over the training.
 *
 * @module
 */
import { labelRoom } from "../plot/core/axes.ts";
import { clipped, drawFrame } from "../plot/core/frame.ts";
import { type LegendEntry, lineSwatch } from "../plot/core/legend.ts";
import { decadeAxis } from "../plot/core/log_axis.ts";
import { drawBand, drawLine } from "../plot/core/marks.ts";
import { drawPage, pageMargin, pageWidth } from "../plot/core/page.ts";
import { bandOpacity, fontSize, greyInk, ink, type LineStyle, lineStyle } from "../plot/core/palette.ts";
import { type Axis, stepAxis } from "../plot/core/scales.ts";
import { appendGroup, type Group, px } from "../plot/core/svg.ts";
import { textWidth } from "../plot/core/text.ts";
import { heightOn } from "../plot/core/summary_marks.ts";
import type {
  CourseFigureData,
  CoursePanel,
  SpectrumPanel,
  SpectrumPoint,
  WeightsFigureData,
} from "./figure_data.ts";

const valuesStyle = lineStyle(0);
const randomStyle: LineStyle = { color: ink, dash: null, width: 1 };
const lawStyle: LineStyle = { ...lineStyle(1), width: 1.6 };
const weakLawStyle: LineStyle = { ...lawStyle, dash: "4 3" };
const beforeStyle: LineStyle = { ...lineStyle(4), width: 1.4 };
const effectiveStyle = lineStyle(1), stableStyle = lineStyle(2);

/** Panels side by side, and their sizes in pixels. */
const ABREAST = 4, plotHeight = 110, gap = 14, head = 36, foot = 30, axisFoot = 50;
/** Least share of σ₁ that is shown. */
const LEAST = 1e-7;

/** A grid of panels with the same axes. */
interface Grid<Panel> {
  readonly words: Omit<WeightsFigureData<Panel>, "panels"> & { readonly description: string };
  readonly legend: readonly LegendEntry[];
  readonly panels: readonly Panel[];
  readonly y: Axis;
  readonly xName: string;
  readonly yName: string;
  /** Makes the horizontal axis of some width. */
  x(width: number): Axis;
  /** Heading and note of a panel. */
  heading(panel: Panel): readonly [label: string, note: string];
  /** Draws the marks of a panel. */
  draw(parent: Group, panel: Panel, x: Axis): void;
}

/**
 * Draws the singular values of the matrices, as shares of σ₁ against their index, both logarithmic,
 * each beside those of a random matrix and a power law.
 *
 * @param data What to draw; at least one panel.
 * @returns A standalone SVG document, 900 pixels wide.
 */
export function spectraFigure({ title, subtitle, panels }: WeightsFigureData<SpectrumPanel>): string {
  const shares = panels.flatMap(({ values }) => values.map(([, share]) => share)).filter((x) => x > LEAST);
  const longest = Math.max(2, ...panels.flatMap(({ values }) => values.map(([index]) => index)));
  const y = decadeAxis([Math.min(0.1, ...shares) / 1.3, 2], [plotHeight, 0], 5);
  const legend: LegendEntry[] = [{ label: "singular values", swatch: lineSwatch(valuesStyle) }];
  if (panels.some(({ before }) => before.length > 0)) {
    legend.push({ label: "in the first checkpoint", swatch: lineSwatch(beforeStyle) });
  }
  if (panels.some(({ random }) => random.length > 0)) {
    legend.push({ label: "of a random matrix with this bulk", swatch: lineSwatch(randomStyle) });
  }
  if (panels.some(({ law }) => law?.isPlausible)) {
    legend.push({ label: "power law of the tail", swatch: lineSwatch(lawStyle) });
  }
  if (panels.some(({ law }) => law && !law.isPlausible)) {
    legend.push({ label: "power law with p < 0.1", swatch: lineSwatch(weakLawStyle) });
  }
  return drawGrid({
    words: { title, subtitle, description: panels.map(({ label, note }) => `${label}: ${note}.`).join(" ") },
    legend,
    panels,
    y,
    xName: "index",
    yName: "σ / σ₁",
    x: (width) => insideTicks(decadeAxis([0.8, longest * 1.25], [0, width], 4), width),
    heading: ({ label, note }) => [label, note],
    draw: (parent, { values, before, random, law }, x) => {
      const height = heightOn(y);
      const line = (name: string, points: readonly SpectrumPoint[], style: LineStyle) =>
        drawLine(
          parent,
          name,
          points.map(([index, share]) => ({ x: x.scale(index), y: height(share) })),
          "straight",
          style,
        );
      line("before", before, beforeStyle);
      line("values", values, valuesStyle);
      line("random", random, randomStyle);
      if (law) line("law", law.points, law.isPlausible ? lawStyle : weakLawStyle);
    },
  });
}

/**
 * Draws the ranks of matrices over the training, as shares of their shorter sides.
 *
 * @param data What to draw; at least one panel.
 * @returns A standalone SVG document, 900 pixels wide.
 */
export function courseFigure({ title, subtitle, xName, panels }: CourseFigureData): string {
  const all = panels.flatMap((
    { numerical, effective, stable },
  ) => [...numerical.flat(), ...effective, ...stable]);
  const y = decadeAxis([Math.min(0.5, ...all.filter((share) => share > 0)) / 1.3, 1.3], [plotHeight, 0], 4);
  const steps = panels.flatMap((panel) => panel.steps);
  return drawGrid({
    words: { title, subtitle, description: panels.map(describeCourse).join(" ") },
    legend: [
      { label: "numerical rank", swatch: lineSwatch(valuesStyle) },
      { label: "effective rank", swatch: lineSwatch(effectiveStyle) },
      { label: "stable rank", swatch: lineSwatch(stableStyle) },
    ],
    panels,
    y,
    xName,
    yName: "share",
    x: (width) => insideTicks(stepAxis(steps, width), width),
    heading: ({ label }) => [label, ""],
    draw: (parent, { steps, numerical, effective, stable }, x) => {
      const height = heightOn(y), at = steps.map(x.scale);
      const line = (name: string, values: readonly number[], style: LineStyle) =>
        drawLine(parent, name, values.map((value, i) => ({ x: at[i], y: height(value) })), "straight", style);
      const spans = numerical.map(([low, high], i) => ({ x: at[i], top: height(high), bottom: height(low) }));
      const { color } = valuesStyle;
      drawBand(parent, "numerical-band", spans, "straight", { color, opacity: bandOpacity });
      line("numerical", numerical.map(([low]) => low), valuesStyle);
      line("effective", effective, effectiveStyle);
      line("stable", stable, stableStyle);
    },
  });
}

function describeCourse({ label, steps, effective, stable }: CoursePanel): string {
  const percent = (share: number | undefined) => `${((share ?? NaN) * 100).toPrecision(3)} %`;
  return `${label}: from step ${steps[0]} to ${steps.at(-1)} the effective rank goes from ${
    percent(effective[0])
  } to ${percent(effective.at(-1))}, the stable rank from ${percent(stable[0])} to ${
    percent(stable.at(-1))
  }.`;
}

/** Leaves out labels that would come close to those of the panels beside. */
function insideTicks(axis: Axis, width: number): Axis {
  const isInside = (value: number, label: string) => {
    const at = axis.scale(value), half = textWidth(label, fontSize.text) / 2;
    return at - half > -gap && at + half < width;
  };
  const ticks = axis.ticks.map(({ value, label }) => ({ value, label: isInside(value, label) ? label : "" }));
  return { ...axis, ticks };
}

function drawGrid<Panel>({ words, legend, panels, y, x, xName, yName, heading, draw }: Grid<Panel>): string {
  const left = pageMargin + fontSize.text + 10 + labelRoom(y);
  const width = (pageWidth - left - pageMargin - (ABREAST - 1) * gap) / ABREAST;
  const across = x(width), rows = Math.ceil(panels.length / ABREAST), rowHeight = head + plotHeight + foot;
  return drawPage({
    ...words,
    legend,
    height: rows * rowHeight + axisFoot - foot,
    draw: (parent) =>
      panels.forEach((panel, i) => {
        const column = i % ABREAST, row = Math.floor(i / ABREAST);
        const group = appendGroup(
          parent,
          "panel",
          left + column * (width + gap),
          row * rowHeight + head,
        );
        const isLowest = i + ABREAST >= panels.length;
        drawFrame(group, {
          label: "",
          width,
          height: plotHeight,
          x: across,
          y,
          xName: isLowest ? xName : null,
          yName: column === 0 ? yName : null,
          xMeaning: xName,
        });
        const [label, note] = heading(panel);
        write(group, "heading", fitted(label, width, true), note === "" ? -7 : -21, ink, true);
        if (note !== "") write(group, "note", fitted(note, width, false), -6, greyInk, false);
        draw(clipped(group, { width, height: plotHeight }), panel, across);
      }),
  });
}

function write(parent: Group, name: string, text: string, y: number, color: string, isBold: boolean): void {
  parent.append("text").attr("class", name).attr("y", px(y)).attr("font-size", fontSize.small)
    .attr("font-weight", isBold ? "bold" : null).attr("fill", color).text(text);
}

/** Leaves out the beginning of a text that is too wide: names of arrays differ at their ends. */
function fitted(text: string, width: number, isBold: boolean): string {
  const glyphs = [...text];
  let from = 0;
  const shown = () => from === 0 ? text : `…${glyphs.slice(from).join("")}`;
  while (from < glyphs.length && textWidth(shown(), fontSize.small, isBold) > width) from++;
  return shown();
}
