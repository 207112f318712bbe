/**
 * The figure of a sweep: loss and terminal ε-rank against the step, a panel for each combination of
 * options, a colour for each value of the first.
 *
 * @module
 */
import { drawFrame, frameFoot, frameHead, frameSide } from "../../plot/core/frame.ts";
import { type LegendEntry, lineSwatch, swatchWidth } from "../../plot/core/legend.ts";
import { decadeAxis } from "../../plot/core/log_axis.ts";
import { drawPage, pageMargin, pageWidth } from "../../plot/core/page.ts";
import {
  bandOpacity,
  fontSize,
  greyInk,
  ink,
  ladderStyle,
  type LineStyle,
  lineStyle,
} from "../../plot/core/palette.ts";
import { type Axis, lossAxis, rankAxis, stepAxis } from "../../plot/core/scales.ts";
import { drawMedian, drawSpread, heightOn } from "../../plot/core/summary_marks.ts";
import { appendGroup, type Group, px } from "../../plot/core/svg.ts";
import { textWidth, wrapText } from "../../plot/core/text.ts";
import { count } from "../../format.ts";
import {
  type Quartiles,
  shortText,
  type SweepCurve,
  type SweepFigureData,
  type SweepPanel,
} from "./figure_data.ts";

const plotHeight = 150, gap = 28, betweenRows = 12, betweenBlocks = 14, headingLine = 17;

/** Most panels side by side. */
const MOST_ABREAST = 3;

/** Most values of the colours that the legend names. */
const MOST_NAMED = 8;

/** Most values that have colours of their own where they have no order. */
const MOST_DISTINCT = 5;

/** Axes and sizes that all panels share. */
interface Sheet {
  readonly width: number;
  readonly x: Axis;
  readonly loss: Axis;
  readonly rank: Axis;
  readonly data: SweepFigureData;
}

/**
 * Draws the panels, three side by side. All have the same axes, so that they can be compared. Steps
 * are logarithmic from the first probe after step 0 on.
 *
 * @param data Data of the figure.
 * @returns A standalone SVG document, 900 pixels wide.
 */
export function sweepFigure(data: SweepFigureData): string {
  const { panels } = data;
  const curves = panels.flatMap((panel) => panel.curves);
  const spread = (of: (curve: SweepCurve) => Quartiles) =>
    curves.flatMap((curve) => {
      const { low, median, high } = of(curve);
      return [...low, ...median, ...high];
    });
  const loss = lossAxis(spread((curve) => curve.loss), plotHeight);
  const rank = rankAxis(spread((curve) => curve.rank), plotHeight);
  const abreast = columnsOf(data);
  const left = pageMargin + Math.max(frameSide(loss), frameSide(rank));
  const width = (pageWidth - left - pageMargin - (abreast - 1) * gap) / abreast;
  const sheet = { width, x: insideTicks(sharedSteps(curves, width), width), loss, rank, data };
  const heads = panels.map((panel) => wrapText(headingOf(panel), fontSize.text, width + gap - 10, true));
  const head = frameHead + headingLine * Math.max(0, ...heads.map(({ length }) => length - 1));
  const blockHeight = head + 2 * plotHeight + betweenRows + frameFoot + betweenBlocks;
  return drawPage({
    title: data.title,
    subtitle: data.subtitle,
    description: describe(data),
    legend: legend(data),
    height: Math.max(1, Math.ceil(panels.length / abreast)) * blockHeight,
    draw: (parent) => {
      if (panels.length === 0) drawNothing(parent);
      panels.forEach((panel, i) => {
        const [row, column] = [Math.floor(i / abreast), i % abreast];
        const group = appendGroup(
          parent,
          "panel",
          left + column * (width + gap),
          row * blockHeight + head,
        );
        heads[i].forEach((line, l) =>
          group.append("text").attr("class", "label").attr("y", -8 - headingLine * (heads[i].length - 1 - l))
            .attr("font-size", fontSize.text).attr("font-weight", "bold").text(line)
        );
        drawPanel(group, panel, sheet, {
          isFirst: column === 0,
          isLowest: i + abreast >= panels.length,
        });
      });
    },
  });
}

/** Number of panels side by side: values of the option that varies fastest, if they fit. */
function columnsOf({ panels, fastest }: SweepFigureData): number {
  if (panels.length > fastest && fastest > 1 && fastest <= MOST_ABREAST) return fastest;
  return panels.length === 4 ? 2 : Math.max(1, Math.min(MOST_ABREAST, panels.length));
}

/** Makes the axis of the steps: logarithmic, or linear where there are fewer than two after 0. */
function sharedSteps(curves: readonly SweepCurve[], width: number): Axis {
  let first = Infinity, last = 0;
  for (const { steps } of curves) {
    for (const step of steps) if (step > 0) [first, last] = [Math.min(first, step), Math.max(last, step)];
  }
  if (first < last) return decadeAxis([first, last], [0, width], Math.max(2, Math.floor(width / 60)));
  return stepAxis(last > 0 ? [last] : [0], width);
}

