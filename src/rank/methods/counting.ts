/**
 * ε-ranks by counting: eigenvalues above thresholds, without a spectrum.
 *
 * @module
 */
import { InputError } from "../../errors.ts";
import type { Gpu } from "../../gpu/device.ts";
import { boundByCholesky, countBetween } from "../../linalg/count/cholesky.ts";
import type { EigenvalueCount } from "../../linalg/count/eigenvalue_count.ts";
import { countByInertia } from "../../linalg/count/inertia.ts";
import { countBySturm } from "../../linalg/count/sturm.ts";
import { squareMatrix } from "../../linalg/matrix.ts";
import type { RankInterval } from "../certificates/rank_interval.ts";

/**
 * How to count. `inertia`: two factorisations a threshold, five in doubt; in single precision the tightest intervals.
 * `sturm`: one tridiagonal form, for orders up to 2,048, and thresholds for next to nothing. `sturm-double`: the same in double-single arithmetic,
 * for orders up to 512; certain 10⁵ times further down than the others. `cholesky`: one factorisation, for positive
 * semidefinite matrices of fast decay.
 */
export type CountingMethod = "inertia" | "sturm" | "sturm-double" | "cholesky";

/** Options of {@linkcode countRanks}. */
export interface CountingOptions {
  /** How to count. Default: `inertia`. */
  readonly method?: CountingMethod;
  /**
   * For each matrix a bound on ‖M − M̂‖₂, by which the one given, M̂, differs from the one meant, M: of a Gram matrix, its
   * rounding. Default: 0.
   */
  readonly bounds?: readonly number[];
}

/**
 * Counts the eigenvalues of symmetric matrices above thresholds. Waits for the GPU.
 *
 * With an error δ of the matrices, at least as many eigenvalues lie above ε as of M̂ above ε + δ, and at most as many as
 * of M̂ above ε − δ (Weyl). So counting is done there, too.
 *
 * @param gpu Device.
 * @param matrices Row-major `n × n` each, symmetric, of any orders 1 ≤ n ≤ 1,024; 2,048 with `sturm`, 512 with
 * `sturm-double`.
 * @param epsilons Thresholds of each matrix, absolute, as many for each.
 * @param options How to count, and how far off the matrices are.
 * @returns An ε-rank with its certified interval for each threshold of each matrix; [0, n] where a matrix is not finite.
 * @throws {ShapeError} Where a matrix is not square or too large, or has more or fewer thresholds than the first.
 * @throws {InputError} Where there is not one error, not negative, for each matrix.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { Gpu } from "../../gpu/device.ts";
 * import { countRanks } from "./counting.ts";
 *
 * using gpu = await Gpu.open();
 * const [[rank]] = await countRanks(gpu, [Float32Array.of(2, 1, 1, 2)], [[2]], { method: "sturm" });
 * assert.deepEqual(rank, { epsilon: 2, rank: 1, low: 1, high: 1 });
 * ```
 */
export async function countRanks(
  gpu: Gpu,
  matrices: readonly Float32Array[],
  epsilons: readonly (readonly number[])[],
  options: CountingOptions = {},
): Promise<RankInterval[][]> {
  const { method = "inertia", bounds } = options;
  if (!bounds) {
    const counts = await countBy(gpu, method, matrices, epsilons);
    return counts.map((each, index) =>
      each.map(({ count, low, high }, k) => ({ epsilon: epsilons[index][k], rank: count, low, high }))
    );
  }
  if (bounds.length !== matrices.length || bounds.some((error) => !(error >= 0))) {
    throw new InputError("give one error for each matrix, 0 or more");
  }
  const around = epsilons.map((list, index) =>
    list.flatMap((epsilon) => [epsilon, epsilon + bounds[index], epsilon - bounds[index]])
  );
  const counts = await countBy(gpu, method, matrices, around);
  return counts.map((each, index) =>
    epsilons[index].map((epsilon, k) => {
      const [at, above, below] = each.slice(3 * k, 3 * k + 3);
      return { epsilon, rank: at.count, low: above.low, high: below.high };
    })
  );
}

async function countBy(
  gpu: Gpu,
  method: CountingMethod,
  matrices: readonly Float32Array[],
  epsilons: readonly (readonly number[])[],
): Promise<EigenvalueCount[][]> {
  const squares = matrices.map(squareMatrix);
  switch (method) {
    case "inertia":
      return await countByInertia(gpu, squares, epsilons);
    case "sturm":
      return await countBySturm(gpu, squares, epsilons);
    case "sturm-double":
      return await countBySturm(gpu, squares, epsilons, { precision: "double" });
    case "cholesky": {
      const bounds = await boundByCholesky(gpu, squares);
      return bounds.map((each, index) => epsilons[index].map((epsilon) => countBetween(each, epsilon)));
    }
  }
}
