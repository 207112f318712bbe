/**
 * Measures how much the features of samples of one class differ.
 *
 * @module
 */
import { InputError, ShapeError } from "../../errors.ts";
import type { Gpu } from "../../gpu/device.ts";
import type { Matrix } from "../../linalg/matrix.ts";
import { checkSources } from "../../linalg/matrix_source.ts";
import { svd } from "../../linalg/svd/svd.ts";

/**
 * Singular values of the centred class means below this share of the means' norm are rounding, not
 * between classes.
 */
const NO_DIRECTION = 1e-5;

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
 * Measures the variability of features within classes (Papyan, Han, Donoho, PNAS 2020). Waits for
 * the GPU. It finds the directions between classes, those of Σ_B = MᵀM / K, by singular values of
 * the centred class means M.
 *
 * @param gpu Device.
 * @param features Features of the same samples, a sample a row.
 * @param labels Class of each sample, a whole number from 0.
 * @returns Variability of each. Classes without a sample do not count.
 * @throws {ShapeError} If there is not a label for each sample, or a matrix is one that `svd`
 * does not take.
 * @throws {InputError} If a feature is NaN or infinite, or a label is not a whole number from 0.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { Gpu } from "../../gpu/device.ts";
 * import { clusterVariations } from "./cluster_variation.ts";
 *
 * using gpu = await Gpu.open();
 * const features = { rows: 4, columns: 1, data: Float32Array.of(2, 4, -3, -3) };
 * const [{ variation, traceRatio }] = await clusterVariations(gpu, [features], [0, 0, 1, 1]);
 * assert.equal(variation, Math.sqrt(2));
 * assert(Math.abs(traceRatio - 0.5 / 9 / 2) < 1e-6);
 * ```
 */
export async function clusterVariations(
  gpu: Gpu,
  features: readonly Matrix[],
  labels: ArrayLike<number>,
): Promise<ClusterVariation[]> {
  for (const matrix of features) checkSources([matrix]);
  const odd = features.find(({ rows }) => rows !== labels.length);
  if (odd) throw new ShapeError(`${labels.length} labels for ${odd.rows} samples: give one for each`);
  for (let k = 0; k < labels.length; k++) {
    if (Number.isSafeInteger(labels[k]) && labels[k] >= 0) continue;
    throw new InputError(`label ${k} (from 0) is ${labels[k]}: give a whole number from 0`);
  }
  const clusters = features.map((matrix) => clustersOf(matrix, labels));
  const solved = await svd(
    gpu,
    clusters.map(({ means, columns, classes }) => ({
      rows: classes,
      columns,
      data: centered(means, classes, columns),
    })),
  );
  return clusters.map(({ residuals, square, means, columns, classes }, i) => {
    const { values, vt } = solved[i];
    const least = NO_DIRECTION * norm(means);
    let ratio = 0, directions = 0;
    // Centring takes one direction away, of which rounding may leave a little.
    for (let k = 0; k < Math.min(values.length, classes - 1) && values[k] > least; k++, directions++) {
      ratio += along(residuals, vt.data.subarray(k * columns, (k + 1) * columns)) / values[k] ** 2;
    }
    const variation = norm(residuals);
    return {
      variation,
      relative: variation / Math.sqrt(square),
      // Σ_B⁺ = K Σ v vᵀ / σ²: the two K cancel.
      traceRatio: directions > 0 ? ratio / labels.length : NaN,
    };
  });
}

/** Class means, `classes × columns`, and what is left of the features without them. */
function clustersOf({ rows, columns, data }: Matrix, labels: ArrayLike<number>) {
  // Numbers of the classes that have a sample, in the order in which they come.
  const order = new Map(Array.from(new Set(Array.from(labels)), (label, index) => [label, index]));
  const index = Array.from(labels, (label) => order.get(label)!);
  const means = new Float64Array(order.size * columns), counts = new Float64Array(order.size);
  let square = 0;
  for (let i = 0; i < rows; i++) {
    counts[index[i]]++;
    for (let j = 0; j < columns; j++) {
      means[index[i] * columns + j] += data[i * columns + j];
      square += data[i * columns + j] ** 2;
    }
  }
  for (let e = 0; e < means.length; e++) means[e] /= counts[Math.floor(e / columns)];
  const residuals = Float64Array.from(data);
  for (let i = 0; i < rows; i++) {
    for (let j = 0; j < columns; j++) residuals[i * columns + j] -= means[index[i] * columns + j];
  }
  return { residuals, square, means, columns, classes: order.size };
}

/** Rows less their mean. */
function centered(matrix: Float64Array, rows: number, columns: number): Float64Array {
  const mean = new Float64Array(columns);
  matrix.forEach((entry, e) => mean[e % columns] += entry / rows);
  return matrix.map((entry, e) => entry - mean[e % columns]);
}

function norm(entries: Float64Array): number {
  return Math.sqrt(entries.reduce((sum, entry) => sum + entry ** 2, 0));
}

/** Squared norm of the product of a matrix and a unit vector. */
function along(matrix: Float64Array, direction: Float32Array | Float64Array): number {
  const columns = direction.length;
  let sum = 0;
  for (let first = 0; first < matrix.length; first += columns) {
    let product = 0;
    for (let j = 0; j < columns; j++) product += matrix[first + j] * direction[j];
    sum += product ** 2;
  }
  return sum;
}
