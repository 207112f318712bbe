/**
 * Prepares the entries of a matrix before they go to the GPU: takes means off, multiplies by roots
 * of weights and by powers of two.
 *
 * @module
 */
import { InputError } from "../../errors.ts";
import type { WorkOptions } from "../../gpu/paced_commands.ts";
import { inTurns, settled, type Steps } from "../../gpu/turns.ts";
import { checkSources, type MatrixSource, tileOf } from "../matrix_source.ts";
import { exponentOf } from "../rounding.ts";
import { heaviestOf, type Means, meansOf, type Origin } from "./means.ts";
import type { PrepareOptions } from "./prepare_options.ts";

/** Root of the largest eigenvalue to be computed, with room for its bound. */
const MOST = Math.sqrt(Number.MAX_VALUE / 2);
/** Entries are scaled so that the largest is between 2^-SLACK and 2^SLACK: mostly, not at all. */
const SLACK = 10;

/**
 * Entries become (entry − origin) · factor · root, with the origin of their column and the root of
 * their row.
 */
export interface Preparation {
  /** What is taken off each column; `null` for nothing. */
  readonly origin: Origin | null;
  /** A power of two. */
  readonly factor: number;
  /** Root of the weight of row k; `null` for 1. */
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
  const part = (word: Float64Array) => word.subarray(first, first + count);
  return { origin: origin && { high: part(origin.high), low: part(origin.low) }, factor, root, look };
}

/**
 * A preparation that all entries were looked at for. The Gram matrix of the prepared entries is
 * `mass` · 2^`exponent` times the weighted one. The two are kept apart, since their product may be
 * beyond float64 where the Gram matrix is not.
 */
export interface PlannedPreparation extends Preparation {
  /**
   * Bound on the Frobenius norm of what the rounding of means leaves in the entries; 0 where none
   * are taken off.
   */
  readonly meanBound: number;
  /** Samples per unit of volume where there are no weights, rounded once; else 1. */
  readonly mass: number;
  /** Exponent of a power of two. */
  readonly exponent: number;
  /** Whether all entries are exactly 0, less the means. */
  readonly isZero: boolean;
}

/**
 * Plans a preparation: entries become √w (entry − mean) 2^k, with k such that the largest is about
 * 1. It passes over all rows once, and three times more where means are taken off.
 *
 * @param source Features, a sample a row.
 * @param options Weights, centring.
 * @param tileRows Rows to look at in one go; {@linkcode rowsWithin} for wide matrices.
 * @returns The preparation, after a step for each tile of a pass.
 * @throws {ShapeError} If shapes do not fit together.
 * @throws {InputError} If an entry is not finite, or a weight is not a finite number above 0; if
 * eigenvalues could leave the range of float64.
 */
export function* planPreparation(
  source: MatrixSource,
  { weights, center = false, volume = 1 }: PrepareOptions,
  tileRows: number,
): Steps<PlannedPreparation> {
  checkSources([source], weights);
  const { rows, columns } = source;
  const tiles = function* () {
    for (let first = 0; first < rows; first += tileRows) {
      yield { first, data: tileOf(source, first, Math.min(tileRows, rows - first)) };
    }
  };
  const root = weights ? (k: number) => Math.sqrt(weights[k]) : null;
  let means: Means | null = null;
  if (center) {
    const sizes = new Float64Array(columns);
    for (const { first, data } of tiles()) {
      yield void largestOf(yield* settled(data), { columns, first, sizes });
    }
    means = yield* meansOf(tiles, sizes, weights);
  }
  const origin = means?.origin ?? null;
  let largest = 0;
  for (const { first, data } of tiles()) {
    largest = Math.max(largest, largestOf(yield* settled(data), { columns, first, origin, root }));
    yield;
  }
  checkRange(largest, columns * (weights ? rows : volume));
  const exponent = largest > 0 ? Math.max(-1023, Math.min(1023, -exponentOf(largest))) : 0;
  return {
    origin,
    root,
    factor: 2 ** exponent,
    meanBound: means ? means.bound(exponent) : 0,
    mass: weights ? 1 : rows / volume,
    exponent: 2 * exponent,
    isZero: largest === 0,
    look: () => 1,
  };
}

/**
 * Plans the preparations of several matrices, in turns with the event loop.
 *
 * @param sources Features of one shape.
 * @param options Weights, centring.
 * @param tileRows Rows to look at in one go.
 * @param work Signal to stop.
 * @returns The preparations, as {@linkcode planPreparation} plans them.
 */
