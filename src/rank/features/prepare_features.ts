/**
 * Feature matrices from the host made ready for the GPU: weighted, centred, scaled, split into single words.
 *
 * @module
 */
import { InputError, ShapeError } from "../../errors.ts";
import {
  checkWeights,
  type FeatureSource,
  type HeldFeatures,
  tileOf,
} from "../../linalg/gram/feature_tiles.ts";

/** Root of the largest eigenvalue to be computed. */
const MOST = Math.sqrt(Number.MAX_VALUE);

/** Features of a set of samples: Φ, row-major `rows × columns`, a sample a row, a neuron a column. */
export type FeatureMatrix = HeldFeatures;

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
  readonly meanBound: number;
  /** Factor from M to the Gram matrix of the prepared features. */
  readonly scale: number;
}

/** What is done to the entries of a feature matrix, tile by tile: they become √w (φ − mean) · factor. */
export interface FeaturePlan {
  /** Weighted means of the columns; zeros where they are not taken off. */
  readonly means: Float64Array;
  /** Root of the weight of sample k, scaled. */
  readonly root: (k: number) => number;
  /** A power of two. */
  readonly factor: number;
  /** See {@linkcode PreparedFeatures.meanBound}. */
  readonly meanBound: number;
  /** Factor from M to the Gram matrix of what becomes of the entries. */
  readonly scale: number;
}

/** Entries made ready, in two words. */
export interface PreparedEntries {
  /** The entries rounded to single precision. */
  readonly high: Float32Array;
  /** What rounding left out, rounded to single precision. */
  readonly low: Float32Array;
  /** Sum of the squares of what `high` left out. */
  readonly square: number;
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
  const plan = planFeatures(features, options, features.rows);
  const { high, low, square } = prepareEntries(plan, features.data, features.columns, 0);
  const { meanBound, scale } = plan;
  const any = square > 0 || low.some((value) => value !== 0);
  return { high, low: any ? low : null, leftOut: Math.sqrt(square), meanBound, scale };
}

/**
 * Looks at all features, and finds what is to be done to them.
 *
 * @param features Features; those that are streamed are asked for once, and twice more for their means.
 * @param options Weights, centring.
 * @param tileRows Rows to look at in one go.
 * @returns The plan.
 * @throws {ShapeError} As {@linkcode prepareFeatures}.
 * @throws {InputError} As {@linkcode prepareFeatures}.
 */
export function planFeatures(
  features: FeatureSource,
  options: PrepareOptions,
  tileRows: number,
): FeaturePlan {
  const { rows, columns } = features;
  const { weights, center = false } = options;
  if (!(rows >= 1 && columns >= 1) || "data" in features && features.data.length !== rows * columns) {
    const entries = "data" in features ? features.data.length : "any";
    throw new ShapeError(
      `${entries} entries for ${rows} samples of ${columns} features: give rows × columns`,
    );
  }
  if (weights) checkWeights(weights, rows);

  // The weights are scaled by a power of four at most, so that their roots are near 1.
  const heaviest = weights
    ? Array.prototype.reduce.call(weights, (a, b) => Math.max(Number(a), b), 0) as number
    : 1;
  const weightScale = 4 ** Math.max(-500, Math.min(500, -Math.round(Math.log2(heaviest) / 2)));
  const weight = (k: number) => weights ? weights[k] * weightScale : 1;
  const tiles = function* () {
    for (let first = 0; first < rows; first += tileRows) {
      yield { first, data: tileOf(features, first, Math.min(tileRows, rows - first)) };
    }
  };
  const means = new Float64Array(columns);
  let total = 0;
  if (center) {
    for (const { first, data } of tiles()) checkFinite(data, columns, first);
    total = takeMeans(means, tiles, weight);
  }
  let largest = 0;
  for (const { first, data } of tiles()) {
    checkFinite(data, columns, first);
    for (let e = 0, j = 0; e < data.length; e++) {
      largest = Math.max(largest, Math.abs(data[e] - means[j]));
      j = j + 1 === columns ? 0 : j + 1;
    }
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
  // An ulp of a mean, and the rounding of a sum of what the mean leaves.
  const ulps = means.map((mean) => 2 ** -52 * (Math.abs(mean) + rows * largest) * factor);
  return {
    means,
    root: (k) => Math.sqrt(weight(k)),
    factor,
    meanBound: center ? Math.hypot(...ulps) * Math.sqrt(total) : 0,
    // In this order, so that no product but the last leaves the range of float64.
    scale: factor * (weights ? weightScale : rows) * factor,
  };
}

/**
 * Makes a tile of rows ready.
 *
 * @param plan What to do.
 * @param data Entries, row-major, whole rows.
 * @param columns Number of columns.
 * @param first Index of the first row.
 * @returns The entries.
 */
export function prepareEntries(
  { means, root, factor }: FeaturePlan,
  data: Float32Array | Float64Array,
  columns: number,
  first: number,
): PreparedEntries {
  const high = new Float32Array(data.length), low = new Float32Array(data.length);
  let square = 0;
  for (let start = 0, k = first; start < data.length; start += columns, k++) {
    const weight = root(k);
    for (let j = 0; j < columns; j++) {
      const i = start + j;
      const x = (data[i] - means[j]) * factor * weight;
      high[i] = x;
      const rest = x - high[i];
      low[i] = rest;
      square += rest * rest;
    }
  }
  return { high, low, square };
}

function checkFinite(data: Float32Array | Float64Array, columns: number, first: number): void {
  const bad = data.findIndex((value) => !Number.isFinite(value));
  if (bad < 0) return;
  throw new InputError(
    `the feature in row ${first + Math.floor(bad / columns)}, column ${bad % columns} (from 0) is ${
      data[bad]
    }: give finite numbers`,
  );
}

/**
 * Weighted means, in two passes: the second, over what the first left, errs as the deviations do, and not as the means.
 * That of a constant column is the constant, so that nothing of it is left. Gives the sum of the weights.
 */
function takeMeans(
  means: Float64Array,
  tiles: () => Iterable<{ first: number; data: Float32Array | Float64Array }>,
  weight: (k: number) => number,
): number {
  const columns = means.length;
  let mass = 0;
  for (let pass = 0; pass < 2; pass++) {
    const sums = new Float64Array(columns);
    mass = 0;
    for (const { first, data } of tiles()) {
      for (let start = 0, k = first; start < data.length; start += columns, k++) {
        const w = weight(k);
        mass += w;
        for (let j = 0; j < columns; j++) sums[j] += w * (data[start + j] - means[j]);
      }
    }
    sums.forEach((sum, j) => means[j] += sum / mass);
  }
  return mass;
}
