import {
  byReplica,
  claimsOf,
  type Demand,
  judge,
  SIGNIFICANT,
  verdictLines,
} from "../../../src/experiments/core/verdict.ts";
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

Deno.test("judge: the interval of correlations stays within [−1, 1], that of numbers does not", () => {
  const claim = { text: "c", statistic: "ρ", values: [-0.9, -0.95, -1], demand: { below: 0 } } as const;
  // t = 4.303 for two degrees of freedom, and the standard error of the mean −0.95 is 0.05 / √3.
  const student = 4.303 * 0.05 / Math.sqrt(3);
  const fisher = [-1, 1].map((side) => Math.tanh(Math.atanh(-0.95) + side * student / (1 - 0.95 ** 2)));
  const close = (actual: readonly number[], expected: readonly number[]) =>
    actual.forEach((end, i) => assert(Math.abs(end - expected[i]) < 1e-12, `${actual}, not ${expected}`));
  close(judge(claim).interval, [-0.95 - student, -0.95 + student]);
  close(judge({ ...claim, kind: "correlation" }).interval, fisher);
  assert(judge(claim).interval[0] < -1 && judge({ ...claim, kind: "correlation" }).interval[0] > -1);

  // A single replica is judged by its value, but has no interval.
  const single = judge({ ...claim, values: [-0.5], kind: "correlation" });
  assert.deepEqual([single.interval, single.holds], [[-1, 1], true]);
  const agreeing = judge({ ...claim, values: [-1, -1, -1], kind: "correlation" });
  assert.deepEqual([agreeing.interval, agreeing.holds], [[-1, -1], true]);
});

Deno.test("judge: replicas keep their numbers; those without a value are named and do not count", () => {
  const rows = [{ replica: 4, x: 1 }, { replica: 1, x: 3 }, { replica: 4, x: 2 }, { replica: 2, x: 9 }];
  const values = byReplica(6, rows, (own) => own[0].x === 9 ? null : own.reduce((sum, { x }) => sum + x, 0));
  assert.deepEqual(values, [null, 3, null, null, 3, null]);
  const claim = { text: "c", statistic: "s", values, demand: { equals: 3 } } as const;
  const verdict = judge(claim);
  assert.deepEqual(
    [verdict.values, verdict.replicas, verdict.without, verdict.holds],
    [[3, 3], [1, 4], [0, 2, 3, 5], true],
  );
  // A value that is no number is one: the claim does not hold.
  const wild = judge({ ...claim, values: [3, NaN, null] });
  assert.deepEqual([wild.replicas, wild.without, wild.holds], [[0, 1], [2], false]);
  const many = judge({ ...claim, values: [...values, ...new Array<null>(300).fill(null)] });
  assert.deepEqual(verdictLines([verdict, wild, many]), [
    "holds: c (s 3, all replicas agree, 2 replicas; replicas 0, 2, 3, 5 have none)",
    "does not hold: c (s NaN, 95 % in [NaN, NaN], 2 replicas; replica 2 has none)",
    "holds: c (s 3, all replicas agree, 2 replicas; 304 replicas have none)",
  ]);
  assert.deepEqual(byReplica(0, [], () => 1), []);
});

Deno.test("claimsOf: statistics and p-values are those of the rows of each replica", () => {
  const rows = [{ replica: 1, x: 3 }, { replica: 0, x: 1 }, { replica: 1, x: 5 }];
  const text = { text: "c", statistic: "s", demand: { above: 0 } };
  const [plain, tested] = claimsOf(3, rows, [
    { ...text, value: (own) => own.length },
    {
      ...text,
      value: ([{ x }]) => x,
      null: { text: "chance", pValue: (own) => own.length > 1 ? 0.01 : null },
    },
  ]);
  assert.deepEqual(plain, { ...text, values: [1, 2, null] });
  assert.deepEqual(tested, {
    ...text,
    values: [1, 3, null],
    null: { text: "chance", pValues: [null, 0.01, null] },
  });
  assert.deepEqual(claimsOf(2, [], [{ ...text, value: () => 1 }])[0].values, [null, null]);
});

