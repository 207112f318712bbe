/**
 * Reads the table of probes, trace.csv.
 *
 * @module
 */
import { InputError } from "../errors.ts";
import { quoted, shown } from "../format.ts";
import type { RankInterval } from "../rank/certificates/rank_interval.ts";

/** A row of trace.csv: one rank. */
export interface TraceRow extends RankInterval {
  /** Index of the network, from 0. */
  readonly replica: number;
  /** Updates made before the probe. */
  readonly step: number;
  /** Loss over all training samples. */
  readonly loss: number;
  /** Index of the hidden layer, from 1. */
  readonly layer: number;
}

/** Columns that are read, by their names in the file; the others are left alone. */
const COLUMNS = {
  replica: "replica",
  step: "step",
  loss: "loss",
  layer: "layer",
  epsilon: "epsilon",
  rank: "rank",
  low: "rank_low",
  high: "rank_high",
} as const satisfies Record<keyof TraceRow, string>;

/** Columns that hold whole numbers. */
const WHOLE: readonly (keyof TraceRow)[] = ["replica", "step", "layer", "rank", "low", "high"];

/** Numbers as they are written: not in other bases, and with nothing around them. */
const DIGITS = /^\d+$/, FLOAT = /^-?(?:\d+(?:\.\d+)?(?:e[+-]?\d+)?|Infinity)$/;

/** Cuts a line into its cells, of which some may be in quotes. */
function cellsOf(line: string): string[] {
  return line.includes('"') ? line.match(/(?<=^|,)(?:"(?:[^"]|"")*"|[^,]*)/g) ?? [] : line.split(",");
}

/**
 * Reads a table as {@linkcode traceCsv} writes it. Columns may stand in any order. A last line that
 * was cut off, as by a killed run, is left out.
 *
 * @param text Content of the file.
 * @param name Name of the file, for errors.
 * @returns The ranks, in the order of the file.
 * @throws {InputError} If a column is missing, or a cell holds no number of its kind.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { parseTrace } from "./read_trace.ts";
 *
 * const text = "replica,step,loss,layer,epsilon,rank,rank_low,rank_high\n0,100,0.5,1,1e-6,2,2,3\n";
 * const [{ step, low, high }] = parseTrace(text, "trace.csv");
 * assert.deepEqual([step, low, high], [100, 2, 3]);
 * ```
 */
export function parseTrace(text: string, name: string): TraceRow[] {
  const [header, ...lines] = text.trimEnd().split(/\r?\n/);
  const names = header.split(",");
  const entries = Object.entries(COLUMNS).map(([key, column]) => {
    const at = names.indexOf(column);
    if (at < 0) {
      throw new InputError(
        `${shown(name)}: has no column ${column}; give a trace that a run of staircase wrote`,
      );
    }
    return { key: key as keyof TraceRow, column, at };
  });
  const torn = text.endsWith("\n") ? -1 : lines.length - 1;
  return lines.flatMap((line, index) => {
    const cells = cellsOf(line);
    if (index === torn && cells.length < names.length) return [];
    const row = entries.map(({ key, column, at }) => {
      const text = cells[at] ?? "",
        isKind = (WHOLE.includes(key) ? DIGITS : FLOAT).test(text) || key === "loss" && text === "NaN";
      const value = Number(text);
      if (cells.length !== names.length || !isKind || WHOLE.includes(key) && !Number.isSafeInteger(value)) {
        throw new InputError(
          `${shown(name)}: line ${index + 2} has ${
            quoted(text)
          } for ${column}; give the file as it was written`,
        );
      }
      return [key, value];
    });
    return Object.fromEntries(row) as TraceRow;
  });
}
