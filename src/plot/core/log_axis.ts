/**
 * Logarithmic axes.
 *
 * @module
 */
import { clearTicks } from "./clear_ticks.ts";
import * as d3 from "../deps.ts";
import { powerOfTen, scientific, thousands, type Tick } from "./format.ts";
import type { Axis } from "./scales.ts";

/**
 * Makes a logarithmic axis with a tick at each power of ten. At most `labels` ticks are labelled.
 *
 * @param domain Values at its ends, both positive.
 * @param range Pixels of these two.
 * @param labels Largest number of labels.
 * @returns The axis. With fewer than two powers of ten it also has ticks at 2 and 5 times a power.
 */
export function decadeAxis(
  domain: readonly [number, number],
  range: readonly [number, number],
  labels: number,
): Axis {
  const [low, high] = [Math.min(...domain), Math.max(...domain)];
  const scale = d3.scaleLog(domain, range);
  const first = Math.ceil(Math.log10(low) - 1e-9), last = Math.floor(Math.log10(high) + 1e-9);
  const every = Math.max(1, Math.ceil((last - first + 1) / labels));
  const ticks: Tick[] = [];
  for (let exponent = first; exponent <= last; exponent++) {
    ticks.push({ value: Number(`1e${exponent}`), label: exponent % every === 0 ? powerOfTen(exponent) : "" });
  }
  if (ticks.length < 2) {
    for (let exponent = first - 1; exponent <= last; exponent++) {
      for (const factor of [2, 5]) {
        const value = Number(`${factor}e${exponent}`);
        if (value >= low && value <= high) ticks.push({ value, label: scientific(value) });
      }
    }
  }
  return { scale: (value) => scale(value), domain, ticks };
}

/**
 * Makes a horizontal logarithmic axis with ticks at given sizes.
 *
 * @param sizes The sizes, positive; one at least.
 * @param range Pixels of its ends, which lie a little beyond the sizes.
 * @returns The axis. A size whose label would overlap another has none.
 */
export function sizeAxis(sizes: readonly number[], range: readonly [number, number]): Axis {
  const sorted = [...new Set(sizes)].sort((a, b) => a - b);
  const [low, high] = [sorted[0], sorted[sorted.length - 1]];
  const margin = high > low ? (high / low) ** 0.06 : 2;
  const domain: [number, number] = [low / margin, high * margin];
  const scale = d3.scaleLog(domain, range);
  const ticks = clearTicks(sorted, scale, thousands);
  return { scale: (value) => scale(value), domain, ticks };
}