Deno.test("verdictLines: a line each, with what was measured", () => {
  const demand = { below: 0 }, values = [-0.9, -0.95, -1];
  const verdicts = [
    judge({ text: "ranks rise", statistic: "ρ", values, demand }),
    judge({ text: "ranks rise", statistic: "ρ", values, kind: "correlation", demand }),
    judge({ text: "ranks rise", statistic: "ρ", values: [-1, -1], kind: "correlation", demand }),
    judge({ text: "no loss is below", statistic: "probes", values: [0, 0, 0], demand: { equals: 0 } }),
    judge({ text: "one replica is enough", statistic: "cosine", values: [0.5], demand: { above: 0.99 } }),
  ];
  assert.deepEqual(verdictLines(verdicts), [
    "holds: ranks rise (ρ -0.95, 95 % in [-1.07, -0.826], p 0.000461 against a mean of 0 or more, 3 replicas)",
    "holds: ranks rise (ρ -0.95, 95 % in [-0.996, -0.506], p 0.0126 against a mean of 0 or more, 3 replicas)",
    "holds: ranks rise (ρ -1, all replicas agree, p 0.25 against a mean of 0 or more, 2 replicas)",
    "holds: no loss is below (probes 0, all replicas agree, 3 replicas)",
    "does not hold: one replica is enough (cosine 0.5, 1 replica)",
  ]);
});

Deno.test("judge: a null of its own must be refused as well, and the mean alone decides nothing", () => {
  const values = [2, 2.1, 1.9], demand = { above: 0 } as const;
  const against = (pValues: (number | null)[]) =>
    judge({ text: "c", statistic: "s", values, demand, null: { text: "chance", pValues } });
  const refused = against([0.01, null, NaN]);
  assert(refused.holds && Math.abs(refused.pValue! - 0.01) < 1e-15);
  assert.deepEqual(verdictLines([refused]), [
    "holds: c (s 2, 95 % in [1.75, 2.25], p 0.01 against chance, 3 replicas)",
  ]);
  assert(!against([0.5, 0.6, 0.7]).holds && !against([]).holds && !against([NaN]).holds);
  const missed = judge({ ...refused, text: "c", demand: { above: 3 }, null: { text: "n", pValues: [0.01] } });
  assert(!missed.holds && missed.pValue! < 0.05);
});

Deno.test("judge: what cannot be tested has no p-value", () => {
  const test = (values: (number | null)[], demand: Demand) =>
    judge({ text: "c", statistic: "s", values, demand }).pValue;
  for (const values of [[], [1], [1, null], [1, NaN]]) assert.equal(test(values, { above: 0 }), null);
  assert.equal(test([0, 0], { equals: 0 }), null);
  assert.deepEqual([test([1, 1, 1], { above: 0 }), test([1, 1, 1], { above: 1 })], [1 / 8, 1]);
  assert.deepEqual([test([1, 1], { below: 2 }), test([1, 1], { below: 0 })], [1 / 4, 1]);
});

Deno.test("judge: p-values are combined, and a test without data neither helps nor holds", () => {
  const claim = { text: "ranks jump", statistic: "test", kind: "p-value", demand: SIGNIFICANT } as const;
  const combined = judge({ ...claim, values: [0.1, NaN, 0.02] });
  // e^(−x) (1 + x) with x = −log(0.1 · 0.02).
  assert(Math.abs(combined.pValue! - 0.002 * (1 - Math.log(0.002))) < 1e-15);
  assert.deepEqual([combined.holds, combined.interval, combined.values], [true, [0.02, 0.1], [0.1, 0.02]]);
  assert.deepEqual([combined.replicas, combined.without], [[0, 2], [1]]);
  assert(!judge({ ...claim, values: [0.3, 0.4] }).holds && !judge({ ...claim, values: [NaN] }).holds);
  assert.deepEqual(
    verdictLines([combined, judge({ ...claim, values: [0.3] }), judge({ ...claim, values: [] })]),
    [
      "holds: ranks jump (test: p 0.0144, of single ones 0.02 to 0.1, 2 replicas; replica 1 has none)",
      "does not hold: ranks jump (test: p 0.3, 1 replica)",
      "cannot be told: ranks jump (test: no replica has one)",
    ],
  );
});

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
