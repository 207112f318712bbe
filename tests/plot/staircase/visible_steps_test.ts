import { assert } from "../../deps.ts";
import { stepsOf, visibleSteps } from "../../../src/plot/staircase/visible_steps.ts";
import type { Probe } from "../../../src/train/trace.ts";

/** A probe that only counts, whose rank is certain. */
const probe = (step: number, replica: number, loss: number, rank: number): Probe => ({
  kind: "count",
  step,
  replica,
  loss,
  accuracy: null,
  layers: [{
    kind: "count",
    layer: 1,
    precision: "double",
    ranks: [{ epsilon: 1e-6, rank, low: rank, high: rank }],
  }],
});

const noFloor = () => undefined;

Deno.test("stepsOf: each step once, ascending, however probes are ordered", () => {
  assert.deepEqual(stepsOf([0, 0, 5, 5, 7].map((step) => probe(step, 0, 1, 1))), [0, 5, 7]);
  assert.deepEqual(stepsOf([5, 0, 7, 0].map((step) => probe(step, 0, 1, 1))), [0, 5, 7]);
  assert.deepEqual(stepsOf([]), []);
});

Deno.test("visibleSteps: all steps of a run of ordinary length", () => {
  const probes = Array.from({ length: 10_000 }, (_, i) => probe(3 * i, 0, 1, 1));
  const steps = stepsOf(probes);
  assert.equal(visibleSteps(probes, steps, noFloor), steps);
});

Deno.test("visibleSteps: of a long run no more than can be seen, and every peak of every replica", () => {
  const count = 100_000, peak = 43_210, dip = 77_777, flicker = 12_345;
  const probes = Array.from({ length: 2 * count }, (_, k) => {
    const step = k >> 1, replica = k % 2;
    const loss = step === peak && replica === 1 ? 100 : step === dip && replica === 0 ? 1e-9 : 1 / (1 + step);
    return probe(step, replica, loss, step === flicker && replica === 1 ? 40 : 3);
  });
  const steps = stepsOf(probes), shown = visibleSteps(probes, steps, noFloor);
  assert(shown.length >= 8000 && shown.length <= 20_000, `${shown.length}`);
  assert.deepEqual([shown[0], shown[shown.length - 1]], [0, count - 1]);
  assert(shown.every((step, i) => i === 0 || step > shown[i - 1]));
  for (const step of [peak, dip, flicker]) assert(shown.includes(step), `${step}`);
});
