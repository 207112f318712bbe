/**
 * Axes of the panels, logarithmic or linear.
 *
 * @module
 */
import * as d3 from "../../plot/deps.ts";
import { labeledTicks, thousands } from "../../plot/core/format.ts";
import { decadeAxis } from "../../plot/core/log_axis.ts";
import { type Axis, lossAxis, stepAxis } from "../../plot/core/scales.ts";

/** Kind of an axis. */
export type AxisKind = "log" | "linear";

/** Names of these. */
export const axisKinds: readonly AxisKind[] = ["log", "linear"];

/**
 * Makes the axis of steps. A logarithmic one begins at the first step above 0; step 0 stands at its
 * left end.
 *
 * @param steps Steps, ascending.
 * @param width Length in pixels.
 * @param kind Kind of the axis.
 * @returns The axis, from left to right.
 */
export function stepsAxis(steps: ArrayLike<number>, width: number, kind: AxisKind): Axis {
  const all = Array.from(steps), first = all.find((step) => step > 0), last = all.at(-1) ?? 0;
  if (kind === "linear" || first === undefined || !(last > first)) return stepAxis(all, width);
  const begin = all[0] > 0 ? first : first / 2;
  const { scale, ticks } = decadeAxis([begin, last], [0, width], Math.max(2, Math.floor(width / 60)));
  const zero = all[0] > 0 ? [] : [{ value: 0, label: "0" }];
  const clear = ticks.map((tick) =>
    scale(tick.value) < 24 && zero.length > 0 ? { ...tick, label: "" } : tick
  );
  return {
    scale: (step) => scale(Math.max(step, begin)),
    domain: [all[0], last],
    ticks: [...zero, ...clear],
  };
}

/**
 * Makes the axis of a loss.
 *
 * @param values The values to show.
 * @param height Length in pixels.
 * @param kind Kind of the axis. A logarithmic one shows positive values alone.
 * @returns The axis, from the bottom up.
 */
export function valueAxis(values: Iterable<number>, height: number, kind: AxisKind): Axis {
  if (kind === "log") return lossAxis(values, height);
  let low = Infinity, high = -Infinity;
  for (const value of values) {
    if (!Number.isFinite(value)) continue;
    low = Math.min(low, value);
    high = Math.max(high, value);
  }
  if (!(low <= high)) [low, high] = [0, 1];
  // A loss is read against 0.
  low = Math.min(0, low);
  if (low === high) high = low + 1;
  const domain: [number, number] = [low, high + 0.05 * (high - low)];
  const scale = d3.scaleLinear(domain, [height, 0]), count = Math.max(2, Math.floor(height / 38));
  const ticks = high > 0
    ? labeledTicks(low, high, count)
    : scale.ticks(count).map((value) => ({ value, label: thousands(value) }));
  return { scale: (value) => scale(value), domain, ticks };
}

/**
 * Finds the value at a place of a logarithmic axis.
 *
 * @param axis The axis.
 * @param height Its length in pixels.
 * @param y Distance from its upper end in pixels.
 * @returns The value, within the axis.
 */
export function valueAt({ domain: [low, high] }: Axis, height: number, y: number): number {
  const share = Math.min(1, Math.max(0, 1 - y / height));
  return low * (high / low) ** share;
}
