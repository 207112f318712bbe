/**
 * The three axes of a staircase and their ticks.
 *
 * @module
 */
import * as d3 from "../deps.ts";
import { labeledTicks, powerOfTen, scientific, thousands, type Tick } from "./format.ts";

/** A map from values to pixels, with ticks. */
export interface Axis {
  /** Pixel of a value. */
  readonly scale: (value: number) => number;
  /** Smallest and largest value on the axis. */
  readonly domain: readonly [number, number];
  /** Ticks within the domain. */
  readonly ticks: readonly Tick[];
  /**
   * How a page reads values off it: logarithmic on both sides of 0, from that value on; or these
   * values alone, at these pixels. Default: linear or logarithmic, as the scale is.
   */
  readonly reading?:
    | { readonly symlog: number }
    | { readonly places: readonly number[]; readonly at: readonly number[] };
}

/**
 * Makes the axis of optimisation steps: linear, from the first step to the last.
 *
 * @param steps Steps of the probes.
 * @param width Length in pixels.
 * @returns The axis, from left to right. A single step stands in the middle.
 */
export function stepAxis(steps: readonly number[], width: number): Axis {
  const [first = 0, last = 0] = d3.extent(steps);
  const domain: [number, number] = first < last ? [first, last] : [first - 1, last + 1];
  const scale = d3.scaleLinear(domain, [0, width]);
  const whole = scale.ticks(Math.max(2, Math.floor(width / 110))).filter(Number.isInteger);
  const ticks = first < last ? whole : [first];
  return {
    scale: (value) => scale(value),
    domain,
    ticks: ticks.map((value) => ({ value, label: thousands(value) })),
  };
}

/**
 * Makes the axis of the ε-rank: linear, from 0, with ticks at whole numbers.
 *
 * @param ranks The ranks to show; values that are not finite are left out.
 * @param height Length in pixels.
 * @returns The axis, from the bottom up.
 */
export function rankAxis(ranks: Iterable<number>, height: number): Axis {
  let largest = 1;
  for (const rank of ranks) if (Number.isFinite(rank)) largest = Math.max(largest, rank);
  const domain: [number, number] = [0, largest * 1.05];
  const scale = d3.scaleLinear(domain, [height, 0]);
  const ticks = scale.ticks(Math.max(2, Math.floor(height / 38))).filter(Number.isInteger);
  return {
    scale: (value) => scale(value),
    domain,
    ticks: ticks.map((value) => ({ value, label: thousands(value) })),
  };
}

/**
 * Makes the axis of the loss: logarithmic, with ticks at the powers of ten. With few powers of ten
 * it also has ticks at 2 and 5 times these. Where the loss hardly changes, ticks are round numbers.
 *
 * @param losses The losses to show; only positive finite ones count.
 * @param height Length in pixels.
 * @returns The axis, from the bottom up.
 */
export function lossAxis(losses: Iterable<number>, height: number): Axis {
  let low = Infinity, high = 0;
  for (const loss of losses) {
    if (!(loss > 0 && loss < Infinity)) continue;
    low = Math.min(low, loss);
    high = Math.max(high, loss);
  }
  if (high === 0) [low, high] = [0.1, 1];
  // Losses that differ by a few units of float32 count as constant.
  const margin = high / low > 1 + 1e-6 ? (high / low) ** 0.05 : 2;
  // Short of the ends of float64, where a reciprocal or a power would no longer be finite.
  const domain: [number, number] = [Math.max(1e-300, low / margin), Math.min(1e300, high * margin)];
  const scale = d3.scaleLog(domain, [height, 0]);
  return {
    scale: (value) => scale(value),
    domain,
    ticks: lossTicks(domain, Math.max(2, Math.floor(height / 26))),
  };
}

/** Ticks of a logarithmic axis, of which at most about `count` are labelled. */
function lossTicks([low, high]: readonly [number, number], count: number): Tick[] {
  const decades = Math.log10(high / low);
  // Neighbours among 1, 2, 5, 10 are at most 2.5 apart: from 2.5² on, two of them are on the axis.
  if (decades < 2 * Math.log10(2.5)) return labeledTicks(low, high, Math.min(5, count));
  const every = Math.ceil(decades / count);
  const ticks: Tick[] = [];
  for (let exponent = Math.floor(Math.log10(low)); exponent <= Math.log10(high); exponent++) {
    for (let factor = 1; factor < 10; factor++) {
      const value = Number(`${factor}e${exponent}`);
      if (value < low || value > high) continue;
      if (factor === 1) ticks.push({ value, label: exponent % every === 0 ? powerOfTen(exponent) : "" });
      else if (decades < 2 && (factor === 2 || factor === 5)) ticks.push({ value, label: scientific(value) });
      else if (every === 1 && decades < 8) ticks.push({ value, label: "" });
    }
  }
  return ticks;
}
