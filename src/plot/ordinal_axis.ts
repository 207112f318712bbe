/**
 * Axes of values that stand side by side, whatever lies between them.
 *
 * @module
 */
import { fontSize } from "./palette.ts";
import type { Axis } from "./scales.ts";
import { textWidth } from "./text.ts";

/**
 * A horizontal axis with a tick for each of a few values, equally far from each other: 0 has a place among powers.
 *
 * @param values The values, ascending; one at least.
 * @param width Length in pixels.
 * @returns The axis, which knows these values only. One whose label would stand on another one has none.
 */
export function ordinalAxis(values: readonly number[], width: number): Axis {
  const step = width / values.length;
  const scale = (value: number) => (values.indexOf(value) + 0.5) * step;
  const widest = Math.max(...values.map((value) => textWidth(String(value), fontSize.text)));
  const every = Math.ceil((widest + 6) / step);
  // Counted from the last one, so that both ends of a short axis are labelled.
  const isLabelled = (i: number) => (values.length - 1 - i) % every === 0;
  return {
    scale,
    domain: [values[0], values[values.length - 1]],
    ticks: values.map((value, i) => ({ value, label: isLabelled(i) ? String(value) : "" })),
  };
}
