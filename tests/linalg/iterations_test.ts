import { assert, fc } from "../deps.ts";
import { MOST_ITERATIONS, stepsPerDispatch } from "../../src/linalg/iterations.ts";

Deno.test("stepsPerDispatch: takes every step once, and no dispatch has more iterations than lavapipe allows", () => {
  const cost = fc.record({
    order: fc.integer({ min: 1, max: 400 }),
    load: fc.nat(20_000),
    step: fc.integer({ min: 1, max: 60 }),
    end: fc.nat(10_000),
  });
  fc.assert(
    fc.property(cost, ({ order, load, step, end }) => {
      const iterations = { load, step: (left: number) => step * left, end: (left: number) => end + left };
      const dispatches = stepsPerDispatch(order, iterations);
      assert.equal(dispatches.reduce((sum, steps) => sum + steps, 0), order);
      let left = order;
      dispatches.forEach((steps, index) => {
        assert.ok(steps >= 1);
        let taken = index === 0 ? load : 0;
        for (let i = 0; i < steps; i++) taken += step * left--;
        assert.ok(steps === 1 || taken + end + left + 1 <= MOST_ITERATIONS, `${taken} in dispatch ${index}`);
        // It ends only where the next step would not have fitted.
        const next = taken + step * left + end + left;
        if (left > 0) assert.ok(next > MOST_ITERATIONS, `${next} would have fitted into dispatch ${index}`);
      });
    }),
    { seed: 4, numRuns: 200 },
  );
});

Deno.test("stepsPerDispatch: one dispatch where all steps fit; a step that is too long has one for itself", () => {
  assert.deepEqual(stepsPerDispatch(64, { load: 10, step: () => 5, end: () => 5 }), [64]);
  assert.deepEqual(stepsPerDispatch(3, { load: 0, step: () => 100_000, end: () => 0 }), [1, 1, 1]);
});
