/**
 * Axes as text, by which a page reads values off a figure.
 *
 * @module
 */
import type { Axis } from "./scales.ts";
import { px } from "./svg.ts";

/** How values are read off an axis. */
export type AxisReading =
  | {
    /** Kind of the scale; `symlog` is logarithmic on both sides of 0. */
    readonly kind: "linear" | "log" | "symlog";
    /** Values at its ends. */
    readonly domain: readonly [number, number];
    /** Pixels of these. */
    readonly range: readonly [number, number];
    /** Value up to which `symlog` is about linear; 1 for other kinds. */
    readonly constant: number;
  }
  | {
    /** Only some places have a value. */
    readonly kind: "places";
    /** The values. */
    readonly values: readonly number[];
    /** Pixels of these. */
    readonly at: readonly number[];
  };

const forward = {
  linear: (value: number) => value,
  log: (value: number) => Math.log(Math.abs(value)),
  symlog: (value: number, constant: number) => Math.sign(value) * Math.log1p(Math.abs(value / constant)),
};

const backward = {
  linear: (value: number) => value,
  log: (value: number) => Math.exp(value),
  symlog: (value: number, constant: number) => Math.sign(value) * Math.expm1(Math.abs(value)) * constant,
};

/** Value at a share of an axis. */
function valueAt(reading: Exclude<AxisReading, { kind: "places" }>, share: number): number {
  const { kind, domain, constant } = reading;
  const [a, b] = domain.map((value) => forward[kind](value, constant));
  const value = backward[kind](a + share * (b - a), constant);
  return kind === "log" ? value * Math.sign(domain[0]) : value;
}

/** Finds the kind of a scale. `null` if it is none of those that can be read. */
function readingOf({ scale, domain, reading }: Axis): AxisReading | null {
  if (reading && "places" in reading) {
    const { places: values } = reading, at = reading.at.map(px);
    const isKnown = values.length > 0 && [...values, ...at].every(Number.isFinite);
    return isKnown ? { kind: "places", values, at } : null;
  }
  const [low, high] = domain, range = [px(scale(low)), px(scale(high))] as const;
  if (![low, high, ...range].every(Number.isFinite) || low === high) return null;
  const constant = reading?.symlog ?? 1;
  const fits = (kind: "linear" | "log" | "symlog") =>
    [0.25, 0.5, 0.75].every((share) => {
      const at = scale(valueAt({ kind, domain, range, constant }, share));
      return Math.abs(at - range[0] - share * (range[1] - range[0])) < 0.05;
    });
  const kinds = reading
    ? ["symlog"] as const
    : low * high > 0
    ? ["linear", "log"] as const
    : ["linear"] as const;
  const kind = kinds.find(fits);
  return kind ? { kind, domain, range, constant } : null;
}

/**
 * Writes how values are read off an axis.
 *
 * @param axis The axis.
 * @returns Text for an attribute; `null` where values cannot be read.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { axisText } from "./axis_data.ts";
 * import { rankAxis } from "./scales.ts";
 *
 * assert.equal(axisText(rankAxis([20], 100)), "linear 0 21 100 0");
 * ```
 */
export function axisText(axis: Axis): string | null {
  const reading = readingOf(axis);
  if (!reading) return null;
  if (reading.kind === "places") {
    return ["places", ...reading.values.map((value, i) => `${value}@${reading.at[i]}`)].join(" ");
  }
  const { kind, domain, range, constant } = reading;
  return [kind, ...domain, ...range, ...kind === "symlog" ? [constant] : []].join(" ");
}

/**
 * Reads what {@linkcode axisText} wrote.
 *
 * @param text The text.
 * @returns How values are read off the axis; `null` if it is something else.
 */
export function parseAxis(text: string): AxisReading | null {
  const [kind, ...words] = text.split(" ");
  if (kind === "places") {
    const pairs = words.map((word) => word.split("@").map(Number));
    return { kind, values: pairs.map(([value]) => value), at: pairs.map(([, at]) => at) };
  }
  if (kind !== "linear" && kind !== "log" && kind !== "symlog") return null;
  const [low, high, from, to, constant = 1] = words.map(Number);
  if (![low, high, from, to, constant].every(Number.isFinite)) return null;
  return { kind, domain: [low, high], range: [from, to], constant };
}

/**
 * Reads the value at a pixel.
 *
 * @param reading The axis.
 * @param pixel Place on it.
 * @returns The value; of an axis of places that of the nearest one, and NaN if there is none.
 */
export function readAxis(reading: AxisReading, pixel: number): number {
  if (reading.kind === "places") {
    const { values, at } = reading;
    const distances = at.map((place) => Math.abs(place - pixel));
    return values[distances.indexOf(Math.min(...distances))] ?? NaN;
  }
  const [from, to] = reading.range;
  return valueAt(reading, (pixel - from) / (to - from));
}
