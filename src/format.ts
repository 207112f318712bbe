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
