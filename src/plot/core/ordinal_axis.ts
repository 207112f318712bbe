/**
 * Axes of values at equal distances.
 *
 * @module
 */
import { clearTicks } from "./clear_ticks.ts";
import type { Axis } from "./scales.ts";

/**
 * Makes a horizontal axis with a tick for each of a few values at equal distances. So 0 has a place
 * beside powers.
 *
 * @param values The values, ascending; one at least.
 * @param width Length in pixels.
 * @returns The axis, which is defined for these values only. A value whose label would overlap
 * another has no label.
 */
export function ordinalAxis(values: readonly number[], width: number): Axis {
  const scale = (value: number) => (values.indexOf(value) + 0.5) * width / values.length;
  return {
    scale,
    domain: [values[0], values[values.length - 1]],
    ticks: clearTicks(values, scale, String),
    reading: { places: values, at: values.map(scale) },
  };
}
