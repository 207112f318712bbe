/**
 * Probes of a run as a table with one row per rank.
 *
 * @module
 */
import type { LayerProbe, Probe, Trace } from "../train/trace.ts";
import type { RankInterval } from "../rank/certificates/rank_interval.ts";
import { type Column, type Columns, linesOf, type Table, table } from "./table.ts";

/** A row: one threshold of one layer of one probe. */
interface Row {
  readonly probe: Probe;
  readonly layer: LayerProbe;
  readonly rank: RankInterval;
  /** Lower bound of the loss by this rank; `null` except for the last hidden layer. */
  readonly floor: number | null;
}

const COLUMNS: Columns<Row> = {
  replica: { help: "index of the network, from 0", value: ({ probe }) => probe.replica },
  step: { help: "updates made before the probe, from 0", value: ({ probe }) => probe.step },
  loss: {
    help: "loss over all training samples; NaN or Infinity where the network diverged",
    value: ({ probe }) => probe.loss,
  },
  layer: {
    help: "index of the hidden layer, from 1 for the one next to the input",
    value: ({ layer }) => layer.layer,
  },
  epsilon: {
    help: "threshold ε, above 0; where thresholds are relative, as a share of the largest eigenvalue λ₁",
    value: ({ rank }) => rank.epsilon,
  },
  rank: {
    help: "ε-rank of the layer: number of eigenvalues of the Gram matrix of its features above the threshold",
    value: ({ rank }) => rank.rank,
  },
  rank_low: {
    help:
      "least rank that the bounds of the eigenvalues allow; the rank is certain where it equals rank_high",
    value: ({ rank }) => rank.low,
  },
  rank_high: {
    help: "largest rank that the bounds of the eigenvalues allow",
    value: ({ rank }) => rank.high,
  },
  floor: {
    help:
      "lower bound of the loss by the rank; empty for all layers but the last hidden one, for losses other than " +
      "mean squared errors, and for probes that only count ranks",
    value: ({ floor }) => floor,
  },
  accuracy: {
    help:
      "share of samples that are classified right, from 0 to 1: of the held-out samples, or of the training " +
      "samples if none are held out; empty where the task has no classes",
    value: ({ probe }) => probe.accuracy,
  },
  relative_error: {
    help:
      "‖u − u*‖ / ‖u*‖ of the network u and the exact solution u* of a differential equation, on the held-out " +
      "samples; empty for other tasks",
    value: ({ probe }) => probe.relativeError ?? null,
  },
  precision: {
    help: "arithmetic of the rank: single or double",
    value: ({ layer }) => layer.precision,
  },
};

/** The rows of some probes, in their order. */
function* rowsOf(probes: Iterable<Probe>): Generator<Row> {
  for (const probe of probes) {
    const terminal = probe.layers.at(-1);
    for (const layer of probe.layers) {
      for (const [i, rank] of layer.ranks.entries()) {
        const hasFloor = probe.kind === "spectrum" && layer === terminal;
        yield { probe, layer, rank, floor: hasFloor ? probe.floors?.[i] ?? null : null };
      }
    }
  }
}

/** Values that differ between the replicas, one per replica, by the name of their column. */
export type SweptValues = Readonly<Record<string, readonly number[]>>;

/** Columns of a table beside those of every run. */
export interface OtherColumns {
  /** Values that differ between the replicas. Default: none. */
  readonly swept?: SweptValues;
  /** Columns of a layer, behind all others. Default: none. */
  readonly layers?: Columns<LayerProbe>;
}

/** The columns of `trace.csv`: the replica, what is swept, the others, those of the layer. */
function columnsOf({ swept = {}, layers = {} }: OtherColumns): Columns<Row> {
  const columns = Object.entries(swept).map(([name, values]): [string, Column<Row>] => [name, {
    help: `${name.replaceAll("_", " ")} of the network`,
    value: ({ probe }) => values[probe.replica],
  }]);
  const own = Object.entries(layers).map(([name, { help, value }]): [string, Column<Row>] => [name, {
    help,
    value: ({ layer }) => value(layer),
  }]);
  const { replica, ...others } = COLUMNS;
  return { replica, ...Object.fromEntries(columns), ...others, ...Object.fromEntries(own) };
}

/**
 * Writes the probes of a run as comma-separated values. There is one row per step, replica, layer
 * and threshold ε, steps first. {@linkcode traceTable} explains the columns.
 *
 * @param trace Record of the run.
 * @returns The text; a header alone if there is no probe.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { traceCsv } from "./trace_csv.ts";
 *
 * const ranks = [{ epsilon: 1e-6, rank: 2, low: 2, high: 3 }];
 * const eigenvalues = Float64Array.of(1, 1), bounds = Float64Array.of(0, 0);
 * const kind = "spectrum" as const, precision = "single" as const;
 * const layers = [{ kind, layer: 1, eigenvalues, bounds, precision, ranks }];
 * const at = { kind, step: 100, replica: 0 };
 * const probes = [{ ...at, loss: 0.5, accuracy: null, floors: [0.25], layers }];
 * const text = traceCsv({ replicas: 1, epsilons: [1e-6], losses: [], probes });
 * const [header, row] = text.split("\n");
 * assert.match(header, /^replica,step,loss,layer,epsilon,rank,rank_low,rank_high,floor,accuracy,/);
 * assert.equal(row, "0,100,0.5,1,0.000001,2,2,3,0.25,,,single");
 * ```
 */
export function traceCsv(trace: Trace): string {
  return traceTable(trace).csv;
}

/**
 * Arranges the probes of a run as the table `trace.csv`.
 *
 * @param trace Record of the run.
 * @param swept Values that differ between the replicas, one per replica, by the name of their
 * column in snake case. Default: none.
 * @returns The table; its columns are the replica, what is swept, and the others.
 */
export function traceTable(trace: Trace, swept: SweptValues = {}): Table {
  // Each time the text is made, the probes are gone through once more.
  const rows = { [Symbol.iterator]: () => rowsOf(trace.probes) };
  return table(rows, columnsOf({ swept }));
}

/**
 * Writes the rows of some probes, as the table `trace.csv` has them.
 *
 * @param probes The probes, in the order of step, then replica.
 * @param columns Columns beside those of every run. Default: none.
 * @returns Whole lines without a header, of about 64 KiB together.
 */
export function traceLines(probes: Iterable<Probe>, columns: OtherColumns = {}): Iterable<string> {
  return linesOf(rowsOf(probes), columnsOf(columns));
}

/**
 * Writes the header of the table `trace.csv`.
 *
 * @param columns Columns beside those of every run. Default: none.
 * @returns One line.
 */
export function traceHeader(columns: OtherColumns = {}): string {
  return table([], columnsOf(columns)).csv;
}

/**
 * Explains the columns of the table `trace.csv`.
 *
 * @param columns Columns beside those of every run. Default: none.
 * @returns Explanations by the names of the columns.
 */
export function traceColumns(columns: OtherColumns = {}): Table["columns"] {
  return table([], columnsOf(columns)).columns;
}
