/**
 * Numbers and counts as people write them. Help, reports, tables and messages share these
 * functions.
 *
 * @module
 */

/** Magnitude from which a whole number is written with an exponent, where that is shorter. */
const LARGE = 1e6;

/** Writes a number with an exponent: `2.5e-10`. */
function exponential(value: number): string {
  return value.toExponential().replace("e+", "e");
}

/**
 * Writes a number exactly, in the shorter of its two forms: `0.05`, `1e-6`, `1000`, `2.5e10`.
 *
 * @param value The number.
 * @returns The text. It reads back as the same number.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { formatNumber } from "./format.ts";
 *
 * assert.deepEqual([1e-6, 0.01, 0.001].map(formatNumber), ["1e-6", "0.01", "1e-3"]);
 * assert.deepEqual([50, 10_000, 2e9].map(formatNumber), ["50", "10000", "2e9"]);
 * ```
 */
export function formatNumber(value: number): string {
  const decimal = String(value), short = exponential(value);
  const magnitude = Math.abs(value);
  if (value === 0 || !Number.isFinite(value) || magnitude >= 1 && magnitude < LARGE) return decimal;
  return short.length < decimal.length ? short : decimal;
}

/**
 * Writes a number of bytes in units that people know: `12.5 MiB`, `300 GiB`.
 *
 * @param bytes The number.
 * @returns The text.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { formatBytes } from "./format.ts";
 *
 * assert.equal(formatBytes(2 ** 27), "128.0 MiB");
 * assert.equal(formatBytes(3 * 2 ** 40), "3072 GiB");
 * ```
 */
export function formatBytes(bytes: number): string {
  const gibibytes = bytes / 2 ** 30;
  return gibibytes < 10
    ? `${(bytes / 2 ** 20).toFixed(1)} MiB`
    : `${formatNumber(Math.round(gibibytes))} GiB`;
}

/**
 * Writes numbers that stand together, such as thresholds, in one form: if one below 1 needs an
 * exponent, all below 1 get one.
 *
 * @param values The numbers.
 * @returns Their texts.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { formatNumbers } from "./format.ts";
 *
 * assert.deepEqual(formatNumbers([1, 1e-2, 1e-6, 0]), ["1", "1e-2", "1e-6", "0"]);
 * assert.deepEqual(formatNumbers([0.1, 0.05]), ["0.1", "0.05"]);
 * ```
 */
export function formatNumbers(values: ArrayLike<number>): string[] {
  const list = Array.from(values);
  const isSmall = (value: number) => value !== 0 && Math.abs(value) < 1;
  const exponents = list.some((value) => isSmall(value) && formatNumber(value).includes("e"));
  return list.map((value) => exponents && isSmall(value) ? exponential(value) : formatNumber(value));
}

/**
 * Writes how many things there are: `1 neuron`, `2 neurons`.
 *
 * @param number How many.
 * @param noun Name of one of them.
 * @param plural Name of several. By default the noun with an s.
 * @returns The number and the noun.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { count } from "./format.ts";
 *
 * assert.deepEqual([count(1, "neuron"), count(0, "neuron")], ["1 neuron", "0 neurons"]);
 * assert.equal(count(2, "class", "classes"), "2 classes");
 * ```
 */
export function count(number: number, noun: string, plural = `${noun}s`): string {
  return `${number} ${number === 1 ? noun : plural}`;
}

/**
 * Writes a name on one line, as names in files may hold any characters.
 *
 * @param name The name.
 * @returns The name, in quotes and with escapes where it is not plain. Different names stay
 * different.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { printable } from "./format.ts";
 *
 * assert.equal(printable("layers/2.npy"), "layers/2.npy");
 * assert.equal(printable("two\nlines"), '"two\\nlines"');
 * ```
 */
export function printable(name: string): string {
  if (!/^$|^"|[\p{C}\p{Zl}\p{Zp}]/u.test(name)) return name;
  return JSON.stringify(name).replace(
    /[\p{C}\p{Zl}\p{Zp}]/gu,
    (character) => `\\u{${character.codePointAt(0)?.toString(16)}}`,
  );
}

/** Characters of a name in a message, at most. */
const MOST_SHOWN = 120;

/**
 * Writes a name or a value that comes from outside for a message: on one line, and shortened in the
 * middle if it is long.
 *
 * @param text The text.
 * @param most Characters at most. Default: 120.
 * @returns The text as {@linkcode printable} writes it, shortened.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { shown } from "./format.ts";
 *
 * assert.equal(shown("layers/2.npy"), "layers/2.npy");
 * assert.equal(shown("x".repeat(1000), 9), "xxx…xxxxx");
 * ```
 */
export function shown(text: string, most: number = MOST_SHOWN): string {
  return shortened(printable(text), most);
}

/**
 * Writes a text that was given in quotes, shortened in the middle if it is long.
 *
 * @param text The text.
 * @param most Characters at most. Default: 120.
 * @returns The text in quotes, with escapes.
 */
export function quoted(text: string, most: number = MOST_SHOWN): string {
  return shortened(JSON.stringify(text), most);
}

/** Names that a message lists, and their characters, at most. */
const MOST_LISTED = 40, LONGEST_LIST = 280;

/**
 * Lists names for a message, the first of many.
 *
 * @param names The names.
 * @param most Names at most. Default: 40.
 * @returns The names, separated by commas, and how many are left out.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { listed } from "./format.ts";
 *
 * assert.equal(listed(["a", "b", "c"], 2), "a, b and 1 more");
 * ```
 */
export function listed(names: readonly string[], most: number = MOST_LISTED): string {
  let text = "", count = 0;
  for (const name of names.slice(0, most)) {
    const next = `${count === 0 ? "" : ", "}${shown(name)}`;
    if (count > 0 && text.length + next.length > LONGEST_LIST) break;
    text += next;
    count++;
  }
  return count < names.length ? `${text} and ${names.length - count} more` : text;
}

/**
 * Takes the first of many lines for a reader.
 *
 * @param lines The lines.
 * @param most Lines at most. Default: 10.
 * @returns The lines; of more, the first and one that says how many are left out.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { firstLines } from "./format.ts";
 *
 * assert.deepEqual(firstLines(["a", "b", "c"], 2), ["a", "… and 2 more"]);
 * assert.deepEqual(firstLines(["a", "b"], 2), ["a", "b"]);
 * ```
 */
export function firstLines(lines: readonly string[], most = 10): string[] {
  return lines.length > most
    ? [...lines.slice(0, most - 1), `… and ${lines.length - most + 1} more`]
    : [...lines];
}

/** Leaves out the middle of a long text. */
function shortened(text: string, most: number): string {
  if (text.length <= most) return text;
  const head = Math.floor((most - 1) * 0.4);
  return `${text.slice(0, head)}…${text.slice(text.length - (most - 1 - head))}`.toWellFormed();
}
