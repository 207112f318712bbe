/**
 * Measures how much the features of samples of one class differ.
 *
 * @module
 */
import { norm as normOf } from "../../stats/norm.ts";
import { InputError, ShapeError } from "../../errors.ts";
import { checkMatrices, largestExponent, type Matrix } from "../../linalg/matrix.ts";
import { classMeans, type Factorization, factorize } from "./class_means.ts";

/** Variability of features within classes. */
export interface ClusterVariation {
  /** Total cluster variation, √Σ‖h − mean of its class‖² over all samples. */
  readonly variation: number;
  /** The same by √Σ‖h‖²; NaN of features that are all 0. */
  readonly relative: number;
  /**
   * tr(Σ_W Σ_B⁺) / K, variability within classes by that between them: Σ_W is the mean over the
   * samples of the outer products of h − mean of its class, Σ_B that over the classes of mean of
   * the class − mean of these means. NaN where all means agree.
   */
  readonly traceRatio: number;
}

/**
 * Measures the variability of features within classes (Papyan, Han, Donoho, PNAS 2020), on the host
 * in float64 and pairs of float64.
 *
 * Let C be K − 1 orthonormal combinations of the class means, so that Σ_B = CᵀC / K, and W the
 * deviations of the m samples from the means of their classes. Then tr(Σ_W Σ_B⁺) / K = ‖W C⁺‖²_F /
 * m. With C = T Qᵀ from {@linkcode factorize}, it is ‖W Q T⁺‖²_F / m.
 *
 * All directions between classes count, however small: as many as K − 1 or the number of features,
 * unless class means agree in one to 25 digits of the spread of each feature, about the rounding of
 * their sums. Features count as exact, so means that agree but for the rounding of features differ,
 * and the ratio is as large as that makes it.
 *
 * The ratio stays as it is when features are shifted, rotated or scaled alike. Where there are at
 * most K − 1 features, and the means span all directions, it stays under any invertible linear map.
 * Its relative error is about 10⁻¹⁵ times the condition number of C, each feature scaled to a like
 * size.
 *
 * @param features Features of the same samples, a sample a row.
 * @param labels Class of each sample, a whole number from 0.
 * @returns Variability of each. Classes without a sample do not count.
 * @throws {ShapeError} If there is not a label for each sample, or a matrix has no entries, or
 * another number of them than its shape says.
 * @throws {InputError} If a feature is NaN or infinite, or a label is not a whole number from 0.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { clusterVariations } from "./cluster_variation.ts";
 *
 * const features = { rows: 4, columns: 1, data: Float32Array.of(2, 4, -3, -3) };
 * const [{ variation, traceRatio }] = clusterVariations([features], [0, 0, 1, 1]);
 * assert.equal(variation, Math.sqrt(2));
 * assert(Math.abs(traceRatio - 0.5 / 9 / 2) < 1e-15);
 * ```
 */
export function clusterVariations(
  features: readonly Matrix[],
  labels: ArrayLike<number>,
): ClusterVariation[] {
  checkMatrices(features);
  const odd = features.find(({ rows }) => rows !== labels.length);
  if (odd) throw new ShapeError(`${labels.length} labels for ${odd.rows} samples: give one for each`);
  for (let k = 0; k < labels.length; k++) {
    if (Number.isSafeInteger(labels[k]) && labels[k] >= 0) continue;
    throw new InputError(`label ${k} (from 0) is ${labels[k]}: give a whole number from 0`);
  }
  // Numbers of the classes that have a sample, in the order in which they come.
  const order = new Map(Array.from(new Set(Array.from(labels)), (label, index) => [label, index]));
  const index = Array.from(labels, (label) => order.get(label)!);
  return features.map((matrix, k) => {
    const exponent = largestExponent(matrix, `matrix ${k}`);
    return variationOf(matrix, exponent, { index, classes: order.size });
  });
}

function variationOf(
  { rows, columns, data }: Matrix,
  exponent: number,
  { index, classes }: { readonly index: readonly number[]; readonly classes: number },
): ClusterVariation {
  const scaled = new Float64Array(data), factor = 2 ** -exponent;
  for (let e = 0; e < scaled.length; e++) scaled[e] *= factor;
  const means = classMeans({ rows, columns, data: scaled }, index, classes);
  const between = factorize(means);
  const { residuals } = means, within = norm(residuals);
  return {
    variation: within * 2 ** exponent,
    relative: within / norm(scaled),
    traceRatio: between.reflections.length > 0 ? ratioTo(between, residuals, columns) / rows : NaN,
  };
}

/** ‖W Q T⁺‖²_F. Overwrites W. */
function ratioTo({ reflections, columns }: Factorization, w: Float64Array, features: number): number {
  const triangle = triangular(columns);
  let sum = 0;
  for (let first = 0; first < w.length; first += features) {
    const row = w.subarray(first, first + features);
    const solution: number[] = [];
    reflections.forEach(({ u, tau, pivot }, k) => {
      let dot = 0;
      for (let j = 0; j < features; j++) dot += u[j] * row[j];
      for (let j = 0; j < features; j++) row[j] -= tau * dot * u[j];
      // x S = (W Q)_row, with T = U S for an orthonormal U.
      const left = solution.reduce((rest, x, l) => rest - x * triangle[l][k], row[pivot]);
      solution.push(left / triangle[k][k]);
      sum += solution[k] ** 2;
    });
  }
  return sum;
}

/** S of T = U S by Gram–Schmidt, S upper triangular. */
function triangular(columns: readonly Float64Array[]): number[][] {
  const left = columns.map((column) => Float64Array.from(column));
  return left.map((column, k) => {
    const length = normOf(column);
    return left.map((other, l) => {
      if (l <= k) return l === k ? length : 0;
      const dot = column.reduce((sum, x, i) => sum + x / length * other[i], 0);
      column.forEach((x, i) => other[i] -= x / length * dot);
      return dot;
    });
  });
}

function norm(entries: Float64Array): number {
  return Math.sqrt(entries.reduce((sum, entry) => sum + entry ** 2, 0));
}
