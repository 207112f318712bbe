import { type Demand, judge, verdictLines } from "../../../src/experiments/core/verdict.ts";
import { assert } from "../../deps.ts";

Deno.test("judge: by the whole interval; without replicas, or with what is no number, nothing holds", () => {
  const holds = (values: number[], demand: Demand) =>
    judge({ text: "c", statistic: "s", values, demand }).holds;
  assert(holds([1, 1.1, 0.9], { above: 0 }) && !holds([1, 1.1, 0.9], { above: 0.95 }));
  assert(holds([-1, -1.1, -0.9], { below: 0 }) && !holds([-1, 1, 0], { below: 0 }));
  assert(holds([0, 0], { equals: 0 }) && !holds([0, 1], { equals: 0 }) && holds([0.99], { above: 0.9 }));
  for (const values of [[], [NaN], [1, NaN]]) {
    assert(
      !holds(values, { above: -1e9 }) && !holds(values, { below: 1e9 }) && !holds(values, { equals: NaN }),
    );
  }
});

Deno.test("verdictLines: a line each, with what was measured", () => {
  const verdicts = [
    judge({ text: "ranks rise", statistic: "ρ", values: [-0.9, -0.95, -1], demand: { below: 0 } }),
    judge({ text: "one replica is enough", statistic: "cosine", values: [0.5], demand: { above: 0.99 } }),
  ];
  assert.deepEqual(verdictLines(verdicts), [
    "holds: ranks rise (ρ -0.95, 95 % in [-1.07, -0.826], 3 replicas)",
    "does not hold: one replica is enough (cosine 0.5, 1 replica)",
  ]);
});
