/**
 * The figure of the loss floor: loss, floors and the least loss of any output layer, how tight
 * floors are, and how they fall as the rank rises.
 *
 * @module
 */
import { clipped, drawFrame, frameFoot, frameHead, frameSide } from "../../plot/core/frame.ts";
import { type LegendEntry, lineSwatch } from "../../plot/core/legend.ts";
import { drawPage, pageMargin, pageWidth } from "../../plot/core/page.ts";
import { greyInk, ink, type LineStyle, lineStyle } from "../../plot/core/palette.ts";
import { extent } from "../../stats/extent.ts";
import { summarize, type Summary } from "../../stats/quantiles.ts";
import { type Axis, lossAxis, rankAxis, stepAxis } from "../../plot/core/scales.ts";
import { epsilonLabel } from "../../plot/staircase/staircase_panel.ts";
import { bandEntries, drawMedian, drawSpread, heightOn, isSpread } from "../../plot/core/summary_marks.ts";
import { appendGroup, type Group, px } from "../../plot/core/svg.ts";

/** Values of all replicas, `[replica][probe]`; NaN for none. */
type Series = readonly (readonly number[])[];

/** Values at one threshold. */
export interface FloorThreshold {
  /** Threshold ε. */
  readonly epsilon: number;
  /** ε-rank of the terminal layer. */
  readonly rank: Series;
  /** Floor of the loss. */
  readonly floor: Series;
  /** Loss divided by floor. */
  readonly tightness: Series;
}

/** Data of the figure. */
export interface LossFloorFigureData {
  /** Heading. */
  readonly title: string;
  /** Network and training, in one line. */
  readonly subtitle: string;
  /** Step of each probe. */
  readonly steps: readonly number[];
  /** Loss. */
  readonly loss: Series;
  /** The least loss of any output layer. */
  readonly projectionError: Series;
  /** Thresholds. */
  readonly thresholds: readonly FloorThreshold[];
}

const columns = 2, plotHeight = 260, gap = 76;
const lossStyle: LineStyle = { color: ink, dash: null, width: 2.2 };
const projectionStyle: LineStyle = { color: greyInk, dash: "5 3", width: 1.6 };
/** Floors this much below the least loss are cut off: they would flatten the rest of a panel. */
const DEPTH = 1e3;

/**
 * Draws four panels: loss, floors and projection error; loss divided by floor; the ε-rank; floor
 * against rank.
 *
 * @param data What to draw.
 * @returns A standalone SVG document, 900 pixels wide.
 */
export function lossFloorFigure(data: LossFloorFigureData): string {
  const { steps, thresholds } = data;
  const of = (series: Series) => summarize(series, steps.length);
  const loss = of(data.loss), projection = of(data.projectionError);
  const least = Math.min(extent(positive(loss.low))[0], 1);
  const shown = (values: readonly number[]) =>
    positive(values).map((value) => Math.max(value, least / DEPTH));
  const parts = thresholds.map(({ rank, floor, tightness }) => ({
    rank: of(rank),
    floor: of(floor),
    tightness: of(tightness),
  }));
  const floors = parts.flatMap(({ floor }) => shown(floor.median));
  const losses = lossAxis([...loss.low, ...loss.high, ...shown(projection.median), ...floors], plotHeight);
  const ratios = lossAxis([1, ...parts.flatMap(({ tightness }) => positive(tightness.median))], plotHeight);
  const ranks = rankAxis(parts.flatMap(({ rank }) => rank.high), plotHeight);
  const left = pageMargin + Math.max(frameSide(losses), frameSide(ranks));
  const width = (pageWidth - left - 2 * pageMargin - (columns - 1) * gap) / columns;
  const x = stepAxis(steps, width);
  const acrossRanks = rankAxis(parts.flatMap(({ rank }) => rank.high), width);
  const rankX: Axis = { ...acrossRanks, scale: (value) => width - acrossRanks.scale(value) };
  const rowHeight = frameHead + plotHeight + frameFoot + 16;
  const styles = thresholds.map((_, i) => lineStyle(i));
  return drawPage({
    title: data.title,
    subtitle: data.subtitle,
    description: describe(data, loss, parts.map(({ floor }) => floor)),
    legend: legend(data, styles),
    height: 2 * rowHeight,
    draw: (parent) => {
      const panel = (index: number, label: string, x: Axis, y: Axis, xName: string, yName: string) => {
        const at = [
          left + (index % columns) * (width + gap),
          frameHead + Math.floor(index / columns) * rowHeight,
        ] as const;
        const group = appendGroup(parent, "panel", ...at);
        drawFrame(group, { label, width, height: plotHeight, x, y, xName, yName });
        return clipped(group, { width, height: plotHeight });
      };
      const step = "optimisation step";
      const first = panel(0, "loss and floors", x, losses, step, "loss");
      parts.forEach(({ floor }, i) => drawSummary(first, "floor", steps, floor, x, losses, styles[i]));
      drawSummary(first, "projection", steps, projection, x, losses, projectionStyle);
      drawSummary(first, "loss", steps, loss, x, losses, lossStyle);
      const second = panel(1, "how tight floors are", x, ratios, step, "loss / floor");
      parts.forEach(({ tightness }, i) =>
        drawSummary(second, "ratio", steps, tightness, x, ratios, styles[i])
      );
      const third = panel(2, "ε-rank of the terminal layer", x, ranks, step, "ε-rank");
      parts.forEach(({ rank }, i) => drawSummary(third, "rank", steps, rank, x, ranks, styles[i], "step"));
      const fourth = panel(3, "floors fall as ranks rise", rankX, losses, "ε-rank", "floor");
      thresholds.forEach((threshold, i) => drawCloud(fourth, threshold, rankX, losses, styles[i]));
    },
  });
}

