/**
 * What the panels of a run share.
 *
 * @module
 */
import { thousands } from "../../plot/core/format.ts";
import { ink, type LineStyle, lineStyle } from "../../plot/core/palette.ts";
import type { RunReport } from "../data/run_file.ts";
import { stepsAxis } from "../views/axes.ts";
import type { Picked } from "../views/series.ts";
import type { PanelFrame } from "./panel.ts";
import type { RunModel } from "./run_model.ts";
import type { Axis } from "../../plot/core/scales.ts";

/** Says what of the replicas is drawn. */
export function pickedOf({ state }: RunModel): Picked {
  return { replica: state.replica.value, hasBand: state.hasBand.value };
}

/** Says what of another run is drawn. */
export function otherPicked({ columns }: RunReport): Picked {
  return { replica: columns.replicas > 1 ? null : 0, hasBand: false };
}

/** Makes the axis of the steps of both runs. */
export function sharedSteps({ report, other, state }: RunModel, width: number): Axis {
  const steps = [...report.columns.steps, ...other.value?.columns.steps ?? []].sort((a, b) => a - b);
  return stepsAxis(steps, width, state.stepAxis.value);
}

/** Moves the time cursor to the step next to a place. */
export function moveCursor(
  { report: { columns: { steps } }, state }: RunModel,
  x: number,
  frame: PanelFrame,
): void {
  let best = 0, least = Infinity;
  for (let p = 0; p < steps.length; p++) {
    const distance = Math.abs(frame.x.scale(steps[p]) - x);
    if (distance < least) [best, least] = [p, distance];
  }
  state.cursor.value = best;
}

/** Finds the place of the time cursor on the axis of steps. */
export function cursorX({ report: { columns: { steps } }, state }: RunModel, { x }: PanelFrame): number {
  return x.scale(steps[state.cursor.value] ?? NaN);
}

/** Names a layer. */
export function layerName({ columns: { layers } }: RunReport, l: number): string {
  const isTerminal = layers.length > 1 && l === layers.length - 1;
  return `hidden layer ${l + 1}${isTerminal ? ", terminal" : ""} · ${thousands(layers[l].width)} neurons`;
}

/**
 * Style of the thresholds of the run, the smallest first as in the figures, and of another.
 *
 * @param model The run.
 * @param e Index of the threshold; −1 for another.
 * @returns The style.
 */
export function epsilonStyle({ report: { columns: { epsilons } } }: RunModel, e: number): LineStyle {
  if (e < 0) return { color: ink, dash: null, width: 2.2 };
  return lineStyle(epsilons.toSorted((a, b) => a - b).indexOf(epsilons[e]));
}

/**
 * Says where a line begins and ends.
 *
 * @param values Its values.
 * @param text Writes a value.
 * @returns A sentence.
 */
export function courseText(values: readonly number[], text: (value: number) => string): string {
  const [first, last] = [values.find(Number.isFinite), values.findLast(Number.isFinite)];
  return first === undefined || last === undefined
    ? "No value is known."
    : `From ${text(first)} to ${text(last)}.`;
}
