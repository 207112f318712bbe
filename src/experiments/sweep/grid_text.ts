/**
 * The text of a grid: `width=20,50,100 learningRate=1e-3,1e-2 seed=0..9`.
 *
 * @module
 */
import { isDecimal } from "../../cli/parse_number.ts";
import { InputError } from "../../errors.ts";
import { quoted, shown } from "../../format.ts";
import { MOST_TRIALS } from "./limits.ts";
import type { TrialValue } from "./trial.ts";

/** Values of options by their names, as a text or a file gives them, not yet checked. */
export type GridValues = Readonly<Record<string, readonly TrialValue[]>>;

/** A word ends at a blank, a comma, an equals sign or a quote. */
const WORD = /[^\s,="']+/y;
const BLANK = /\s*/y;
const QUOTED = /"([^"]*)"|'([^']*)'/y;
const RANGE = /^(\d+)\.\.(\d+)(?::(\d+))?$/;

/** Reads a text from left to right. */
class Reader {
  readonly #text: string;
  readonly #what: string;
  #at = 0;

  constructor(text: string, what: string) {
    this.#text = text;
    this.#what = what;
  }

  get isAtEnd(): boolean {
    this.#match(BLANK);
    return this.#at === this.#text.length;
  }

  /** Takes a mark if it is the next, blanks before it apart. */
  takes(mark: string): boolean {
    this.#match(BLANK);
    if (this.#text[this.#at] !== mark) return false;
    this.#at++;
    return true;
  }

  /** Takes a word, blanks before it apart. */
  word(): string | undefined {
    this.#match(BLANK);
    return this.#match(WORD)?.[0];
  }

  /** Takes a text in quotes, blanks before it apart. */
  quoted(): string | undefined {
    this.#match(BLANK);
    const found = this.#match(QUOTED);
    if (!found && /["']/.test(this.#text[this.#at] ?? "")) {
      throw this.error(`the quote ${this.#text[this.#at]} is not closed`);
    }
    return found && (found[1] ?? found[2]);
  }

  /** Describes a mistake at the present place. */
  error(problem: string): InputError {
    const before = this.#text.slice(Math.max(0, this.#at - 24), this.#at).trim();
    const where = before === "" ? "at its start" : `at character ${this.#at + 1}, after ${quote(before)}`;
    return new InputError(`${this.#what}: ${problem} ${where}`);
  }

  #match(pattern: RegExp): RegExpExecArray | undefined {
    pattern.lastIndex = this.#at;
    const found = pattern.exec(this.#text) ?? undefined;
    if (found) this.#at = pattern.lastIndex;
    return found;
  }
}

const quote = (text: string) => quoted(text, 60);

/**
 * Reads a grid. Entries are separated by blanks, values by commas. A value is a number, a word, a
 * text in quotes, or a range of whole numbers, `0..9` or `0..100:10`, whose ends belong to it.
 *
 * @param text The grid.
 * @param what What it is, for errors. Default: `--grid`.
 * @returns The values by their keys, in order. Numbers and the words true and false are values of
 * these types unless they are in quotes.
 * @throws {InputError} If it is no grid; the line names the place.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { parseGrid } from "./grid_text.ts";
 *
 * assert.deepEqual(parseGrid('width=20,50 layers="8,8" seed=0..2'), {
 *   width: [20, 50],
 *   layers: ["8,8"],
 *   seed: [0, 1, 2],
 * });
 * ```
 */
export function parseGrid(text: string, what = "--grid"): GridValues {
  const reader = new Reader(text, what), grid = new Map<string, readonly TrialValue[]>();
  while (!reader.isAtEnd) {
    const key = reader.word();
    if (key === undefined) throw reader.error("a name is missing: give name=value,value");
    if (grid.has(key)) throw reader.error(`${shown(key)} is there twice: put its values into one list`);
    if (!reader.takes("=")) {
      throw reader.error(`${shown(key)} has no values: give ${shown(key, 30)}=value,value`);
    }
    grid.set(key, readValues(reader));
  }
  if (grid.size === 0) throw new InputError(`${what} is empty: give name=value,value, as in seed=0..9`);
  return Object.fromEntries(grid);
}

/**
 * Reads the values of one key, as {@linkcode parseGrid} does.
 *
 * @param text Values, separated by commas.
 * @param what What they are, for errors.
 * @returns The values.
 * @throws {InputError} If it is no list of values.
 */
export function parseValues(text: string, what: string): readonly TrialValue[] {
  const reader = new Reader(text, what), values = readValues(reader);
  if (!reader.isAtEnd) throw reader.error("a comma is missing");
  return values;
}

function readValues(reader: Reader): TrialValue[] {
  const values: TrialValue[] = [];
  do {
    const inQuotes = reader.quoted();
    if (inQuotes !== undefined) {
      values.push(inQuotes);
      continue;
    }
    const word = reader.word();
    if (word === undefined) throw reader.error("a value is missing");
    // Not push(...range): its length may exceed the number of arguments of a call.
    for (const value of readWord(word, reader)) values.push(value);
    if (values.length > MOST_TRIALS) throw reader.error(`more than ${MOST_TRIALS} values`);
  } while (reader.takes(","));
  return values;
}

function readWord(word: string, reader: Reader): readonly TrialValue[] {
  if (isDecimal(word)) return [Number(word)];
  if (word === "true" || word === "false") return [word === "true"];
  if (!word.includes("..")) return [word];
  const found = RANGE.exec(word);
  if (!found) throw reader.error(`no range ${quote(word)}: give whole numbers, as 0..9 or 0..100:10,`);
  const [first, last, step] = [found[1], found[2], found[3] ?? "1"].map(Number);
  if (!(step >= 1) || !(last >= first)) {
    throw reader.error(`the range ${quote(word)} is empty: give the lower end first and a step from 1,`);
  }
  const count = Math.floor((last - first) / step) + 1;
  if (!Number.isSafeInteger(last) || count > MOST_TRIALS) {
    throw reader.error(`the range ${quote(word)} has more than ${MOST_TRIALS} values`);
  }
  return Array.from({ length: count }, (_, i) => first + i * step);
}
