/**
 * Numbers as a paper prints them.
 *
 * @module
 */
import * as d3 from "../deps.ts";

const superscripts = "⁰¹²³⁴⁵⁶⁷⁸⁹";

/**
 * Formats a power of ten, 10ⁿ.
 *
 * @param exponent The integer n.
 * @returns "10" with a raised n.
 */
export function powerOfTen(exponent: number): string {
  const digits = [...String(Math.abs(exponent))].map((digit) => superscripts[Number(digit)]).join("");
  return `10${exponent < 0 ? "⁻" : ""}${digits}`;
}

/**
 * Formats a number in scientific notation with three digits. Powers of ten have no factor.
 *
 * @param value The number.
 * @returns Such as 10⁻⁶ or 2.5·10⁻³.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { scientific } from "./format.ts";
 *
 * assert.equal(scientific(1e-6), "10⁻⁶");
 * assert.equal(scientific(0.0025), "2.5·10⁻³");
 * ```
 */
export function scientific(value: number): string {
  if (value === 0 || !Number.isFinite(value)) return String(value);
  const [mantissa, exponent] = value.toExponential(2).split("e");
  const factor = String(Number(mantissa)).replace("-", "−");
  return factor === "1" ? powerOfTen(Number(exponent)) : `${factor}·${powerOfTen(Number(exponent))}`;
}

/**
 * Formats a count with separators of thousands.
 *
 * @param value The count.
 * @returns Such as 10,000.
 */
export function thousands(value: number): string {
  return d3.format(",")(value);
}

/**
 * Makes evenly spaced ticks between two numbers. Their labels have the digits that distinguish
 * them.
 *
 * @param low The smaller number, positive.
 * @param high The larger number.
 * @param count Number of ticks, about.
 * @returns The ticks and their labels: decimals, or multiples of one power of ten where decimals
 * are long.
 */
export function labeledTicks(low: number, high: number, count: number): Tick[] {
  const exponent = Math.floor(Math.log10(high));
  const power = exponent < -3 || exponent > 4 ? exponent : 0;
  const label = d3.tickFormat(low / 10 ** power, high / 10 ** power, count);
  return d3.ticks(low, high, count).map((value) => ({
    value,
    label: label(value / 10 ** power) + (power === 0 ? "" : `·${powerOfTen(power)}`),
  }));
}

/** A labelled place on an axis. */
export interface Tick {
  /** Value at the tick. */
  readonly value: number;
  /** Label; empty for a minor tick. */
  readonly label: string;
}
