/**
 * Rows of a matrix or of its transpose, some at a time.
 *
 * @module
 */
import { InputError } from "../../errors.ts";
import { isPromise } from "../../gpu/turns.ts";
import { type MatrixSource, type Tile, tileOf } from "../matrix_source.ts";

/** Entries that are asked for at once. */
const TILE = 2 ** 20;

/** Some rows. */
export interface RowTile {
  /** Index of the first. */
  readonly first: number;
  /** Their entries, row-major, or a promise of them; the next tile may overwrite them. */
  readonly tile: Tile | PromiseLike<Tile>;
}

/**
 * Reads a matrix by rows, or by columns as the rows of its transpose.
 *
 * @param source The matrix.
 * @param isTransposed Whether to read columns.
 * @returns All of them, in order.
 * @throws {InputError} If columns are to be read and the matrix gives none.
 */
export function* rowTiles(source: MatrixSource, isTransposed: boolean): Generator<RowTile, void, void> {
  const [rows, length] = isTransposed ? [source.columns, source.rows] : [source.rows, source.columns];
  const most = Math.max(1, Math.floor(TILE / length));
  for (let first = 0; first < rows; first += most) {
    const count = Math.min(most, rows - first);
    yield { first, tile: isTransposed ? columnsOf(source, first, count) : tileOf(source, first, count) };
  }
}

/** Columns as rows. */
function columnsOf(source: MatrixSource, first: number, count: number): Tile | PromiseLike<Tile> {
  const { rows } = source, isHeld = "data" in source;
  if (!isHeld && source.columnTile === undefined) {
    throw new InputError("a wide matrix without columnTile cannot be read by columns: give its transpose");
  }
  const block = isHeld ? source.data : source.columnTile!(first, count);
  const stride = isHeld ? source.columns : count, offset = isHeld ? first : 0;
  const transpose = (block: Tile) => {
    const out = new (block instanceof Float32Array ? Float32Array : Float64Array)(rows * count);
    for (let i = 0; i < rows; i++) {
      for (let j = 0; j < count; j++) out[j * rows + i] = block[i * stride + offset + j];
    }
    return out;
  };
  return isPromise(block) ? block.then(transpose) : transpose(block);
}
