/**
 * Ticks with labels that do not overlap.
 *
 * @module
 */
import type { Tick } from "./format.ts";
import { fontSize } from "./palette.ts";
import { textWidth } from "./text.ts";

/**
 * Makes the ticks of a horizontal axis and leaves out labels that would overlap. The ends are
 * labelled first, since they show the range of the values, then the others from left to right.
 *
 * @param values Values, ascending; one at least.
 * @param scale Pixel of a value.
 * @param text Label of a value.
 * @returns A tick for each value; its label is empty where there is no room.
 */
export function clearTicks(
  values: readonly number[],
  scale: (value: number) => number,
  text: (value: number) => string,
): Tick[] {
  const half = (value: number) => textWidth(text(value), fontSize.text) / 2 + 2;
  const labeled: number[] = [];
  for (const value of new Set([values[0], values[values.length - 1], ...values])) {
    const clear = (other: number) => Math.abs(scale(value) - scale(other)) >= half(value) + half(other);
    if (labeled.every(clear)) labeled.push(value);
  }
  return values.map((value) => ({ value, label: labeled.includes(value) ? text(value) : "" }));
}
