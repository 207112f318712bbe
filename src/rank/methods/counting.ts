/**
 * ε-ranks by counting: eigenvalues of symmetric matrices above thresholds, without a spectrum.
 *
 * @module
 */
import { checkKeys, checkName } from "../../check.ts";
import { InputError } from "../../errors.ts";
import type { Gpu } from "../../gpu/device.ts";
import type { WorkOptions } from "../../gpu/paced_commands.ts";
import { thresholdsOf } from "../../linalg/count/eigenvalue_count.ts";
import { type Matrix, squareMatrix } from "../../linalg/matrix.ts";
import { symmetricMatrix } from "../../linalg/symmetric_matrix.ts";
import { addDown, addUp } from "../../linalg/directed.ts";
import type { RankInterval } from "../certificates/rank_interval.ts";
import { checkMethodPrecision, checkMostColumns, lowestPrecision } from "./check_method.ts";
import { viewCounts } from "./ranks_view.ts";
import {
  type CountMethod,
  type CountMethodName,
  countMethodNames,
  type MethodPrecision,
  rankMethods,
} from "./rank_methods.ts";

/** Options of {@linkcode countRanks}. */
export interface CountingOptions extends WorkOptions {
  /** Method, one of `countMethodNames`. Default: `inertia`. */
  readonly rankMethod?: CountMethodName;
  /** Its arithmetic. Default: `single`, or `double` where the method has no other. */
  readonly precision?: MethodPrecision;
  /**
   * For each matrix a bound on ‖M − M̂‖₂, by which the one given, M̂, differs from the one meant,
   * M: of a Gram matrix, its rounding. Default: 0.
   */
  readonly bounds?: readonly number[];
}

/**
 * Counts the eigenvalues of symmetric matrices above thresholds. Waits for the GPU.
 *
 * With a bound δ on the error of the matrices, at least as many eigenvalues lie above ε as of M̂
 * above ε + δ, and at most as many as of M̂ above ε − δ (Weyl). So counting is done there as well.
 *
 * @param gpu Device.
 * @param matrices Row-major `n × n` each, symmetric, of any orders from 1 to the most that the
 * method takes. The lower triangle counts; the upper one may differ from it as rounding makes it
 * differ, by 2⁻¹³ √|m_ii m_jj|.
 * @param epsilons Thresholds of each matrix, absolute, as many for each.
 * @param options Method, and bounds on the errors of the matrices.
 * @returns An ε-rank with its certified interval for each threshold of each matrix; [0, n] where a
 * matrix is not finite.
 * @throws {ShapeError} If a matrix is not square or too large, or has more or fewer thresholds than
 * the first.
 * @throws {InputError} If a matrix is no Float32Array or not symmetric, a key or a name is unknown,
 * a threshold is not a finite number, or there is not one bound of at least 0 for each matrix.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { Gpu } from "../../gpu/device.ts";
 * import { countRanks } from "./counting.ts";
 *
 * using gpu = await Gpu.open();
 * const matrix = Float32Array.of(2, 1, 1, 2);
 * const [[rank]] = await countRanks(gpu, [matrix], [[2]], { rankMethod: "sturm" });
 * assert.deepEqual(rank, { epsilon: 2, rank: 1, low: 1, high: 1 });
 * ```
 */
export async function countRanks(
  gpu: Gpu,
  matrices: readonly Float32Array[],
  epsilons: readonly (readonly number[])[],
  options: CountingOptions = {},
): Promise<RankInterval[][]> {
  checkKeys("options of countRanks", options, ["rankMethod", "precision", "bounds", "signal"]);
  const { bounds, signal } = options;
  const name = checkName("counting method", options.rankMethod ?? "inertia", countMethodNames);
  const { precision = lowestPrecision(name) } = options;
  const method: CountMethod = rankMethods[name];
  checkMethodPrecision(name, precision);
  const symmetric = symmetricEntries(matrices, (each) => checkMostColumns(name, precision, each));
  if (!(matrices.length === 0 && Array.isArray(epsilons) && epsilons.length === 0)) {
    thresholdsOf(symmetric.map(squareMatrix), epsilons);
  }
  const wrong = epsilons.flat().find((epsilon) => typeof epsilon !== "number" || !Number.isFinite(epsilon));
  if (wrong !== undefined) throw new InputError(`ε = ${wrong}: give a finite number`);
  if (matrices.length === 0) return [];
  if (!bounds) {
    const counts = await method.count(gpu, symmetric, { epsilons, precision, signal });
    return viewCounts(
      counts.map((each, index) =>
        each.map(({ count, low, high }, k) => ({ epsilon: epsilons[index][k], rank: count, low, high }))
      ),
    );
  }
  if (!Array.isArray(bounds) || bounds.length !== matrices.length || bounds.some((bound) => !(bound >= 0))) {
    throw new InputError("give one bound for each matrix, 0 or more");
  }
  const around = epsilons.map((list, index) =>
    list.flatMap((epsilon) => [
      epsilon,
      addUp(epsilon, bounds[index]),
      addDown(epsilon, -bounds[index]),
    ])
  );
  const counts = await method.count(gpu, symmetric, { epsilons: around, precision, signal });
  return viewCounts(counts.map((each, index) =>
    epsilons[index].map((epsilon, k) => {
      const [at, above, below] = each.slice(3 * k, 3 * k + 3);
      return { epsilon, rank: at.count, low: above.low, high: below.high };
    })
  ));
}

/** Checks matrices, and mirrors their lower triangles where rounding has made the upper differ. */
function symmetricEntries(
  matrices: readonly Float32Array[],
  checkOrder: (matrix: Matrix) => void,
): Float32Array[] {
  if (!Array.isArray(matrices)) throw new InputError("matrices must be a list: give [matrix], even for one");
  return matrices.map((entries, index) => {
    if (!(entries instanceof Float32Array)) {
      throw new InputError(`matrix ${index} must be a Float32Array of its n × n entries`);
    }
    const matrix = squareMatrix(entries);
    checkOrder(matrix);
    return symmetricMatrix(matrix, index).data as Float32Array;
  });
}
