/**
 * Numbers as people write them on a command line.
 *
 * @module
 */
import { describeRange, isInRange, type NumberRange } from "../check.ts";
import { InputError } from "../errors.ts";
import { quoted } from "../format.ts";

const DECIMAL = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i;

/**
 * Tells whether a text is a decimal number: `12`, `-0.5`, `1e-6`.
 *
 * @param text Any text.
 * @returns Whether it is one.
 */
export function isDecimal(text: string): boolean {
  return DECIMAL.test(text);
}

/**
 * Reads a decimal number: `12`, `-0.5`, `1e-6`. Refuses `NaN`, `Infinity`, hexadecimal digits and
 * the empty text, which JavaScript's own conversions accept.
 *
 * @param flag Flag whose value it is, with the range of numbers that it takes.
 * @param text What was given.
 * @param integer Whether it must be a whole number; `1e4` is one.
 * @returns The number.
 * @throws {InputError} If the text is not a number that the flag takes.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { parseNumber } from "./parse_number.ts";
 *
 * assert.equal(parseNumber({ name: "steps", min: 1 }, "1e4", true), 10_000);
 * assert.throws(() => parseNumber({ name: "steps", min: 1 }, "0", true), {
 *   message: '--steps must be a whole number of at least 1, not "0"',
 * });
 * ```
 */
export function parseNumber(
  flag: NumberRange & { readonly name: string },
  text: string,
  integer: boolean,
): number {
  const value = isDecimal(text) ? Number(text) : NaN;
  const range = { ...flag, integer };
  if (!isInRange(value, range)) {
    throw new InputError(
      `--${flag.name} must be ${describeRange(range)}, not ${quoted(text)}`,
    );
  }
  return value;
}
