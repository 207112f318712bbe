/**
 * Columns of matrices, whether the host holds them whole, or they are produced by rows or by
 * columns.
 *
 * @module
 */
import { ShapeError } from "../errors.ts";
import { type MatrixSource, type Tile, tileOf } from "./matrix_source.ts";

/** Bytes of columns that are kept of a matrix that gives only rows. */
const KEPT_BYTES = 2 ** 28;
/** Entries of such rows that are read in one go. */
const ROW_ENTRIES = 2 ** 22;

/** Reads blocks of columns of one matrix. */
export class ColumnReader {
  readonly #source: MatrixSource;
  readonly #keptBytes: number;
  /** Columns kept of a matrix that gives only rows, row-major. */
  #kept = new Float64Array(0);
  /** Index of the first kept column, and their number. */
  #first = 0;
  #count = 0;

  /**
   * Starts with no columns.
   *
   * @param source The matrix.
   * @param keptBytes Bytes of columns to keep, in double precision, of a matrix that gives only
   * rows. Default: 2²⁸, 256 MiB.
   */
  constructor(source: MatrixSource, keptBytes: number = KEPT_BYTES) {
    this.#source = source;
    this.#keptBytes = keptBytes;
  }

  /**
   * Reads columns.
   *
   * @param first Index of the first column.
   * @param count Number of columns.
   * @returns Row-major entries, `rows × count`, to be copied before the next call.
   * @throws {ShapeError} If the matrix gives too few or too many entries.
   */
  async read(first: number, count: number): Promise<Tile> {
    const source = this.#source, { rows, columns } = source;
    if ("data" in source) return cut(source.data, columns, { rows, first, count });
    if (source.columnTile) {
      const tile = await source.columnTile(first, count);
      if (tile.length === rows * count) return tile;
      throw new ShapeError(
        `columnTile(${first}, ${count}) gave ${tile.length} entries: give ${count} columns of ${rows} samples`,
      );
    }
    if (first < this.#first || first + count > this.#first + this.#count) await this.#keep(first, count);
    if (first === this.#first && count === this.#count) return this.#kept;
    return cut(this.#kept, this.#count, { rows, first: first - this.#first, count });
  }

  /** Reads all rows, and keeps as many columns of them as there is room for. */
  async #keep(first: number, least: number): Promise<void> {
    const source = this.#source, { rows, columns } = source;
    const room = Math.max(least, Math.floor(this.#keptBytes / (8 * rows)));
    const count = Math.min(columns - first, room);
    const step = Math.max(1, Math.floor(ROW_ENTRIES / columns));
    this.#kept = new Float64Array(rows * count);
    for (let row = 0; row < rows; row += step) {
      const height = Math.min(step, rows - row);
      const tile = await tileOf(source, row, height);
      this.#kept.set(cut(tile, columns, { rows: height, first, count }), row * count);
    }
    this.#first = first;
    this.#count = count;
  }
}

/** Some columns of rows, row-major. */
function cut(
  data: Tile,
  columns: number,
  { rows, first, count }: { readonly rows: number; readonly first: number; readonly count: number },
): Tile {
  if (count === columns) return data;
  const block = data instanceof Float32Array
    ? new Float32Array(rows * count)
    : new Float64Array(rows * count);
  for (let k = 0; k < rows; k++) {
    const from = k * columns + first;
    block.set(data.subarray(from, from + count), k * count);
  }
  return block;
}
