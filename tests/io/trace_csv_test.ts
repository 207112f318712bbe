import { assert } from "../deps.ts";
import { traceCsv, traceTable } from "../../src/io/trace_csv.ts";
import type { LayerSpectrum, SpectrumProbe, Trace } from "../../src/train/trace.ts";

const epsilons = [1e-2, 1e-4];

function layerOf(layer: number): LayerSpectrum {
  const ranks = epsilons.map((epsilon, i) => ({ epsilon, rank: layer + i, low: layer, high: layer + 2 }));
  const spectrum = {
    eigenvalues: Float64Array.of(1),
    bounds: Float64Array.of(0),
    precision: "single",
  } as const;
  return { kind: "spectrum", layer, ranks, ...spectrum };
}

function probeOf(step: number, replica: number, rest: Partial<SpectrumProbe> = {}): SpectrumProbe {
  const layers = [layerOf(1), layerOf(2)];
  const measures = { loss: 0.5 / (step + 1), accuracy: null, floors: [0.25, 0.125] };
  return { kind: "spectrum", step, replica, ...measures, layers, ...rest };
}

Deno.test("trace_csv: one row per step, replica, layer and threshold, in that order", () => {
  const probes = [probeOf(0, 0), probeOf(0, 1), probeOf(10, 0), probeOf(10, 1)];
  const [header, ...rows] = traceCsv({ replicas: 2, epsilons, losses: [], probes }).trimEnd().split("\n");
  assert.ok(header.startsWith("replica,step,loss,layer,epsilon,rank,rank_low,rank_high"));
  assert.equal(rows.length, 2 * 2 * 2 * 2);
  const keys = rows.map((row) => row.split(",").filter((_, i) => [0, 1, 3].includes(i)).join());
  assert.deepEqual([...new Set(keys)], [
    ...["0,0,1", "0,0,2", "1,0,1", "1,0,2"],
    ...["0,10,1", "0,10,2", "1,10,1", "1,10,2"],
  ]);
});

Deno.test("trace_csv: the floor belongs to the terminal layer", () => {
  const trace = { replicas: 1, epsilons, losses: [], probes: [probeOf(0, 0, { accuracy: 0.75 })] };
  assert.deepEqual(traceCsv(trace).split("\n").slice(1, 5), [
    "0,0,0.5,1,0.01,1,1,3,,0.75,,single",
    "0,0,0.5,1,0.0001,2,1,3,,0.75,,single",
    "0,0,0.5,2,0.01,2,2,4,0.25,0.75,,single",
    "0,0,0.5,2,0.0001,3,2,4,0.125,0.75,,single",
  ]);
});

Deno.test("trace_csv: a loss that is not finite, no floors, no probes", () => {
  const trace: Trace = {
    replicas: 1,
    epsilons,
    losses: [],
    probes: [probeOf(3, 0, { loss: NaN, floors: null })],
  };
  assert.equal(traceCsv(trace).split("\n")[4], "0,3,NaN,2,0.0001,3,2,4,,,,single");
  assert.equal(traceCsv({ ...trace, probes: [] }).split("\n").length, 2);
});

Deno.test("trace_csv: every column is explained", () => {
  const { csv, columns: help } = traceTable({ replicas: 1, epsilons, losses: [], probes: [] });
  const [header] = csv.split("\n");
  assert.deepEqual(Object.keys(help), header.split(","));
  for (const text of Object.values(help)) assert.ok(text.length > 10);
});