/** Leaves out labels that would touch those of the panels beside. */
function insideTicks(axis: Axis, width: number): Axis {
  const ticks = axis.ticks.map(({ value, label }) => {
    const at = axis.scale(value), half = textWidth(label, fontSize.text) / 2;
    return { value, label: at - half > -gap / 2 && at + half < width + gap / 2 ? label : "" };
  });
  return { ...axis, ticks };
}

function drawPanel(
  parent: Group,
  panel: SweepPanel,
  { width, x, loss, rank, data }: Sheet,
  { isFirst, isLowest }: { readonly isFirst: boolean; readonly isLowest: boolean },
): void {
  const rows = [
    { y: loss, name: "loss", of: (curve: SweepCurve) => curve.loss, course: "straight" },
    { y: rank, name: data.rankName, of: (curve: SweepCurve) => curve.rank, course: "step" },
  ] as const;
  rows.forEach(({ y, name, of, course }, r) => {
    const group = appendGroup(parent, r === 0 ? "loss" : "rank", 0, r * (plotHeight + betweenRows));
    drawFrame(group, {
      label: "",
      width,
      height: plotHeight,
      x,
      y,
      xName: r === 1 ? isLowest ? "optimisation step" : "" : null,
      yName: isFirst ? name : null,
    });
    // Bands first, so that no line is behind the band of another.
    for (const draw of ["band", "line"] as const) {
      for (const curve of panel.curves) {
        const style = styleOf(curve.color, data);
        const keep = (values: readonly number[]) => values.filter((_, i) => within(curve.steps[i], x));
        const { low, median, high } = of(curve);
        const summary = { low: keep(low), median: keep(median), high: keep(high) };
        const at = keep(curve.steps).map((step) => x.scale(step));
        const height = heightOn(y);
        if (draw === "line") {
          drawMedian(group, draw, at, summary, height, course, style);
        } else if (data.seeds > 1) drawSpread(group, draw, at, summary, height, course, style.color);
      }
    }
  });
}

const within = (step: number, { domain: [low, high] }: Axis) => step >= low && step <= high;

function headingOf({ label, diverged }: SweepPanel): string {
  const lost = diverged === 0 ? "" : `${count(diverged, "trial")} diverged`;
  return [label, lost].filter((part) => part !== "").join("; ");
}

function drawNothing(parent: Group): void {
  parent.append("text").attr("x", px(pageWidth / 2)).attr("y", plotHeight).attr("text-anchor", "middle")
    .attr("font-size", fontSize.text).attr("fill", greyInk).text("no trial is done yet");
}

/** Numbers have an order, and a ladder of colours; names have colours of their own. */
function styleOf(index: number, { colors }: SweepFigureData): LineStyle {
  if (colors.length < 2) return lineStyle(0);
  const numbers = colors.filter((value) => typeof value === "number");
  if (numbers.length < colors.length) {
    return colors.length > MOST_DISTINCT ? ladderStyle(index, colors.length) : lineStyle(index);
  }
  const place = numbers.toSorted((a, b) => a - b).indexOf(numbers[index]);
  return ladderStyle(place, colors.length);
}

function legend(data: SweepFigureData): LegendEntry[] {
  const { colors, colorName, seeds } = data;
  const every = Math.ceil(colors.length / MOST_NAMED);
  const named = colors.flatMap((value, index): LegendEntry[] =>
    colors.length < 2 || index % every !== 0 && index !== colors.length - 1 ? [] : [{
      label: `${colorName} ${shortText(value)}`,
      swatch: lineSwatch(styleOf(index, data)),
    }]
  );
  const band: LegendEntry = {
    label: `${seeds < 5 ? "range" : "quartiles"} of up to ${seeds} seeds; lines are medians`,
    swatch: (parent) =>
      void parent.append("rect").attr("y", -5).attr("width", swatchWidth).attr("height", 10)
        .attr("fill", ink).attr("fill-opacity", bandOpacity),
  };
  return seeds > 1 ? [...named, band] : named;
}

/** Describes the figure in words. */
function describe({ panels, colors, colorName }: SweepFigureData): string {
  return panels.map((panel) => {
    const parts = panel.curves.map(({ color, loss, rank }) => {
      const last = (values: readonly number[]) => values.findLast(Number.isFinite);
      const name = colors.length < 2 ? "" : `${colorName} ${shortText(colors[color])}: `;
      return `${name}loss ${last(loss.median)?.toExponential(1) ?? "none"}, rank ${
        last(rank.median) ?? "none"
      }`;
    });
    const heading = headingOf(panel);
    return `${heading === "" ? "" : `${heading}: `}${parts.join("; ")}.`;
  }).join(" ");
}
