import { TraceBuilder } from "../../src/train/trace_builder.ts";
import type { Probe } from "../../src/train/trace.ts";
import { assert } from "../deps.ts";

/** More than a call takes arguments. */
const MANY = 250_000;

Deno.test("TraceBuilder: a chunk may hold any number of probes", () => {
  const probe = { kind: "count", replica: 0, loss: 1, accuracy: null, layers: [] } as const;
  const probes = Array.from({ length: MANY }, (_, step): Probe => ({ ...probe, step }));
  const builder = new TraceBuilder({ replicas: 1, epsilons: [] });
  const losses = [new Float32Array(MANY)];
  builder.add({ first: 0, count: MANY, losses, probes, diverged: [], state: null });
  assert.equal(builder.trace.probes.length, MANY);
});

Deno.test("TraceBuilder: after a saved training only what lies before its state counts", () => {
  const probe = { kind: "count", replica: 0, loss: 1, accuracy: null, layers: [] } as const;
  const probes = [0, 2, 4].map((step): Probe => ({ ...probe, step }));
  const trace = {
    replicas: 2,
    epsilons: [],
    losses: [Float32Array.of(9, 8, 7, 6, 5), Float32Array.of(1)],
    probes,
  };
  const state = { step: 3, steps: 4, arrays: {}, diverged: [{ replica: 1, step: 1, layer: null }] };
  const builder = new TraceBuilder({ replicas: 2, epsilons: [] });
  builder.start({ state, trace });
  const chunk = {
    first: 3,
    count: 2,
    probes: [],
    diverged: [{ replica: 0, step: 4, layer: null }],
    state: null,
  };
  builder.add({ ...chunk, losses: [Float32Array.of(3, NaN), Float32Array.of(NaN, NaN)] });
  assert.deepEqual(builder.trace.losses, [Float32Array.of(9, 8, 7, 3), Float32Array.of(1)]);
  assert.deepEqual(builder.trace.probes, probes.slice(0, 2));
  assert.deepEqual([...builder.diverged], [[1, 1], [0, 4]]);
});
