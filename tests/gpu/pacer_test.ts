import { assert, fc } from "../deps.ts";
import { Pacer } from "../../src/gpu/pacer.ts";

/** Submissions of a run whose step takes `cost` ms, beside a fixed `overhead` a submission. */
function pace(pacer: Pacer, cost: number, submissions: number, overhead = 0): void {
  for (let i = 0; i < submissions; i++) pacer.observe(pacer.steps, overhead + cost * pacer.steps);
}

Deno.test("Pacer starts with one step and at most doubles", () => {
  const pacer = new Pacer(1e6);
  assert.equal(pacer.steps, 1);
  for (let i = 0, before = 1; i < 10; i++, before = pacer.steps) {
    pace(pacer, 1e-4, 1);
    assert.equal(pacer.steps, 2 * before);
  }
});

Deno.test("Pacer converges to 75 ms, or to the limits, whatever a step costs", () => {
  // 2⁻¹⁰ … 2¹⁰ ms a step. Doubling reaches any number up to 2²⁰ in 20 submissions; 40 leave room to
  // settle.
  const cost = fc.integer({ min: -100, max: 100 }).map((x) => 2 ** (x / 10));
  fc.assert(
    fc.property(cost, fc.integer({ min: 1, max: 100_000 }), (cost, most) => {
      const pacer = new Pacer(most);
      pace(pacer, cost, 40);
      const ideal = Math.min(most, Math.max(1, 75 / cost));
      assert.ok(Math.abs(pacer.steps - ideal) <= 0.5 + 1e-9 * ideal, `${pacer.steps} steps, not ${ideal}`);
    }),
    { seed: 2, numRuns: 200 },
  );
});

Deno.test("Pacer: steps are a whole number from 1 to the maximum, for any times", () => {
  const times = fc.array(fc.double({ min: 0, max: 1e6, noNaN: true }), { maxLength: 50 });
  fc.assert(
    fc.property(times, fc.integer({ min: 1, max: 1000 }), (times, most) => {
      const pacer = new Pacer(most);
      for (const milliseconds of times) {
        pacer.observe(pacer.steps, milliseconds);
        assert.ok(Number.isInteger(pacer.steps) && pacer.steps >= 1 && pacer.steps <= most);
      }
    }),
    { seed: 3, numRuns: 100 },
  );
});

Deno.test("Pacer: a stall halves, and is forgotten; so is a short last submission", () => {
  const pacer = new Pacer(10_000);
  pace(pacer, 0.5, 20);
  assert.equal(pacer.steps, 150);
  pacer.observe(150, 60_000);
  assert.equal(pacer.steps, 75);
  pace(pacer, 0.5, 2);
  assert.equal(pacer.steps, 150);
  pacer.observe(3, 1.5);
  assert.equal(pacer.steps, 150);
});
