/**
 * Ranks of a layer, with the intervals that certify them.
 *
 * @module
 */
import { drawBand, drawLine, holdSteps } from "../../plot/core/marks.ts";
import { bandOpacity, type LineStyle } from "../../plot/core/palette.ts";
import { heightOn } from "../../plot/core/summary_marks.ts";
import type { Group } from "../../plot/core/svg.ts";
import type { Span } from "../../plot/core/thin.ts";
import type { RankSeries } from "../data/ranks_at.ts";
import type { OverSteps, StepAxes } from "./loss_view.ts";
import { lineAndBand, type Picked, rowsOf, shownRank } from "./series.ts";

/** Opacity of certified intervals. */
const CERTIFIED = 0.45;

/** Ranks over steps, with the ends of the interval of the line. */
export interface RanksOverSteps extends OverSteps {
  /** Lower ends. */
  readonly low: readonly number[];
  /** Upper ends. */
  readonly high: readonly number[];
}

/**
 * Arranges ranks for drawing.
 *
 * @param steps Steps of the run.
 * @param series Ranks of a layer at a threshold.
 * @param picked What of the replicas is drawn.
 * @returns Line, band, and the interval of the line.
 */
export function ranksOverSteps(
  steps: Float64Array,
  series: RankSeries,
  picked: Picked & { readonly replicas: number },
): RanksOverSteps {
  const { replicas, replica } = picked;
  const rows = (values: Int32Array) => rowsOf(values, replicas, shownRank);
  // Lower medians keep order: these two bound the lower median of the exact ranks.
  const values = lineAndBand(rows(series.rank), picked);
  const end = (ends: Int32Array) =>
    ends.every((end, i) => end === series.rank[i])
      ? values.line
      : lineAndBand(rows(ends), { replica, hasBand: false }).line;
  return {
    steps: Array.from(series.at, (p) => steps[p]),
    values,
    low: end(series.low),
    high: end(series.high),
  };
}

/**
 * Draws ranks as a stepped line over its band and its certified intervals.
 *
 * @param parent Where to draw.
 * @param ranks The ranks.
 * @param axes Axes.
 * @param style Style of the line.
 */
export function drawRanks(
  parent: Group,
  { steps, values: { line, band }, low, high }: RanksOverSteps,
  { x, y }: StepAxes,
  style: LineStyle,
): void {
  const height = heightOn(y), at = Array.from(steps, (step) => x.scale(step));
  const drawSpans = (name: string, low: readonly number[], high: readonly number[], opacity: number) => {
    const spans = holdSteps(at.map((x, i): Span => {
      const isOpen = low[i] < high[i];
      return { x, top: isOpen ? height(high[i]) : NaN, bottom: isOpen ? height(low[i]) : NaN };
    }));
    drawBand(parent, name, spans, "step", { color: style.color, opacity });
  };
  if (band) drawSpans("rank-band", band.low, band.high, bandOpacity);
  drawSpans("certified", low, high, CERTIFIED);
  drawLine(parent, "rank", at.map((x, i) => ({ x, y: height(line[i]) })), "step", style);
}
