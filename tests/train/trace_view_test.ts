import { viewOf } from "../../src/display/view.ts";
import { TraceBuilder } from "../../src/train/trace_builder.ts";
import type { Probe, Trace } from "../../src/train/trace.ts";
import { viewTrace } from "../../src/train/trace_view.ts";
import { assert } from "../deps.ts";
import { madeUpChunks, SMALL } from "../support/traces.ts";

/** A probe of a network with one hidden layer, whose rank may be one more. */
const probe = (step: number, replica: number, rank: number, slack = 0): Probe => ({
  kind: "count",
  step,
  replica,
  loss: 1 / (step + 1),
  accuracy: null,
  layers: [{
    kind: "count",
    layer: 1,
    precision: "double",
    ranks: [{ epsilon: 1e-6, rank, low: rank, high: rank + slack }],
  }],
});

/** A trace of these probes, of four steps. */
const traceOf = (replicas: number, probes: readonly Probe[]): Trace =>
  viewTrace({
    replicas,
    epsilons: [1e-6],
    losses: Array.from({ length: replicas }, () => new Float32Array(4)),
    probes,
  });

const textOf = (trace: Trace) => viewOf(trace)!.text();

Deno.test("view of a trace: first, last and highest rank; how many are certain", () => {
  const trace = traceOf(1, [probe(0, 0, 2), probe(1, 0, 7, 1), probe(3, 0, 5, 1)]);
  assert.equal(
    textOf(trace),
    [
      "trace of 1 replica, 4 steps, 3 probes; loss 1.00 at the first probe, 0.250 at the last",
      "  layer      ε   first rank     last rank   highest   certain",
      "  1       1e-6            2   5 in [5, 6]         7    33.3 %",
    ].join("\n"),
  );
});

Deno.test("view of a trace: medians of replicas with their range; one that has no probe is left out", () => {
  const trace = traceOf(4, [0, 1, 2].flatMap((step) => [0, 1, 2].map((r) => probe(step, r, step + r))));
  assert.match(textOf(trace), /^ {2}1 +1e-6 +1 \(0–2\) +3 \(2–4\) +3 \(2–4\) +100 %$/m);
  assert.match(textOf(trace), /medians of the replicas/);
});

Deno.test("view of a trace: nothing yet; no replica", () => {
  assert.equal(textOf(traceOf(2, [])), "trace of 2 replicas, 4 steps, 0 probes");
  assert.equal(textOf(traceOf(0, [])), "trace of 0 replicas, 0 steps, 0 probes");
});

Deno.test("view of a trace: 64 replicas of many layers take 20 rows", () => {
  const layers = Array.from({ length: 40 }, (_, l) => ({ ...probe(0, 0, l).layers[0], layer: l + 1 }));
  const probes = Array.from({ length: 64 }, (_, replica) => ({ ...probe(0, replica, 0), layers } as Probe));
  const lines = textOf(traceOf(64, probes)).split("\n");
  assert.equal(lines.length, 1 + 1 + 21 + 1);
  assert.match(lines.at(-2)!, /^ {2}40 +1e-6 +39 +39 +39 +100 %$/);
});

Deno.test("view of a trace: the builder's has one, with NaN and infinite losses as well", async () => {
  const builder = new TraceBuilder(SMALL);
  for (const chunk of madeUpChunks(SMALL)) builder.add(chunk);
  const view = viewOf(builder.trace)!;
  assert.match(view.text(), /^trace of 3 replicas, 26 steps, \d+ probes; loss /);
  assert.match(await view.html!(), /<table>/);
});
