/**
 * Axes of values that stand side by side, whatever lies between them.
 *
 * @module
 */
import { clearTicks } from "./clear_ticks.ts";
import type { Axis } from "./scales.ts";

/**
 * A horizontal axis with a tick for each of a few values, equally far from each other: 0 has a
 * place among powers.
 *
 * @param values The values, ascending; one at least.
 * @param width Length in pixels.
 * @returns The axis, which knows these values only. A value whose label would stand on another one
 * has none.
 */
export function ordinalAxis(values: readonly number[], width: number): Axis {
  const scale = (value: number) => (values.indexOf(value) + 0.5) * width / values.length;
  return { scale, domain: [values[0], values[values.length - 1]], ticks: clearTicks(values, scale, String) };
}
