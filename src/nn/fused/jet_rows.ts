/**
 * Rows of the samples of a differential equation in the matrices of a fused step.
 *
 * @module
 */
import { InputError } from "../../errors.ts";
import { isThirdOrder } from "../jets/directions.ts";
import type { ResidualCondition } from "../loss/residual.ts";
import type { FusedRows } from "./fused_shape.ts";

/** Most axes along which a fused step carries derivatives. */
const MOST_AXES = 3;
/** Most components of a tile. */
const MOST_COMPONENTS = 6;
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
  /** Components of a sample with derivatives. */
  readonly components: number;
}

/**
 * Counts the components that a fused step carries: the value, a first derivative along each axis,
 * and the second derivatives that the equation has, as one sum; with a third derivative along the
 * first axis two more.
 *
 * @param conditions The conditions.
 * @param axes Dimension of the input.
 * @returns Their number; `null` if there are more than a tile has, or other third derivatives.
 */
export function fusedComponents(conditions: readonly ResidualCondition[], axes: number): number | null {
  if (axes > MOST_AXES) return null;
  if (!isThirdOrder(conditions)) return 2 + axes;
  const others = conditions.some(({ operator: { third = [] } }) => third.slice(1).some((each) => each !== 0));
  return others || 4 + axes > MOST_COMPONENTS ? null : 4 + axes;
}

/**
 * Lays out the rows of samples with derivatives: the values of all, then, component by component,
 * the derivatives of those whose equation has any. Each condition begins with a tile, of 4 samples
 * with derivatives or of as many rows without.
 *
 * @param conditions The conditions.
 * @param axes Dimension of the input.
 * @returns The rows.
 * @throws {InputError} If {@linkcode fusedComponents} finds none.
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
  const components = fusedComponents(conditions, axes);
  if (components === null) throw new InputError("no fused step for such an equation: take the layered path");
  let tile = 0, sample = 0, valueRow = 0, derivatives = 0;
  const placed = conditions.map((condition) => {
    const { operator: { first, second, mixed = [], third = [], advection }, count } = condition;
    const derives = advection !== 0 || [...first, ...second, ...mixed, ...third].some((each) => each !== 0);
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
    components,
    conditions: placed.map((rows) => ({ ...rows, derivativeRow: valueRow + rows.derivativeRow })),
    count: sample,
    all,
    summed: all,
    biased: valueRow,
    derivatives,
    partials: tile,
  };
}
