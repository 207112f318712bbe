/**
 * Numbers as people write them on a command line.
 *
 * @module
 */
import { InputError } from "../errors.ts";
import type { NumberRange } from "./flags.ts";

const DECIMAL = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i;

/** Says which numbers are asked for: `a whole number of at least 1`. */
export function describeRange({ min, max, positive }: NumberRange, integer: boolean): string {
  const bounds = [
    positive && !(min !== undefined && min > 0) ? "above 0" : "",
    min !== undefined && max !== undefined ? `from ${min} to ${max}` : "",
    min !== undefined && max === undefined ? `of at least ${min}` : "",
    min === undefined && max !== undefined ? `of at most ${max}` : "",
  ].filter((bound) => bound !== "");
  return [integer ? "a whole number" : "a number", bounds.join(" and ")].join(" ").trim();
}

/**
 * Reads a decimal number: `12`, `-0.5`, `1e-6`. Not `NaN`, `Infinity`, hexadecimal digits or nothing at all, which
 * JavaScript's own conversions take for numbers.
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
  const value = DECIMAL.test(text) ? Number(text) : NaN;
  const inRange = value >= (flag.min ?? -Infinity) && value <= (flag.max ?? Infinity) &&
    (!flag.positive || value > 0);
  if (!Number.isFinite(value) || !inRange || integer && !Number.isSafeInteger(value)) {
    throw new InputError(
      `--${flag.name} must be ${describeRange(flag, integer)}, not ${JSON.stringify(text)}`,
    );
  }
  return value;
}
