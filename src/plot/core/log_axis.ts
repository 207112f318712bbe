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
 * A logarithmic axis with a tick at each power of ten, of which at most `labels` bear one.
 *
 * @param domain Values at its ends, both positive.
 * @param range Pixels of these two.
 * @param labels Most labels.
 * @returns The axis. Where there are fewer than two powers of ten on it, 2 and 5 times these are
 * ticks, too.
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
 * A horizontal logarithmic axis with ticks at given sizes.
 *
 * @param sizes The sizes, positive; one at least.
 * @param range Pixels of its ends, which lie a little beyond the sizes.
 * @returns The axis. A size whose label would stand on another one has none.
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
