import { meanInterval, studentQuantile } from "../../../src/stats/confidence.ts";
import { type Demand, judge, verdictLines } from "../../../src/experiments/core/verdict.ts";
import { normals } from "../../reference/random.ts";
import { assert } from "../../deps.ts";

Deno.test("meanInterval: nineteen of twenty intervals hold the mean", () => {
  for (const count of [3, 5, 20]) {
    let held = 0;
    for (let run = 0; run < 2000; run++) {
      const { low, high } = meanInterval(Array.from(normals(count, 7000 * count + run)));
      if (low <= 0 && high >= 0) held++;
    }
    assert(Math.abs(held / 2000 - 0.95) < 0.015, `${held / 2000} of ${count}`);
  }
});

Deno.test("meanInterval: one value, values that agree, none, what is not a number", () => {
  assert.deepEqual(meanInterval([3, 3, 3]), { mean: 3, low: 3, high: 3 });
  assert.deepEqual(meanInterval([3]), { mean: 3, low: 3, high: 3 });
  assert(Number.isNaN(meanInterval([]).mean) && Number.isNaN(meanInterval([1, NaN]).low));
  assert.equal(studentQuantile(0), Infinity);
  assert(Math.abs(studentQuantile(30) - 2.042) < 0.02);
});

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
