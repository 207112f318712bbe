/**
 * Axes of maps.
 *
 * @module
 */
import { decadeAxis } from "./log_axis.ts";
import type { Axis } from "./scales.ts";

/** An axis along which each of a few values has a cell. */
export interface CellAxis extends Axis {
  /** Pixels of the borders of the cells: one more than there are values. */
  readonly borders: readonly number[];
}

/**
 * Makes a logarithmic axis of cells: each reaches halfway to its neighbours.
 *
 * @param values Values in ascending order, positive; one at least.
 * @param range Pixels of the ends of the axis.
 * @param labels Largest number of labels.
 * @returns The axis. A single value has a cell of a power of ten.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { cellAxis } from "./cell_axis.ts";
 *
 * assert.deepEqual(cellAxis([0.1, 1, 10], [0, 90], 5).borders.map(Math.round), [0, 30, 60, 90]);
 * ```
 */
export function cellAxis(
  values: readonly number[],
  range: readonly [number, number],
  labels: number,
): CellAxis {
  const between = values.slice(1).map((value, i) => Math.sqrt(value) * Math.sqrt(values[i]));
  const [first, last] = [values[0], values[values.length - 1]];
  const low = between.length > 0 ? first * (first / between[0]) : first / Math.sqrt(10);
  const high = between.length > 0 ? last * (last / between[between.length - 1]) : last * Math.sqrt(10);
  const axis = decadeAxis([low, high], range, labels);
  return { ...axis, borders: [low, ...between, high].map(axis.scale) };
}
