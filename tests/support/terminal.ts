// deno-lint-ignore-file no-control-regex
/**
 * A small emulator of a terminal, which shows what a program has drawn.
 *
 * @module
 */

/** A terminal. It throws at control sequences that it does not know. */
export class Emulator {
  #columns: number;
  readonly #rows: number;
  /** All lines, those that have left the screen at the top among them. */
  #lines: string[][] = [[]];
  #row = 0;
  #column = 0;
  /** Colours that were set. */
  readonly colors: Set<string> = new Set();
  /** Pictures that were shown at once. */
  pictures = 0;

  constructor(columns: number, rows: number) {
    this.#columns = columns;
    this.#rows = rows;
  }

  /** Lines from the first to the last, without blanks at their ends. */
  get lines(): string[] {
    return this.#lines.map((line) => Array.from(line, (character) => character ?? " ").join("").trimEnd());
  }

  /** Place of the cursor: its row among all lines, its column. */
  get cursor(): readonly [row: number, column: number] {
    return [this.#row, this.#column];
  }

  /** Makes the terminal narrower: lines that are too long are broken, as by most terminals. */
  narrow(columns: number): void {
    const lines: string[][] = [];
    let row = 0;
    for (const [i, line] of this.#lines.entries()) {
      if (i === this.#row) row = lines.length;
      for (let from = 0; from === 0 || from < line.length; from += columns) {
        lines.push(line.slice(from, from + columns));
      }
    }
    [this.#lines, this.#row, this.#columns] = [lines, row, columns];
  }

  /** Takes what a program writes. */
  write(text: string): void {
    for (const [whole, marks, name, character] of text.matchAll(/\x1b\[([?\d;]*)([A-Za-z])|([^])/gu)) {
      if (name === undefined) this.#put(character);
      else if (name === "A") this.#row = Math.max(this.#top, this.#row - Number(marks));
      else if (name === "K" && marks === "") this.#line.length = Math.min(this.#line.length, this.#column);
      // Deno itself clears its line before a program starts.
      else if (name === "G" && marks === "0") this.#column = 0;
      else if (name === "K" && marks === "2") this.#line.length = 0;
      else if (name === "J" && marks === "") {
        this.#line.length = Math.min(this.#line.length, this.#column);
        this.#lines.length = this.#row + 1;
      } else if (name === "m") this.colors.add(marks);
      else if (whole === "\x1b[?2026h") this.pictures++;
      else if (whole !== "\x1b[?2026l") throw new Error(`unknown sequence ${JSON.stringify(whole)}`);
    }
  }

  get #line(): string[] {
    return this.#lines[this.#row] ??= [];
  }

  /** First line that is on the screen. */
  get #top(): number {
    return Math.max(0, this.#lines.length - this.#rows);
  }

  #put(character: string): void {
    if (character === "\r") this.#column = 0;
    else if (character === "\n") [this.#row, this.#column] = [this.#row + 1, 0];
    else if (character < " ") throw new Error(`unknown character ${JSON.stringify(character)}`);
    else {
      if (this.#column === this.#columns) [this.#row, this.#column] = [this.#row + 1, 0];
      const line = this.#line;
      while (line.length < this.#column) line.push(" ");
      line[this.#column++] = character;
    }
    // The line that the cursor is in is there.
    this.#line;
  }
}
