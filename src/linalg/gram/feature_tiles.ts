/**
 * Features from the host in tiles of rows: checked, scaled, and laid out for the GPU.
 *
 * @module
 */
import { InputError, ShapeError } from "../../errors.ts";

/** Features that the host holds. */
export interface HeldFeatures {
  /** Number of samples m. */
  readonly rows: number;
  /** Number of features n. */
  readonly columns: number;
  /** Row-major entries, a sample a row. */
  readonly data: Float32Array | Float64Array;
}

/** Features that nobody holds: they are asked for, some rows at a time. */
export interface StreamedFeatures {
  /** Number of samples m. */
  readonly rows: number;
  /** Number of features n. */
  readonly columns: number;
  /**
   * Gives rows, in order from the first to the last; from the first again where features are centred.
   *
   * @param first Index of the first row.
   * @param count Number of rows.
   * @returns Row-major entries, `count × columns`; they are copied before the next call.
   */
  tile(first: number, count: number): Float32Array | Float64Array;
}

/** Features of a set of samples. */
export type FeatureSource = HeldFeatures | StreamedFeatures;

/**
 * That there is a weight for each sample, and that they are weights.
 *
 * @param weights Weights.
 * @param rows Number of samples.
 * @throws {ShapeError} Where there are more or fewer.
 * @throws {InputError} Where one is not a finite number above 0.
 */
export function checkWeights(weights: ArrayLike<number>, rows: number): void {
  if (weights.length !== rows) {
    throw new ShapeError(`${weights.length} weights for ${rows} samples: give one for each`);
  }
  for (let k = 0; k < rows; k++) {
    if (!(weights[k] > 0 && weights[k] < Infinity)) {
      throw new InputError(`weight ${k} (from 0) is ${weights[k]}: give finite numbers above 0`);
    }
  }
}

/** How tiles lie in the words that go to the GPU. */
export interface TileLayout {
  /** Rows of a tile, but for the last. */
  readonly rows: number;
  /** Words an entry: 1 for single precision, 2 for double-single. */
  readonly words: 1 | 2;
  /** Entries from one row to the next. */
  readonly stride: number;
  /** Whether the first row is taken off all rows. */
  readonly fromFirst: boolean;
}

/** Root of the largest eigenvalue to be computed. */
const MOST = Math.sqrt(Number.MAX_VALUE);
/** Features are scaled so that the largest is between 2^-SLACK and 2^SLACK: mostly, not at all. */
const SLACK = 10;

/** The tiles of a batch of features of one shape. */
export class FeatureTiles {
  /** The tile that was read last: for each matrix `layout.rows` rows, what pads is 0. */
  readonly words: Float32Array;
  /** Words of a row. */
  readonly rowWords: number;
  /** Whether entries of a matrix were rounded to single words. */
  readonly rounded: boolean[];
  /** Largest magnitude of each matrix so far, the first row taken off where it is. */
  readonly largest: number[];
  /** Each matrix is scaled by two to this power: as the largest entry so far asks for. */
  readonly exponents: number[];
  readonly #sources: readonly FeatureSource[];
  readonly #layout: TileLayout;
  readonly #mass: number;
  readonly #firsts: Float64Array[];

  /**
   * Makes room for tiles.
   *
   * @param sources Features of one shape.
   * @param layout How to lay out tiles.
   * @param mass Bound on the sum of the weights.
   */
  constructor(sources: readonly FeatureSource[], layout: TileLayout, mass: number) {
    this.#sources = sources;
    this.#layout = layout;
    this.#mass = mass;
    this.#firsts = sources.map(({ columns }) => new Float64Array(columns));
    this.rowWords = layout.stride * layout.words;
    this.words = new Float32Array(sources.length * layout.rows * this.rowWords);
    this.rounded = sources.map(() => false);
    this.largest = sources.map(() => 0);
    this.exponents = sources.map(() => 0);
  }

  /**
   * Reads the next tile of all matrices into {@linkcode FeatureTiles.words}.
   *
   * @param first Its first row.
   * @param count Number of rows.
   * @returns For each matrix the power of two by which it is scaled from now on, relative to before.
   * @throws {ShapeError} Where a source gives too few or too many entries.
   * @throws {InputError} Where an entry is not finite, or so large that float64 can not hold its square.
   */
  read(first: number, count: number): number[] {
    return this.#sources.map((source, index) => {
      const tile = tileOf(source, first, count);
      const { columns } = source;
      const origin = this.#firsts[index];
      if (this.#layout.fromFirst && first === 0) origin.set(tile.subarray(0, columns));
      const largest = largestOf(tile, columns, first, this.#layout.fromFirst ? origin : null);
      if (!(largest * Math.sqrt(columns * this.#mass) < MOST)) {
        throw new InputError(
          `features as large as ${largest}: eigenvalues, of the size of their squares, leave the range of float64; ` +
            "scale them down",
        );
      }
      const factor = this.#fit(index, largest);
      this.#place(index, tile);
      return factor;
    });
  }

  /** Fits the scale to a tile's largest entry. */
  #fit(index: number, largest: number): number {
    const before = this.exponents[index], isFirst = this.largest[index] === 0;
    this.largest[index] = Math.max(this.largest[index], largest);
    if (largest === 0 || !isFirst && largest * 2 ** before <= 2 ** SLACK) return 1;
    const exponent = -Math.floor(Math.log2(largest));
    const within = Math.abs(exponent) < SLACK ? 0 : Math.max(-1000, Math.min(1000, exponent));
    this.exponents[index] = within;
    return isFirst ? 1 : 2 ** (within - before);
  }

  #place(index: number, tile: Float32Array | Float64Array): void {
    const { words, rows, stride, fromFirst } = this.#layout;
    const { columns } = this.#sources[index];
    const scale = 2 ** this.exponents[index];
    const origin = this.#firsts[index], out = this.words;
    let at = index * rows * stride * words;
    if (words === 1) this.rounded[index] ||= tile instanceof Float64Array;
    if (words === 1 && scale === 1 && stride === columns) {
      out.set(tile, at);
      return;
    }
    for (let start = 0; start < tile.length; start += columns, at += stride * words) {
      for (let j = 0; j < columns; j++) {
        const x = (fromFirst ? tile[start + j] - origin[j] : tile[start + j]) * scale;
        if (words === 1) {
          out[at + j] = x;
        } else {
          const high = Math.fround(x);
          out[at + 2 * j] = high;
          out[at + 2 * j + 1] = x - high;
        }
      }
    }
  }
}

/**
 * Rows of features.
 *
 * @param source The features.
 * @param first Index of the first row.
 * @param count Number of rows.
 * @returns Their entries, row-major.
 * @throws {ShapeError} Where features that are asked for come in another number.
 */
export function tileOf(source: FeatureSource, first: number, count: number): Float32Array | Float64Array {
  const { columns } = source;
  if ("data" in source) return source.data.subarray(first * columns, (first + count) * columns);
  const tile = source.tile(first, count);
  if (tile.length !== count * columns) {
    throw new ShapeError(
      `tile(${first}, ${count}) gave ${tile.length} entries: give ${count} rows of ${columns} features`,
    );
  }
  return tile;
}

/** Largest magnitude of a tile's entries, or of what they are from `origin`. */
function largestOf(
  tile: Float32Array | Float64Array,
  columns: number,
  first: number,
  origin: Float64Array | null,
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
      largest = size;
    }
  }
  return largest;
}
