/**
 * Loss, and its floor by the rank.
 *
 * @module
 */
import { drawBand, drawLine } from "../../plot/core/marks.ts";
import { bandOpacity, ink, type LineStyle } from "../../plot/core/palette.ts";
import type { Axis } from "../../plot/core/scales.ts";
import { heightOn } from "../../plot/core/summary_marks.ts";
import type { Group } from "../../plot/core/svg.ts";
import type { LineAndBand } from "./series.ts";

/** Style of the loss. */
export const lossStyle: LineStyle = { color: ink, dash: null, width: 1.6 };

/** Style of its floor. */
export const floorStyle: LineStyle = { color: ink, dash: "1.2 2.6", width: 1.6 };

/** Style of another run's lines. */
export const otherStyle: LineStyle = { color: "#8a5a9e", dash: "6 3", width: 1.6 };

/** Axes of a panel over steps. */
export interface StepAxes {
  /** Steps, from left to right. */
  readonly x: Axis;
  /** Values, from the bottom up. */
  readonly y: Axis;
}

/** Values over steps. */
export interface OverSteps {
  /** Steps, ascending. */
  readonly steps: ArrayLike<number>;
  /** Line and band at these. */
  readonly values: LineAndBand;
}

/**
 * Draws losses.
 *
 * @param parent Where to draw.
 * @param loss The losses.
 * @param axes Axes.
 * @param style Style of the line.
 */
export function drawLoss(
  parent: Group,
  { steps, values: { line, band } }: OverSteps,
  { x, y }: StepAxes,
  style: LineStyle = lossStyle,
): void {
  const height = heightOn(y),
    [bottom] = [y.scale(y.domain[0])],
    at = Array.from(steps, (step) => x.scale(step));
  if (band) {
    const spans = at.map((x, i) => {
      const top = height(band.high[i]), low = height(band.low[i]);
      // Losses of 0 or less lie below every logarithmic axis.
      return { x, top, bottom: Number.isFinite(top) && !Number.isFinite(low) ? bottom : low };
    });
    drawBand(parent, "loss-band", spans, "straight", { color: style.color, opacity: bandOpacity });
  }
  drawLine(parent, "loss", at.map((x, i) => ({ x, y: height(line[i]) })), "straight", style);
}

/**
 * Draws the floor of the loss. Probes that only count have none; the last one before them holds.
 *
 * @param parent Where to draw.
 * @param steps Steps, ascending.
 * @param floor The floor; NaN where there is none.
 * @param axes Axes.
 */
export function drawFloor(
  parent: Group,
  steps: ArrayLike<number>,
  floor: readonly number[],
  { x, y }: StepAxes,
): void {
  const height = heightOn(y);
  const points = floor.flatMap((value, i) =>
    Number.isNaN(value) ? [] : [{ x: x.scale(steps[i]), y: height(value) }]
  );
  drawLine(parent, "floor", points, "step", floorStyle);
}
