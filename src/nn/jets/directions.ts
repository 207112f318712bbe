/**
 * Directions along which the jets of a differential equation carry derivatives.
 *
 * @module
 */
import type { ResidualCondition } from "../loss/residual.ts";

/** Highest order of derivatives that jets carry. */
export type JetOrder = 2 | 3;

/** An equation by derivatives along directions, without mixed ones. */
export interface DirectionalEquation {
  /** Directions: the axes first, then the sums of two of them. */
  readonly directions: readonly (readonly number[])[];
  /** Highest order of its derivatives. */
  readonly order: JetOrder;
  /** Its conditions, with coefficients for each direction. */
  readonly conditions: readonly ResidualCondition[];
}

/**
 * Lists pairs of axes in the order of the coefficients of mixed derivatives.
 *
 * @param axes Dimension of the input.
 * @returns The pairs (0, 1), (0, 2) …, (1, 2) ….
 */
export function axisPairs(axes: number): [number, number][] {
  return Array.from({ length: axes }, (_, i) => i).flatMap((i) =>
    Array.from({ length: axes - i - 1 }, (_, j): [number, number] => [i, i + 1 + j])
  );
}

/**
 * Tells whether an equation has derivatives of the third order.
 *
 * @param conditions The equation's conditions.
 * @returns Whether it has.
 */
export function isThirdOrder(conditions: readonly ResidualCondition[]): boolean {
  return conditions.some(({ operator: { third = [] } }) => third.some((each) => each !== 0));
}

/**
 * Rewrites an equation for jets, which carry no mixed derivatives: with the direction v = e_i +
 * e_j, 2 ∂²/∂x_i∂x_j = ∂²/∂v² − ∂²/∂x_i² − ∂²/∂x_j².
 *
 * @param conditions The equation's conditions.
 * @param axes Dimension of the input.
 * @returns The same equation along directions.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 *
 * const operator = { second: [0, 0], first: [0, 0], value: 0, cube: 0, advection: 0, mixed: [2] };
 * const { directions, conditions } = directionalEquation([{ operator, count: 5 }], 2);
 * assert.deepEqual(directions, [[1, 0], [0, 1], [1, 1]]);
 * assert.deepEqual(conditions[0].operator.second, [-1, -1, 1]);
 * ```
 */
export function directionalEquation(
  conditions: readonly ResidualCondition[],
  axes: number,
): DirectionalEquation {
  const pairs = [...axisPairs(axes).entries()].filter(([at]) =>
    conditions.some(({ operator: { mixed = [] } }) => mixed[at])
  );
  const axesOf = (...which: number[]) => Array.from({ length: axes }, (_, i) => +which.includes(i));
  const none = pairs.map(() => 0);
  return {
    directions: [
      ...Array.from({ length: axes }, (_, i) => axesOf(i)),
      ...pairs.map(([, pair]) => axesOf(...pair)),
    ],
    order: isThirdOrder(conditions) ? 3 : 2,
    conditions: conditions.map(({ operator, count }) => {
      const { first, second, mixed = [], third = first.map(() => 0) } = operator;
      const halves = pairs.map(([at]) => (mixed[at] ?? 0) / 2);
      const own = second.map((each, i) =>
        pairs.reduce((sum, [, pair], at) => pair.includes(i) ? sum - halves[at] : sum, each)
      );
      const { value, cube, advection } = operator;
      return {
        operator: {
          value,
          cube,
          advection,
          first: [...first, ...none],
          second: [...own, ...halves],
          third: [...third, ...none],
        },
        count,
      };
    }),
  };
}
