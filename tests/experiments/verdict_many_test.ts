import { judge, verdictLines } from "../../src/experiments/core/verdict.ts";
import { assert } from "../deps.ts";

Deno.test("judge: p-values of 200,000 replicas, which are too many for arguments", () => {
  const values = Array.from({ length: 200_000 }, (_, i) => (i % 1000 + 1) / 2000);
  const verdict = judge({
    text: "many",
    statistic: "test",
    values,
    kind: "p-value",
    demand: { below: 0.05 },
  });
  assert.deepEqual(verdict.interval, [0.0005, 0.5]);
  assert.match(verdictLines([verdict])[0], /^holds: many/);
});
