import { inspect } from "node:util";
import { withView } from "../../src/display/view.ts";
import { InputError } from "../../src/errors.ts";
import { drawPage } from "../../src/plot/core/page.ts";
import { show } from "../../src/plot/show.ts";
import { TraceBuilder } from "../../src/train/trace_builder.ts";
import type { Trace } from "../../src/train/trace.ts";
import { assert } from "../deps.ts";
import { assertSoundSvg } from "../support/sound.ts";
import { madeUpChunks, SMALL } from "../support/traces.ts";

const DISPLAY = Symbol.for("Jupyter.display");
const page = { title: "A < B", subtitle: "", description: "A is below B.", legend: [], height: 10 };
const figure = drawPage({ ...page, draw: () => {} });

/** A trace without odd numbers in its losses. */
function madeUpTrace(): Trace {
  const builder = new TraceBuilder(SMALL);
  for (const chunk of madeUpChunks(SMALL)) builder.add(chunk);
  const { trace } = builder;
  return { ...trace, probes: trace.probes.map((probe) => ({ ...probe, loss: 1 / (1 + probe.step) })) };
}

Deno.test("show: a figure for the kernel, its title and description for a terminal", async () => {
  const shown = show(figure) as unknown as Record<symbol, () => Promise<unknown>>;
  assert.deepEqual(await shown[DISPLAY](), {
    "text/plain": "A < B\nA is below B.",
    "image/svg+xml": figure,
  });
  assert.equal(Deno.inspect(shown), "A < B\nA is below B.");
  assert.equal(inspect(shown), "A < B\nA is below B.");
  assert.equal(String(show(`<?xml version="1.0"?>\n<svg width="1"></svg>`)), "figure");
});

Deno.test("show: a trace as its staircase, with texts of the caller's, unchanged", async () => {
  const trace = madeUpTrace(), keys = Reflect.ownKeys(trace);
  const shown = show(trace, { title: "Mine" }), bundle = await shown.bundle();
  assert.deepEqual(Object.keys(bundle), ["text/plain", "image/svg+xml"]);
  assert.match(bundle["text/plain"], /^trace of 3 replicas, 26 steps/);
  assertSoundSvg(bundle["image/svg+xml"], "Mine");
  assert.deepEqual(Reflect.ownKeys(trace), keys);
  const none = await show({ replicas: 1, epsilons: [1e-6], losses: [new Float32Array(0)], probes: [] })
    .bundle();
  assert.match(none["image/svg+xml"], /^<svg /);
});

Deno.test("show: what shows itself, as it does", async () => {
  const shown = show(withView([1], { text: () => "one", html: () => "<b>1</b>" }));
  assert.equal(String(shown), "one");
  assert.deepEqual(await shown.bundle(), { "text/plain": "one", "text/html": "<b>1</b>" });
});

Deno.test("show: other values and unknown texts are refused", () => {
  for (const value of ["a,b\n1,2\n", "<svgx>", "", {}, [1]]) assert.throws(() => show(value), InputError);
  assert.throws(() => show(null as unknown as object), InputError);
  assert.throws(() => show(figure, { titel: "x" } as object), InputError);
});
