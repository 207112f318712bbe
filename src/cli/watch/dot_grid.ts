/**
 * Drawing with dots of braille characters: two by four in each.
 *
 * @module
 */

/** Bits of the dots of a character, row by row, as Unicode numbers them from U+2800 on. */
const BITS = [[0x01, 0x08], [0x02, 0x10], [0x04, 0x20], [0x40, 0x80]];

/** Dots of a character: in a row, and in a column. */
export const DOTS: { readonly across: number; readonly down: number } = { across: 2, down: 4 };

/** A grid of dots. The dot (0, 0) is at the top left. */
export class DotGrid {
  /** Characters in a row. */
  readonly columns: number;
  /** Rows of characters. */
  readonly rows: number;
  readonly #dots: Uint8Array;
  readonly #inks: Uint8Array;

  /**
   * Makes an empty grid.
   *
   * @param columns Characters in a row.
   * @param rows Rows of characters.
   */
  constructor(columns: number, rows: number) {
    this.columns = columns;
    this.rows = rows;
    this.#dots = new Uint8Array(columns * rows);
    this.#inks = new Uint8Array(columns * rows);
  }

  /**
   * Draws a straight line.
   *
   * @param from One end: its column and row in dots, rounded to whole dots.
   * @param to The other end.
   * @param ink Number of the colour; a character has that of its last dot.
   */
  line(
    from: readonly [x: number, y: number],
    to: readonly [x: number, y: number],
    ink: number,
  ): void {
    const x = Math.round(from[0]), y = Math.round(from[1]);
    const across = Math.round(to[0]) - x, down = Math.round(to[1]) - y;
    const pieces = Math.max(Math.abs(across), Math.abs(down), 1);
    for (let i = 0; i <= pieces; i++) {
      this.#set(x + Math.round(across * i / pieces), y + Math.round(down * i / pieces), ink);
    }
  }

  #set(x: number, y: number, ink: number): void {
    const column = Math.floor(x / DOTS.across), row = Math.floor(y / DOTS.down);
    if (column < 0 || column >= this.columns || row < 0 || row >= this.rows) return;
    this.#dots[row * this.columns + column] |= BITS[y % DOTS.down][x % DOTS.across];
    this.#inks[row * this.columns + column] = ink;
  }

  /**
   * Writes a row.
   *
   * @param row The row, from 0.
   * @param paint Colours a text by the number of a colour.
   * @param isFull Whether to write the blanks after the last dot.
   * @returns Its characters: blanks where there is no dot.
   */
  text(row: number, paint: (text: string, ink: number) => string, isFull: boolean): string {
    let text = "", run = "", ink = 0;
    const end = () => {
      text += run.trim() === "" ? run : paint(run, ink);
      run = "";
    };
    const from = row * this.columns, dots = this.#dots.subarray(from, from + this.columns);
    const length = dots.findLastIndex((dot) => dot !== 0) + 1;
    for (let column = 0; column < length; column++) {
      if (dots[column] !== 0 && this.#inks[from + column] !== ink) {
        end();
        ink = this.#inks[from + column];
      }
      run += dots[column] === 0 ? " " : String.fromCharCode(0x2800 + dots[column]);
    }
    end();
    return isFull ? text + " ".repeat(this.columns - length) : text;
  }
}
