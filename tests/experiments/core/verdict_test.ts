import { judge, verdictLines } from "../../../src/experiments/core/verdict.ts";
import { assert } from "../../deps.ts";

Deno.test("judge: by the whole interval; without seeds, or with what is no number, nothing holds", () => {
  const holds = (seeds: number[], demand: Parameters<typeof judge>[3]) =>
    judge("c", "s", seeds, demand).holds;
  assert(holds([1, 1.1, 0.9], { above: 0 }) && !holds([1, 1.1, 0.9], { above: 0.95 }));
  assert(holds([-1, -1.1, -0.9], { below: 0 }) && !holds([-1, 1, 0], { below: 0 }));
  assert(holds([0, 0], { equals: 0 }) && !holds([0, 1], { equals: 0 }) && holds([0.99], { above: 0.9 }));
  for (const seeds of [[], [NaN], [1, NaN]]) {
    assert(!holds(seeds, { above: -1e9 }) && !holds(seeds, { below: 1e9 }) && !holds(seeds, { equals: NaN }));
  }
});

Deno.test("verdictLines: a line each, with what was measured", () => {
  const verdicts = [
    judge("ranks rise", "ρ", [-0.9, -0.95, -1], { below: 0 }),
    judge("one seed is enough", "cosine", [0.5], { above: 0.99 }),
  ];
  assert.deepEqual(verdictLines(verdicts), [
    "holds: ranks rise (ρ -0.95, 95 % in [-1.07, -0.826], 3 seeds)",
    "does not hold: one seed is enough (cosine 0.5, 1 seeds)",
  ]);
});
