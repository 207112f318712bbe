/**
 * Rows of the samples of a differential equation in the matrices of a fused step.
 *
 * @module
 */
import type { ResidualCondition } from "../loss/residual.ts";
import type { FusedRows } from "./fused_shape.ts";

/** Most axes along which a fused step carries derivatives. */
export const MOST_AXES = 3;
/** Rows of a block. */
const BLOCK = 4;

/** Where the samples of a condition lie. */
export interface ConditionRows {
  /** The condition. */
  readonly condition: ResidualCondition;
  /** Whether its equation has derivatives; its samples are values alone if not. */
  readonly derives: boolean;
  /** First of its tiles, and the first after its last. */
  readonly tiles: readonly [number, number];
  /** Its first sample, and the first after its last. */
  readonly samples: readonly [number, number];
  /** First row of its values. */
  readonly valueRow: number;
  /** First row of its first derivatives along the first axis. */
  readonly derivativeRow: number;
}

/** Rows of all conditions. */
export interface JetRows extends FusedRows {
  /** The conditions. */
  readonly conditions: readonly ConditionRows[];
}

/**
 * Counts the components that a fused step carries: the value, a first derivative along each axis,
 * and the second derivatives that the equation has, as one sum.
 *
 * @param axes Dimension of the input.
 * @returns 2 + axes.
 */
export function fusedComponents(axes: number): number {
  return 2 + axes;
}

/**
 * Lays out the rows of samples with derivatives: the values of all, then, component by component,
 * the derivatives of those whose equation has any. Each condition begins with a tile, of 4 samples
 * with derivatives or of as many rows without.
 *
 * @param conditions The conditions.
 * @param axes Dimension of the input.
 * @returns The rows.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 *
 * const none = { second: [0], first: [0], value: 1, cube: 0, advection: 0 };
 * const rows = jetRows([
 *   { operator: { ...none, second: [1] }, count: 30 },
 *   { operator: none, count: 2 },
 * ], 1);
 * assert.deepEqual([rows.biased, rows.derivatives, rows.all, rows.partials], [44, 32, 108, 9]);
 * ```
 */
export function jetRows(conditions: readonly ResidualCondition[], axes: number): JetRows {
  const components = fusedComponents(axes);
  let tile = 0, sample = 0, valueRow = 0, derivatives = 0;
  const placed = conditions.map((condition) => {
    const { operator: { first, second, mixed = [], advection }, count } = condition;
    const derives = advection !== 0 || [...first, ...second, ...mixed].some((each) => each !== 0);
    const samplesPerTile = derives ? BLOCK : BLOCK * components;
    const tiles = Math.ceil(count / samplesPerTile);
    const rows = { condition, derives, valueRow, derivativeRow: derivatives };
    const spans = { tiles: [tile, tile + tiles], samples: [sample, sample + count] } as const;
    tile += tiles;
    sample += count;
    valueRow += samplesPerTile * tiles;
    if (derives) derivatives += BLOCK * tiles;
    return { ...rows, ...spans };
  });
  const all = valueRow + (components - 1) * derivatives;
  return {
    conditions: placed.map((rows) => ({ ...rows, derivativeRow: valueRow + rows.derivativeRow })),
    count: sample,
    all,
    summed: all,
    biased: valueRow,
    derivatives,
    partials: tile,
  };
}
