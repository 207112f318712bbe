/**
 * What a benchmark is given, and what it finds.
 *
 * @module
 */
import type { Gpu } from "../../src/gpu/device.ts";
import type { Python } from "./python.ts";
import { ratio, type Times } from "./timing.ts";

/** What every benchmark is given. */
export interface Bench {
  /** Device. */
  readonly gpu: Gpu;
  /**
   * Python on the CPU, with what it has of NumPy, SciPy and PyTorch; `null` where there is no
   * Python.
   */
  readonly python: Python | null;
  /** How often each contestant is measured. */
  readonly repeats: number;
  /** Time that one measurement is to fill, in milliseconds. */
  readonly window: number;
  /** Whether to leave out what takes long. */
  readonly quick: boolean;
  /** Says in a line what is left out, and why. */
  readonly skip: (line: string) => void;
}

/** A figure that is judged. */
export interface Verdict {
  /** The figure as people read it, `6.3×`. */
  readonly text: string;
  /** The figure. */
  readonly value: number;
  /** What is asked of it, `≥ 12×`; empty where nothing is. */
  readonly bar: string;
  /** Whether it is as asked; `null` where nothing is asked. */
  readonly met: boolean | null;
}

/** One line of the table. */
export interface Line {
  /** What the line is about. */
  readonly name: string;
  /** Times, where it is about a contestant. */
  readonly times: Times | null;
  /** What follows from them. */
  readonly verdict: Verdict | null;
}

/** A piece of work, and how everybody did it. */
export interface Section {
  /** The work, and the unit of its times. */
  readonly title: string;
  /** Its lines. */
  readonly lines: readonly Line[];
  /** What else is known of it: dispatches, operations. */
  readonly facts: Readonly<Record<string, unknown>>;
  /** What a reader of the table should know. */
  readonly notes: readonly string[];
}

/** A benchmark: what `--only` calls it, and what it does. */
export type Benchmark = (bench: Bench) => Promise<Section[]>;

/** A number to three digits. */
export function digits(value: number): string {
  return Math.abs(value) >= 1000 ? value.toFixed(0) : Number(value.toPrecision(3)).toString();
}

/**
 * Judges a figure that is to be large.
 *
 * @param value The figure.
 * @param least What is asked of it; `null` for nothing.
 * @param unit What stands behind the number. Default: `×`.
 * @returns The verdict.
 */
export function atLeast(
  value: number,
  least: number | null,
  unit = "×",
): Verdict {
  const text = `${digits(value)}${unit}`;
  if (least === null) return { text, value, bar: "", met: null };
  return { text, value, bar: `≥ ${digits(least)}${unit}`, met: value >= least };
}

/**
 * Judges a figure that is to be small.
 *
 * @param value The figure.
 * @param most What is asked of it; `null` for nothing.
 * @param unit What stands behind the number. Default: `×`.
 * @returns The verdict.
 */
export function atMost(
  value: number,
  most: number | null,
  unit = "×",
): Verdict {
  const text = `${digits(value)}${unit}`;
  if (most === null) return { text, value, bar: "", met: null };
  return { text, value, bar: `≤ ${digits(most)}${unit}`, met: value <= most };
}

/**
 * Lines of contestants, the first of which is ours: how many times as fast it is as each of the
 * others.
 *
 * @param times Times of all, ours first.
 * @param bars What is asked of the speed-up, by the names of the others.
 * @returns The lines.
 */
export function speedUps(
  times: readonly Times[],
  bars: Readonly<Record<string, number>>,
): Line[] {
  const [ours, ...others] = times;
  return [
    { name: ours.name, times: ours, verdict: null },
    ...others.map((one) => {
      const bar = Object.entries(bars).find(([name]) => one.name.startsWith(name))?.[1] ?? null;
      return {
        name: one.name,
        times: one,
        verdict: atLeast(ratio(one, ours), bar),
      };
    }),
  ];
}
