/**
 * The probes of a run as a tidy table.
 *
 * @module
 */
import type { LayerProbe, Probe, Trace } from "../train/trace.ts";
import type { RankInterval } from "../rank/certificates/rank_interval.ts";
import { csv, type CsvColumn, type CsvValue } from "./csv.ts";

/** What one row is about. */
interface Row {
  readonly probe: Probe;
  readonly layer: LayerProbe;
  readonly rank: RankInterval;
  /** Lower bound of the loss by this rank: `null` but for the terminal layer, which alone has one. */
  readonly floor: number | null;
}

const COLUMNS: readonly (readonly [name: string, value: (row: Row) => CsvValue])[] = [
  ["replica", ({ probe }) => probe.replica],
  ["step", ({ probe }) => probe.step],
  ["loss", ({ probe }) => probe.loss],
  ["layer", ({ layer }) => layer.layer],
  ["epsilon", ({ rank }) => rank.epsilon],
  ["rank", ({ rank }) => rank.rank],
  ["rank_low", ({ rank }) => rank.low],
  ["rank_high", ({ rank }) => rank.high],
  ["floor", ({ floor }) => floor],
  ["accuracy", ({ probe }) => probe.accuracy],
  ["relative_error", ({ probe }) => probe.relativeError ?? null],
  ["precision", ({ layer }) => layer.precision],
];

function rowsOf(probe: Probe): Row[] {
  const terminal = probe.layers.at(-1);
  return probe.layers.flatMap((layer) =>
    layer.ranks.map((rank, i) => ({
      probe,
      layer,
      rank,
      floor: probe.kind === "spectrum" && layer === terminal ? probe.floors?.[i] ?? null : null,
    }))
  );
}

/**
 * Writes the probes of a run as comma-separated values, one row per replica, step, layer and threshold ε, replicas
 * first: `replica,step,loss,layer,epsilon,rank,rank_low,rank_high,floor,accuracy,relative_error,precision`.
 *
 * `floor` is the lower bound of the loss by the ε-rank of the terminal layer, on that layer's rows only; `accuracy` is
 * empty where the task has no classes, `relative_error` where it is no differential equation with a known solution; `precision` is the arithmetic of the rank.
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
 * const spectrum = { kind: "spectrum", eigenvalues: Float64Array.of(1, 1), bounds: Float64Array.of(0, 0), precision: "single" } as const;
 * const layers = [{ layer: 1, ...spectrum, ranks }];
 * const at = { kind: "spectrum", step: 100, replica: 0 } as const;
 * const probes = [{ ...at, loss: 0.5, accuracy: null, floors: [0.25], layers }];
 * const [header, row] = traceCsv({ replicas: 1, epsilons: [1e-6], losses: [], probes }).split("\n");
 * assert.equal(header, "replica,step,loss,layer,epsilon,rank,rank_low,rank_high,floor,accuracy,relative_error,precision");
 * assert.equal(row, "0,100,0.5,1,0.000001,2,2,3,0.25,,,single");
 * ```
 */
export function traceCsv(trace: Trace): string {
  const byReplica = trace.probes.toSorted((a, b) => a.replica - b.replica || a.step - b.step);
  const rows = byReplica.flatMap(rowsOf);
  return csv(COLUMNS.map(([name, value]): CsvColumn => [name, rows.map(value)]));
}
