/**
 * Prepares the entries of a matrix before they go to the GPU: takes means off, multiplies by roots
 * of weights and by powers of two.
 *
 * @module
 */
import { InputError } from "../../errors.ts";
import { checkSources, type MatrixSource, tileOf } from "../matrix_source.ts";
import type { PrepareOptions } from "./prepare_options.ts";

/** Root of the largest eigenvalue to be computed. */
const MOST = Math.sqrt(Number.MAX_VALUE);
/** Entries are scaled so that the largest is between 2^-SLACK and 2^SLACK: mostly, not at all. */
const SLACK = 10;

/**
 * Entries become (entry − origin) · factor · root, with the origin of their column and the root of
 * their row.
 */
export interface Preparation {
  /** What is taken off each column; `null` for nothing. */
  readonly origin: Float64Array | null;
  /** A power of two. */
  readonly factor: number;
  /** Root of the weight of row k, scaled; `null` for 1. */
  readonly root: ((k: number) => number) | null;
  /**
   * Looks at a tile before its entries are prepared.
   *
   * @param tile Entries, whole rows.
   * @param first Index of its first row.
   * @returns Power of two by which the factor changed, for what earlier tiles have left.
   * @throws {InputError} If an entry is not finite, or so large that float64 can not hold its
   * square.
   */
  look(tile: Float32Array | Float64Array, first: number): number;
}

/**
 * Counts the rows of a matrix that fit into memory.
 *
 * @param columns Number of columns.
 * @param bytes Bytes that they may take in double precision.
 * @returns Number of rows, at least 1.
 */
export function rowsWithin(columns: number, bytes: number): number {
  return Math.max(1, Math.floor(bytes / (8 * columns)));
}

/**
 * Restricts a preparation to some columns.
 *
 * @param preparation The preparation.
 * @param first Index of the first column.
 * @param count Number of columns.
 * @returns The preparation of a matrix of these columns.
 */
export function preparationOfColumns(preparation: Preparation, first: number, count: number): Preparation {
  const { origin, factor, root, look } = preparation;
  return { origin: origin && origin.subarray(first, first + count), factor, root, look };
}

/** A preparation that all entries were looked at for. */
export interface PlannedPreparation extends Preparation {
  /**
   * Bound on the Frobenius norm of what the rounding of means leaves in the entries; 0 where none
   * are taken off.
   */
  readonly meanBound: number;
  /** Factor from the weighted Gram matrix to that of the prepared entries. */
  readonly scale: number;
}

/**
 * Plans a preparation: entries become √w (entry − mean) 2^k, with k such that the largest is about
 * 1. It passes over all rows once, and three times more where means are taken off.
 *
 * @param source Features, a sample a row.
 * @param options Weights, centring.
 * @param tileRows Rows to look at in one go; {@linkcode rowsWithin} for wide matrices.
 * @returns The preparation.
 * @throws {ShapeError} If shapes do not fit together.
 * @throws {InputError} If an entry is not finite, or a weight is not a finite number above 0; if
 * eigenvalues could leave the range of float64.
 */
export function planPreparation(
  source: MatrixSource,
  { weights, center = false, mass = 1 }: PrepareOptions,
  tileRows: number,
): PlannedPreparation {
  checkSources([source], weights);
  const { rows, columns } = source;
  // The weights are scaled by a power of four at most, so that their roots are near 1.
  const heaviest = weights ? heaviestOf(weights) : 1;
  const weightScale = 4 ** Math.max(-500, Math.min(500, -Math.round(Math.log2(heaviest) / 2)));
  const weight = (k: number) => weights ? weights[k] * weightScale : 1;
  const tiles = function* () {
    for (let first = 0; first < rows; first += tileRows) {
      yield { first, data: tileOf(source, first, Math.min(tileRows, rows - first)) };
    }
  };
  const means = new Float64Array(columns);
  let total = 0;
  if (center) {
    for (const { first, data } of tiles()) largestOf(data, columns, first);
    total = takeMeans(means, tiles, weight);
  }
  let largest = 0;
  for (const { first, data } of tiles()) {
    largest = Math.max(largest, largestOf(data, columns, first, center ? means : null));
  }
  checkRange(largest, columns, weights ? heaviest * rows : mass);
  const exponent = largest > 0 ? -Math.floor(Math.log2(largest)) : 0;
  const factor = 2 ** Math.max(-1000, Math.min(1000, exponent));
  // An ulp of a mean, and the rounding of a sum of what the mean leaves.
  const ulps = means.map((mean) => 2 ** -52 * (Math.abs(mean) + rows * largest) * factor);
  return {
    origin: center ? means : null,
    root: (k) => Math.sqrt(weight(k)),
    factor,
    meanBound: center ? Math.hypot(...ulps) * Math.sqrt(total) : 0,
    // In this order, so that no product but the last leaves the range of float64.
    scale: factor * (weights ? weightScale : rows / mass) * factor,
    look: () => 1,
  };
}