export async function planPreparations(
  sources: readonly MatrixSource[],
  options: PrepareOptions,
  tileRows: number,
  work: WorkOptions,
): Promise<PlannedPreparation[]> {
  const plans: PlannedPreparation[] = [];
  for (const source of sources) plans.push(await inTurns(planPreparation(source, options, tileRows), work));
  return plans;
}

/**
 * A preparation found while tiles are read, in a single pass: the power of two follows the largest
 * entry so far, and the first row is taken off where means are to be, which are then small.
 */
export class RunningPreparation implements Preparation {
  /** The first row, where it is taken off. */
  readonly origin: Origin | null;
  /** Roots are left to the GPU, which weights the sums. */
  readonly root = null;
  /** Largest magnitude so far, less the first row. */
  largest = 0;
  /** Power of two by which entries are scaled now. */
  exponent = 0;
  readonly #columns: number;
  readonly #root: number;
  readonly #terms: number;

  /**
   * Starts before the first row.
   *
   * @param columns Number of columns.
   * @param center Whether the first row is taken off.
   * @param options Weights of the rows, or their sum.
   */
  constructor(columns: number, center: boolean, { weights, volume = 1 }: PrepareOptions = {}) {
    this.origin = center ? { high: new Float64Array(columns), low: new Float64Array(columns) } : null;
    this.#columns = columns;
    this.#root = weights ? Math.sqrt(heaviestOf(weights)) : 1;
    this.#terms = columns * (weights?.length ?? volume);
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
    if (first === 0) this.origin?.high.set(tile.subarray(0, this.#columns));
    const largest = largestOf(tile, { columns: this.#columns, first, origin: this.origin });
    checkRange(largest * this.#root, this.#terms);
    const before = this.exponent, isFirst = this.largest === 0;
    this.largest = Math.max(this.largest, largest);
    if (largest === 0 || !isFirst && largest * 2 ** before <= 2 ** SLACK) return 1;
    const exponent = -exponentOf(largest);
    this.exponent = Math.abs(exponent) < SLACK ? 0 : Math.max(-1023, Math.min(1023, exponent));
    return isFirst ? 1 : 2 ** (this.exponent - before);
  }
}

/** Checks that eigenvalues, at most `terms` squares of the largest entry, are in range. */
function checkRange(largest: number, terms: number): void {
  if (largest * Math.sqrt(terms) < MOST) return;
  throw new InputError(
    `features as large as ${largest}: eigenvalues, of the size of their squares, leave the range of float64; ` +
      "scale them down",
  );
}

/** How to look at a tile. */
interface Look {
  readonly columns: number;
  readonly first: number;
  /** What is taken off. Default: nothing. */
  readonly origin?: Origin | null;
  /** Root of the weight of a row. Default: 1. */
  readonly root?: ((k: number) => number) | null;
  /** Receives the largest magnitude of each column so far, as given. */
  readonly sizes?: Float64Array;
}

/**
 * Largest magnitude of a tile's entries, less the origin, times the roots; infinite where means
 * overflowed. It is above 0 if an entry is, however small.
 */
function largestOf(
  tile: Float32Array | Float64Array,
  { columns, first, origin = null, root = null, sizes }: Look,
): number {
  if (!origin && !root && !sizes) {
    const size = largestMagnitude(tile);
    if (size < Infinity) return size;
  }
  let largest = 0;
  for (let start = 0, k = first; start < tile.length; start += columns, k++) {
    let most = 0;
    for (let j = 0; j < columns; j++) {
      const value = tile[start + j];
      const size = Math.abs(origin ? value - origin.high[j] - origin.low[j] : value);
      if (sizes && size > sizes[j]) sizes[j] = size;
      if (size <= most) continue;
      if (!Number.isFinite(value)) {
        throw new InputError(
          `the feature in row ${k}, column ${j} (from 0) is ${value}: give finite numbers`,
        );
      }
      if (Number.isNaN(size)) return Infinity;
      most = size;
    }
    if (most > 0) largest = Math.max(largest, root ? most * root(k) : most, Number.MIN_VALUE);
  }
  return largest;
}

/**
 * Largest magnitude of entries; NaN if one is. Two maxima at a time take half as long as one, for
 * which each step waits.
 */
function largestMagnitude(tile: Float32Array | Float64Array): number {
  let even = 0, odd = 0;
  const last = tile.length - tile.length % 2;
  for (let i = 0; i < last; i += 2) {
    even = Math.max(even, Math.abs(tile[i]));
    odd = Math.max(odd, Math.abs(tile[i + 1]));
  }
  return Math.max(even, odd, last < tile.length ? Math.abs(tile[last]) : 0);
}