function positive(values: readonly number[]): number[] {
  return values.filter((value) => value > 0 && value < Infinity);
}

function drawSummary(
  parent: Group,
  name: string,
  steps: readonly number[],
  summary: Summary,
  x: Axis,
  y: Axis,
  style: LineStyle,
  course: "straight" | "step" = "straight",
): void {
  const at = steps.map(x.scale), height = heightOn(y);
  if (isSpread(summary)) drawSpread(parent, `${name}-band`, at, summary, height, course, style.color);
  drawMedian(parent, name, at, summary, height, course, style);
}

/** Draws a dot for each probe with a floor above 0, leaving out dots that would hide each other. */
function drawCloud(parent: Group, { rank, floor }: FloorThreshold, x: Axis, y: Axis, style: LineStyle): void {
  const drawn = new Set<string>();
  rank.forEach((ranks, r) =>
    ranks.forEach((value, k) => {
      if (!(floor[r][k] > 0)) return;
      const [cx, cy] = [px(x.scale(value)), px(2 * Math.round(y.scale(floor[r][k]) / 2))];
      const key = `${cx} ${cy}`;
      if (drawn.has(key)) return;
      drawn.add(key);
      parent.append("circle").attr("class", "probe").attr("cx", cx).attr("cy", cy).attr("r", 1.8)
        .attr("fill", style.color).attr("fill-opacity", 0.6);
    })
  );
}

function legend({ loss, thresholds }: LossFloorFigureData, styles: readonly LineStyle[]): LegendEntry[] {
  return [
    { label: "loss", swatch: lineSwatch(lossStyle) },
    { label: "least loss of any output layer", swatch: lineSwatch(projectionStyle) },
    ...thresholds.map(({ epsilon }, i) => ({ label: epsilonLabel(epsilon), swatch: lineSwatch(styles[i]) })),
    ...bandEntries(loss.length, "replicas"),
  ];
}

/** Describes the figure in words. */
function describe(
  { thresholds, steps }: LossFloorFigureData,
  loss: Summary,
  floors: readonly Summary[],
): string {
  const last = steps.length - 1;
  if (last < 0) return "No probe was made.";
  const ends = thresholds.map(({ epsilon }, i) =>
    `${epsilonLabel(epsilon)}: from ${floors[i].median[0]?.toPrecision(2)} to ${
      floors[i].median[last]?.toPrecision(2)
    }`
  );
  return `The loss goes from ${loss.median[0].toPrecision(2)} to ${
    loss.median[last].toPrecision(2)
  }, its floors, ` +
    `${ends.join("; ")}.`;
}
