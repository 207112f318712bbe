/**
 * Feature matrices from the host made ready for the GPU: weighted, centred, scaled, split into single words.
 *
 * @module
 */
import { InputError, ShapeError } from "../errors.ts";

/** Root of the largest eigenvalue to be computed. */
const MOST = Math.sqrt(Number.MAX_VALUE);

/** Features of a set of samples: Φ, row-major `rows × columns`, a sample a row, a neuron a column. */
export interface FeatureMatrix {
  /** Number of samples m. */
  readonly rows: number;
  /** Number of neurons n. */
  readonly columns: number;
  /** Entries, in single or double precision. */
  readonly data: Float32Array | Float64Array;
}

/** Options of {@linkcode prepareFeatures}. */
export interface PrepareOptions {
  /** Quadrature weights w > 0, one a sample. Default: 1/m each. */
  readonly weights?: ArrayLike<number>;
  /** Whether each column's weighted mean is taken off, for the ranks of the covariance. Default: false. */
  readonly center?: boolean;
}

/** Features of which the Gram matrix without weights is `scale` times the one asked for. */
export interface PreparedFeatures {
  /** The entries rounded to single precision. */
  readonly high: Float32Array;
  /** What rounding left out, rounded to single precision; `null` where nothing is. */
  readonly low: Float32Array | null;
  /** Frobenius norm of what `high` left out. */
  readonly leftOut: number;
  /** Bound on the Frobenius norm of what the rounding of means left in the entries; 0 where none were taken off. */
  readonly meanError: number;
  /** Factor from M to the Gram matrix of the prepared features. */
  readonly scale: number;
}

/**
 * Prepares features: entries become √w (φ − mean) 2^k, with k such that the largest is about 1, computed in float64.
 * Without weights and means the entries of single-precision features stay as they are, but for the power of two.
 *
 * @param features Features.
 * @param options Weights, centring.
 * @returns Single words.
 * @throws {ShapeError} Where the number of entries or of weights does not fit.
 * @throws {InputError} Where an entry is NaN or infinite, or a weight not a finite number above 0; where eigenvalues
 * could be beyond the range of float64.
 */
export function prepareFeatures(features: FeatureMatrix, options: PrepareOptions = {}): PreparedFeatures {
  const { rows, columns, data } = features;
  const { weights, center = false } = options;
  if (!(rows >= 1 && columns >= 1) || data.length !== rows * columns) {
    throw new ShapeError(
      `${data.length} entries for ${rows} samples of ${columns} features: give rows × columns`,
    );
  }
  if (weights && weights.length !== rows) {
    throw new ShapeError(`${weights.length} weights for ${rows} samples: give one for each`);
  }
  const bad = data.findIndex((value) => !Number.isFinite(value));
  if (bad >= 0) {
    throw new InputError(
      `the feature in row ${Math.floor(bad / columns)}, column ${bad % columns} (from 0) is ${data[bad]}: ` +
        "give finite numbers",
    );
  }
  for (let k = 0; weights && k < rows; k++) {
    if (!(weights[k] > 0 && weights[k] < Infinity)) {
      throw new InputError(`weight ${k} (from 0) is ${weights[k]}: give finite numbers above 0`);
    }
  }

  // The weights are scaled by a power of four at most, so that their roots are near 1.
  const heaviest = weights
    ? Array.prototype.reduce.call(weights, (a, b) => Math.max(Number(a), b), 0) as number
    : 1;
  const weightScale = 4 ** Math.max(-500, Math.min(500, -Math.round(Math.log2(heaviest) / 2)));
  const weight = (k: number) => weights ? weights[k] * weightScale : 1;
  const means = center ? columnMeans(features, weight) : new Float64Array(columns);
  const value = (k: number, j: number) => data[k * columns + j] - means[j];
  let largest = 0;
  for (let k = 0; k < rows; k++) {
    for (let j = 0; j < columns; j++) largest = Math.max(largest, Math.abs(value(k, j)));
  }
  const mass = weights ? heaviest * rows : 1;
  if (!(largest * Math.sqrt(columns * mass) < MOST)) {
    throw new InputError(
      `features as large as ${largest}: eigenvalues, of the size of their squares, leave the range of float64; ` +
        "scale them down",
    );
  }
  const exponent = largest > 0 ? -Math.floor(Math.log2(largest)) : 0;
  const factor = 2 ** Math.max(-1000, Math.min(1000, exponent));

  const high = new Float32Array(rows * columns);
  const low = new Float32Array(rows * columns);
  let square = 0, total = 0, any = false;
  for (let k = 0; k < rows; k++) {
    const root = Math.sqrt(weight(k));
    total += root * root;
    for (let j = 0; j < columns; j++) {
      const x = value(k, j) * factor * root;
      const i = k * columns + j;
      high[i] = x;
      const rest = x - high[i];
      low[i] = rest;
      square += rest * rest;
      any ||= rest !== 0;
    }
  }
  // In this order, so that no product but the last leaves the range of float64.
  const scale = factor * (weights ? weightScale : rows) * factor;
  // An ulp of a mean, and the rounding of a sum of what the mean leaves.
  const ulps = means.map((mean) => 2 ** -52 * (Math.abs(mean) + rows * largest) * factor);
  const meanError = center ? Math.hypot(...ulps) * Math.sqrt(total) : 0;
  return { high, low: any ? low : null, leftOut: Math.sqrt(square), meanError, scale };
}

/**
 * Weighted means, in two passes: the second, over what the first left, errs as the deviations do, and not as the means.
 * That of a constant column is the constant, so that nothing of it is left.
 */
function columnMeans({ rows, columns, data }: FeatureMatrix, weight: (k: number) => number): Float64Array {
  const means = new Float64Array(columns);
  for (let pass = 0; pass < 2; pass++) {
    const sums = new Float64Array(columns);
    let mass = 0;
    for (let k = 0; k < rows; k++) {
      const w = weight(k);
      mass += w;
      for (let j = 0; j < columns; j++) sums[j] += w * (data[k * columns + j] - means[j]);
    }
    sums.forEach((sum, j) => means[j] += sum / mass);
  }
  return means;
}