/**
 * A preparation found while tiles are read, in a single pass: the power of two follows the largest
 * entry so far, and the first row is taken off where means are to be, which are then small.
 */
export class RunningPreparation implements Preparation {
  /** The first row, where it is taken off. */
  readonly origin: Float64Array | null;
  /** Roots are left to the GPU, which weights the sums. */
  readonly root = null;
  /** Largest magnitude so far, less the first row. */
  largest = 0;
  /** Power of two by which entries are scaled now. */
  exponent = 0;
  readonly #columns: number;
  readonly #mass: number;

  /**
   * Starts before the first row.
   *
   * @param columns Number of columns.
   * @param center Whether the first row is taken off.
   * @param mass Bound on the sum of the weights.
   */
  constructor(columns: number, center: boolean, mass: number) {
    this.origin = center ? new Float64Array(columns) : null;
    this.#columns = columns;
    this.#mass = mass;
  }

  /** Power of two by which entries are scaled now. */
  get factor(): number {
    return 2 ** this.exponent;
  }

  /**
   * Looks at a tile, and fits the power of two to its largest entry.
   *
   * @param tile Entries, whole rows.
   * @param first Index of its first row.
   * @returns Power of two by which the factor changed.
   */
  look(tile: Float32Array | Float64Array, first: number): number {
    if (first === 0) this.origin?.set(tile.subarray(0, this.#columns));
    const largest = largestOf(tile, this.#columns, first, this.origin);
    checkRange(largest, this.#columns, this.#mass);
    const before = this.exponent, isFirst = this.largest === 0;
    this.largest = Math.max(this.largest, largest);
    if (largest === 0 || !isFirst && largest * 2 ** before <= 2 ** SLACK) return 1;
    const exponent = -Math.floor(Math.log2(largest));
    this.exponent = Math.abs(exponent) < SLACK ? 0 : Math.max(-1000, Math.min(1000, exponent));
    return isFirst ? 1 : 2 ** (this.exponent - before);
  }
}

/**
 * Finds the heaviest weight.
 *
 * @param weights Weights.
 * @returns The largest of them.
 */
export function heaviestOf(weights: ArrayLike<number>): number {
  let most = 0;
  for (let k = 0; k < weights.length; k++) most = Math.max(most, weights[k]);
  return most;
}

function checkRange(largest: number, columns: number, mass: number): void {
  if (largest * Math.sqrt(columns * mass) < MOST) return;
  throw new InputError(
    `features as large as ${largest}: eigenvalues, of the size of their squares, leave the range of float64; ` +
      "scale them down",
  );
}

/** Largest magnitude of a tile's entries, less the origin; not a number where means overflowed. */
function largestOf(
  tile: Float32Array | Float64Array,
  columns: number,
  first: number,
  origin: Float64Array | null = null,
): number {
  let largest = 0;
  for (let start = 0; start < tile.length; start += columns) {
    for (let j = 0; j < columns; j++) {
      const size = Math.abs(origin ? tile[start + j] - origin[j] : tile[start + j]);
      if (size <= largest) continue;
      const value = tile[start + j];
      if (!Number.isFinite(value)) {
        throw new InputError(
          `the feature in row ${
            first + start / columns
          }, column ${j} (from 0) is ${value}: give finite numbers`,
        );
      }
      if (Number.isNaN(size)) return size;
      largest = size;
    }
  }
  return largest;
}

/**
 * Weighted means, in two passes: the second, over what the first left, errs as the deviations do,
 * and not as the means. That of a constant column is the constant, so that nothing of it is left.
 * Gives the sum of the weights.
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
