/**
 * Growth of the time of the methods with the size of a matrix.
 *
 * @module
 */
import { methodLabel } from "./methods.ts";
import type { Matrix } from "../../linalg/matrix.ts";
import { fitPowerLaw } from "../../stats/power_law.ts";
import { uniform } from "../../stats/random.ts";
import { tanhLayer } from "../../stats/random_matrices.ts";
import type { Exponent, GrowthAxis, GrowthRow } from "./rows.ts";

/** Features of the matrices whose number of samples grows. */
export const GROWTH_FEATURES = 16;

/** Exponents of the operations, O(m n² + n³) for all methods, as n (with m = 2n) or m grows. */
export const THEORY: Readonly<Record<GrowthAxis, number>> = { columns: 3, rows: 1 };

/**
 * Makes random features of a size along an axis.
 *
 * @param axis What grows: neurons n with m = 2n, or samples m.
 * @param size Its size.
 * @param seed Seed.
 * @returns Features.
 */
export function growingFeatures(axis: GrowthAxis, size: number, seed: number): Matrix {
  const [rows, columns] = axis === "columns" ? [2 * size, size] : [size, Math.min(size, GROWTH_FEATURES)];
  return randomFeatures(rows, columns, seed);
}

/**
 * Makes features of random tanh neurons.
 *
 * @param rows Samples m.
 * @param columns Neurons n.
 * @param seed Seed.
 * @returns Features.
 */
export function randomFeatures(rows: number, columns: number, seed: number): Matrix {
  return { rows, columns, data: tanhLayer(uniform(seed), rows, columns) };
}

/**
 * Gives the time of a row to which growth is fitted.
 *
 * @param row Cost of a matrix.
 * @returns Milliseconds on the GPU if they are known, otherwise in all.
 */
export function growthTime({ gpuMilliseconds, milliseconds }: GrowthRow): number {
  return gpuMilliseconds ?? milliseconds;
}

/**
 * Fits the growth of each method along each axis.
 *
 * @param rows Costs of matrices of growing sizes.
 * @returns An exponent for each method and axis that has three sizes or more.
 */
export function fitGrowth(rows: readonly GrowthRow[]): Exponent[] {
  const groups = Map.groupBy(
    rows,
    ({ method: name, precision, axis }) => `${methodLabel({ name, precision })} ${axis}`,
  );
  return [...groups.values()].flatMap((group) => {
    if (group.length < 3) return [];
    const [{ method, precision, axis }] = group;
    const sizes = group.map((row) => row[axis]);
    const { exponent, low, high } = fitPowerLaw(sizes, group.map(growthTime));
    const flops = group.map((row) => row.flops);
    const known = flops.every((value) => value !== null);
    return [{
      method,
      precision,
      axis,
      exponent,
      low,
      high,
      theory: THEORY[axis],
      model: known ? fitPowerLaw(sizes, flops).exponent : null,
      points: group.length,
    }];
  });
}
