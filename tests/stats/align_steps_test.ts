import { alignSteps } from "../../src/stats/align_steps.ts";
import { assert } from "../deps.ts";

Deno.test("alignSteps: series lie over all their steps, in order, with NaN where one has none", () => {
  const series = [[{ step: 3, value: 1 }, { step: 1, value: 2 }], [], [{ step: 2, value: 3 }]];
  assert.deepEqual(alignSteps(series, (point) => point.value), {
    at: [1, 2, 3],
    values: [[2, NaN, 1], [NaN, NaN, NaN], [NaN, 3, NaN]],
  });
  assert.deepEqual(alignSteps([], () => 0), { at: [], values: [] });
});
