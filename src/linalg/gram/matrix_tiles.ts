/**
 * Matrices in tiles of rows: read, checked, prepared, and laid out in the words that go to the GPU.
 *
 * @module
 */
import { ColumnReader } from "../column_reader.ts";
import { type MatrixSource, tileOf } from "../matrix_source.ts";
import { type Preparation, preparationOfColumns } from "./preparation.ts";

/** How tiles lie in the words that go to the GPU. */
export interface TileLayout {
  /** Rows of a tile, but for the last. */
  readonly rows: number;
  /** Words an entry: 1 for single precision, 2 for double-single. */
  readonly words: 1 | 2;
  /** Entries from one row to the next. */
  readonly stride: number;
  /**
   * Whether the matrices are transposed: a row of a tile is a column of the source. Default: false.
   */
  readonly transposed?: boolean;
}

/** Where the words of prepared entries go. */
export interface Words {
  /** Words of the entries rounded to single precision. */
  readonly high: Float32Array;
  /** Words of what that leaves out, at the same places; `null` where it is not kept. */
  readonly low: Float32Array | null;
  /** Place of the first word. */
  readonly at: number;
  /** Words from one entry to the next of its row. */
  readonly step: number;
  /** Words from one row to the next. */
  readonly stride: number;
}

/**
 * Prepares a tile of rows and splits its entries into words.
 *
 * @param tile Entries, row-major, whole rows.
 * @param preparation What is done to them.
 * @param shape Number of columns, and index of the first row.
 * @param to Where they go.
 * @returns Sum of the squares of what the high words left out.
 */
export function splitEntries(
  tile: Float32Array | Float64Array,
  { origin, factor, root }: Preparation,
  { columns, first }: { readonly columns: number; readonly first: number },
  to: Words,
): number {
  const { high, low, step, stride } = to;
  if (tile instanceof Float32Array && !origin && !root && !low && stride === columns) {
    return scaleEntries(tile, factor, high.subarray(to.at, to.at + tile.length));
  }
  let square = 0, at = to.at;
  for (let start = 0, k = first; start < tile.length; start += columns, k++, at += stride) {
    const weight = root ? root(k) : 1;
    for (let j = 0, word = at; j < columns; j++, word += step) {
      const x = (origin ? tile[start + j] - origin.high[j] - origin.low[j] : tile[start + j]) * factor *
        weight;
      const rounded = Math.fround(x), rest = x - rounded;
      high[word] = rounded;
      if (low) low[word] = rest;
      square += rest * rest;
    }
  }
  return square;
}

/**
 * Scales entries in single precision: the ordinary case, which large files wait for. A loop of its
 * own takes a third of the time of the one above. Gives the sum of the squares of what is rounded
 * off, where entries become subnormal.
 */
function scaleEntries(tile: Float32Array, factor: number, high: Float32Array): number {
  if (factor === 1) {
    high.set(tile);
    return 0;
  }
  // Upwards nothing is rounded off: the largest entry becomes about 1.
  if (factor > 1) {
    for (let i = 0; i < tile.length; i++) high[i] = tile[i] * factor;
    return 0;
  }
  let square = 0;
  for (let i = 0; i < tile.length; i++) {
    const x = tile[i] * factor, rounded = Math.fround(x), rest = x - rounded;
    high[i] = rounded;
    square += rest * rest;
  }
  return square;
}

/** Tiles of a batch of matrices of one shape. */
export class MatrixTiles {
  /** The tile that was read last: for each matrix `layout.rows` rows, with 0 for padding. */
  readonly words: Float32Array;
  /** Words of a row. */
  readonly rowWords: number;
  /** For each matrix Σ of the squares that rounding to high words left out, in the pass so far. */
  readonly squares: Float64Array;
  /** Whether entries of each matrix came in double precision. */
  readonly isDouble: boolean[];
  readonly #sources: readonly MatrixSource[];
  readonly #preparations: readonly Preparation[];
  readonly #layout: TileLayout;
  /** Readers of columns, where matrices are transposed. */
  readonly #readers: readonly ColumnReader[] | null;

  /**
   * Makes room for a tile.
   *
   * @param sources Matrices of one shape.
   * @param preparations What is done to the entries of each, whose columns are those of the source.
   * @param layout How to lay out tiles.
   */
  constructor(
    sources: readonly MatrixSource[],
    preparations: readonly Preparation[],
    layout: TileLayout,
  ) {
    this.#sources = sources;
    this.#preparations = preparations;
    this.#layout = layout;
    this.#readers = layout.transposed ? sources.map((source) => new ColumnReader(source)) : null;
    this.rowWords = layout.stride * layout.words;
    this.words = new Float32Array(sources.length * layout.rows * this.rowWords);
    this.squares = new Float64Array(sources.length);
    this.isDouble = sources.map(() => false);
  }

  /**
   * Reads the next tile of all matrices into {@linkcode MatrixTiles.words}.
   *
   * @param first Its first row; 0 starts a pass.
   * @param count Number of rows.
   * @returns For each matrix the power of two by which it is scaled from now on, relative to
   * before.
   * @throws {ShapeError} If a source gives too few or too many entries.
   * @throws {InputError} If an entry is not finite, or so large that float64 can not hold its
   * square.
   */
  async read(first: number, count: number): Promise<number[]> {
    if (first === 0) this.squares.fill(0);
    const { rows, words } = this.#layout;
    const changes: number[] = [];
    for (const [index, source] of this.#sources.entries()) {
      const to = {
        high: this.words,
        low: words === 2 ? this.words.subarray(1) : null,
        at: index * rows * this.rowWords,
      };
      const preparation = this.#preparations[index];
      if (this.#readers) {
        const tile = await this.#readers[index].read(first, count);
        const ofColumns = preparationOfColumns(preparation, first, count);
        const places = { ...to, step: this.rowWords, stride: words };
        this.squares[index] += splitEntries(tile, ofColumns, { columns: count, first: 0 }, places);
        this.isDouble[index] ||= tile instanceof Float64Array;
        changes.push(1);
        continue;
      }
      const tile = await tileOf(source, first, count);
      const change = preparation.look(tile, first);
      const shape = { columns: source.columns, first };
      const places = { ...to, step: words, stride: this.rowWords };
      this.squares[index] += splitEntries(tile, preparation, shape, places);
      this.isDouble[index] ||= tile instanceof Float64Array;
      changes.push(change);
    }
    return changes;
  }
}
