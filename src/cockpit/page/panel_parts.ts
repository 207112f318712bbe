/**
 * What the panels of a run share.
 *
 * @module
 */
import { thousands } from "../../plot/core/format.ts";
import { ink, type LineStyle, lineStyle } from "../../plot/core/palette.ts";
import type { ViewShape, ViewState } from "../state.ts";
import { stepsAxis } from "../views/axes.ts";
import type { PanelFrame } from "./panel.ts";
import type { RunModel, View } from "./run_model.ts";
import type { Axis } from "../../plot/core/scales.ts";

/** Makes the axis of the steps of all runs, the other one among them. */
export function sharedSteps({ view, other, state }: RunModel, width: number): Axis {
  const own = view.steps.value, others = other.value?.columns.steps;
  const steps = others ? [...own, ...others].sort((a, b) => a - b) : own;
  // What begins is drawn where it will go on.
  const isNew = view.isLive && steps.length < 2;
  return stepsAxis(isNew ? [0, 1] : steps, width, state.stepAxis.value);
}

/** Moves the time cursor; the last step of all is the end, which it follows. */
export function setCursor({ state, steps }: View, step: number): void {
  const all = steps.peek();
  state.cursor.value = step < all[all.length - 1] ? step : null;
}

/** Where the time cursor goes back to, by what is shown. */
const kept = new WeakMap<ViewState, number | null>();

/**
 * Moves the time cursor to the step next to the pointer. While runs grow it goes back when the
 * pointer leaves, unless it was pressed.
 *
 * @param model The run.
 * @param x Place of the pointer.
 * @param frame The frame.
 * @param isPressed Whether its button is pressed.
 */
export function moveCursor(
  { columns, view, state }: RunModel,
  x: number,
  frame: PanelFrame,
  isPressed: boolean,
): void {
  const { steps } = columns.peek();
  let best = -1, least = Infinity;
  for (let p = 0; p < steps.length; p++) {
    const distance = Math.abs(frame.x.scale(steps[p]) - x);
    if (distance < least) [best, least] = [p, distance];
  }
  if (best < 0) return;
  const before = state.cursor.peek();
  setCursor(view, steps[best]);
  if (isPressed) kept.set(state, state.cursor.peek());
  else if (!kept.has(state)) kept.set(state, before);
}

/** Takes the time cursor back when the pointer has left. */
export function leaveCursor({ view, state }: RunModel): void {
  const back = kept.get(state);
  kept.delete(state);
  if (view.isLive && back !== undefined) state.cursor.value = back;
}

/** Finds the place of the time cursor on the axis of steps. */
export function cursorX({ columns, cursor }: RunModel, { x }: PanelFrame): number {
  return x.scale(columns.value.steps[cursor.value] ?? NaN);
}

/** Names a layer in a word or two. */
export function layerLabel({ facts }: Pick<RunModel, "facts">, l: number): string {
  return facts.layers?.[l]?.name ?? `layer ${l + 1}`;
}

/** Names a layer, with its width. */
export function layerName({ facts, widths }: RunModel, l: number): string {
  const given = facts.layers?.[l];
  if (given) return `${given.name} · ${thousands(given.width)} neurons`;
  const isTerminal = widths.length > 1 && l === widths.length - 1;
  return `hidden layer ${l + 1}${isTerminal ? ", terminal" : ""} · ${thousands(widths[l])} neurons`;
}

/**
 * Style of the thresholds of the runs, the smallest first as in the figures, and of another.
 *
 * @param shape What there is.
 * @param epsilon The threshold; `null` for one that no run has.
 * @returns The style.
 */
export function epsilonStyle({ epsilons }: ViewShape, epsilon: number | null): LineStyle {
  const i = epsilon === null ? -1 : epsilons.toSorted((a, b) => a - b).indexOf(epsilon);
  return i < 0 ? { color: ink, dash: null, width: 2.2 } : lineStyle(i);
}

/**
 * Style of the threshold that is set.
 *
 * @param model The run.
 * @returns The style.
 */
export function ownStyle({ view, recorded, state }: RunModel): LineStyle {
  return epsilonStyle(view.shape.value, recorded.value < 0 ? null : state.epsilon.value);
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
