import { InputError } from "../../src/errors.ts";
import { experimentRecord, experimentText } from "../../src/experiments/core/record.ts";
import { methodsStudy } from "../../src/experiments/methods/mod.ts";
import {
  type LearningMethod,
  type MethodsOptions,
  parseFrequencies,
} from "../../src/experiments/methods/options.ts";
import type { MethodOutcome } from "../../src/experiments/methods/outcome.ts";
import { methodVerdicts } from "../../src/experiments/methods/verdicts.ts";
import { assert } from "../deps.ts";
import { assertSoundSvg, marks } from "../support/sound.ts";
import { smallTask } from "../support/tasks.ts";
import { openGpu } from "../support/gpu.ts";

const gpu = await openGpu();

const wave = {
  count: 60,
  target: (x: Float32Array) => Math.cos(3 * x[0]) + Math.cos(9 * x[0]),
  heldOut: true,
};
const task = smallTask(wave);
const options: MethodsOptions = {
  tasks: [task],
  width: 16,
  updates: 200,
  probeEvery: 5,
  seeds: 3,
  range: 8,
  frequencies: { kind: "dyadic", octaves: 3 },
};
const holds = (verdicts: readonly { readonly holds: boolean }[]) => verdicts.map(({ holds }) => holds);

Deno.test("methodsStudy: features that are there from the start have a high rank, a low loss and no stairs", async () => {
  const progress: number[] = [];
  const tasks = [task, {
    ...smallTask({ ...wave, target: (x) => Math.sin(4 * x[0]) + Math.cos(10 * x[0]) }),
    name: "waves",
    test: null,
  }];
  const result = await methodsStudy(gpu, { ...options, tasks }, (steps) => progress.push(steps));
  const { verdicts, outcomes } = result;
  assert.equal(verdicts.length, 5 * 3);
  // Random features and partitions of unity: all three claims.
  assert.deepEqual(holds(verdicts.slice(6)), new Array(9).fill(true), JSON.stringify(verdicts.slice(6)));
  assert(verdicts.every(({ seeds }) => seeds.length === 3));
  assert(progress.every((steps, i) => i === 0 || steps >= progress[i - 1]));
  assert.equal(progress.at(-1), 2 * 3 * 200);
  assert.equal(outcomes.length, 2 * 6 * 3);
  for (const { method, task, steps, losses, ranks, jumps, heldOut, coefficients } of outcomes) {
    const isSolved = ["elm", "rfm", "partition"].includes(method);
    assert.deepEqual([losses.length, ranks.length], [steps.length, steps.length]);
    assert.deepEqual([steps.length, isSolved], isSolved ? [1, true] : [41, false]);
    assert(
      ranks.every((each) => each.every(({ low, rank, high }) => low <= rank && rank <= high && rank <= 16)),
    );
    assert.equal(coefficients !== null, isSolved);
    if (isSolved) assert.deepEqual(jumps, [0, 0]);
    // Held out are the very samples trained on: the same loss, but for single precision.
    if (task === "waves") assert.equal(heldOut, null);
    else assert(Math.abs(heldOut! / losses.at(-1)! - 1) < (isSolved ? 1e-12 : 1e-3), `${method}: ${heldOut}`);
  }
  // Nothing of a partition of unity is random.
  const [first, second] = outcomes.filter(({ method }) => method === "partition");
  assert.deepEqual({ ...first, seed: 1 }, second);

  const [header, ...lines] = result.table.trimEnd().split("\n");
  assert.equal(
    header,
    "task,method,kind,seed,epsilon,rank_start,rank_start_low,rank_start_high,rank_end,jumps,loss,held_out_error," +
      "coefficient_norm",
  );
  assert.equal(lines.length, 2 * 6 * 3 * 2);
  const [columns, ...rows] = result.trace.trimEnd().split("\n");
  assert.equal(columns, "task,method,seed,step,loss,epsilon,rank,rank_low,rank_high");
  assert.equal(rows.length, 2 * 3 * 2 * (3 * 41 + 3));

  const elements = assertSoundSvg(result.figure, "Methods seen through the ε-rank");
  assert.equal(marks(elements, "panel").length, 2 * 3);
  assert.equal(marks(elements, "rank").length, 2 * 6);
  assert.equal(marks(elements, "loss").length, 2 * 6);
  assert.equal(marks(elements, "outcome").length, 2 * 6 * 3);
  assert.equal(marks(elements, "held-out").length, 6 * 3);

  const record = await experimentRecord(gpu, result);
  const { steps, replicas, runs } = record.configuration;
  assert.deepEqual([record.status, steps, replicas, runs], ["done", 1200, 3, 6]);
  assert.match(experimentText(record), /^small, waves on .*\n1200 steps of 3 replicas in /);
});

Deno.test("methodsStudy: random features that all look alike are no match for training", async () => {
  const methods: LearningMethod[] = ["elm"];
  // Without weights a feature is a constant; and neurons without an activation span no more than a line.
  const flat = await methodsStudy(gpu, { ...options, methods, range: 0 });
  assert.deepEqual(holds(flat.verdicts), [false, false, true]);
  assert(flat.outcomes.every(({ method, ranks }) => method === "plain" || ranks[0][1].rank === 0));
  const linear = await methodsStudy(gpu, { ...options, methods, activation: "identity", updates: 20 });
  const solved = linear.outcomes.filter(({ method }) => method === "elm");
  assert(solved.every(({ ranks }) => ranks[0][1].rank === 2));
  // Whatever the weights, the least squares are those of a line.
  const [[loss], ...others] = solved.map(({ losses }) => losses);
  assert(loss > 0.1 && others.every(([other]) => Math.abs(other / loss - 1) < 1e-9));
});

Deno.test("methodVerdicts: the task on which a method does worst decides, and is named", () => {
  const outcome = (
    method: LearningMethod,
    task: string,
    seed: number,
    rank: number,
    loss: number,
    jumps: number,
  ) =>
    ({
      ...{ task, method, seed, steps: [0], losses: [1, loss], heldOut: null, coefficients: null },
      ranks: [[0.1, 1e-6].map((epsilon, e) => ({ epsilon, rank: rank - 1 + e, low: rank, high: rank }))],
      jumps: [9, jumps],
    }) satisfies MethodOutcome;
  const given = { tasks: [task, { ...task, name: "other" }], epsilons: [0.1, 1e-6], seeds: 2 };
  const chosen = { ...given, methods: ["plain", "elm"] as const };
  const plain = ["small", "other"].flatMap((name) =>
    [0, 1].map((seed) => outcome("plain", name, seed, 3, 1e-2, 5))
  );
  const better = ["small", "other"].flatMap((name) =>
    [0, 1].map((seed) => outcome("elm", name, seed, 9, 1e-4, 0))
  );
  const verdicts = methodVerdicts(chosen, [...plain, ...better]);
  assert.deepEqual(holds(verdicts), [true, true, true]);
  assert.deepEqual(verdicts.map(({ value }) => Math.round(1e9 * value) / 1e9), [6, -2, -5]);
  const mixed = better.map((each) => each.task === "other" ? { ...each, losses: [1, 0.1] } : each);
  const [rank, loss] = methodVerdicts(chosen, [...plain, ...mixed]);
  assert.deepEqual([rank.holds, loss.holds, loss.value], [true, false, 1]);
  assert.match(loss.statistic, /^not on other: greatest log₁₀ of their ratio$/);
  // A seed that is missing on one task has no say.
  const fewer = methodVerdicts(chosen, [...plain.slice(1), ...better]);
  assert.deepEqual(fewer.map(({ seeds }) => seeds.length), [1, 1, 1]);
  assert.deepEqual(holds(methodVerdicts(chosen, better)), [false, false, false]);
});

Deno.test("methodsStudy: networks that diverge are named and left out; a run that is stopped keeps what was done", async () => {
  const rates = { name: "sgd", learningRate: [0.01, 1e30, 0.01] } as const;
  const methods: LearningMethod[] = ["elm"];
  const short = { ...options, methods, activation: "relu", updates: 40 };
  const result = await methodsStudy(gpu, { ...short, optimizer: rates });
  assert.deepEqual(result.diverged.map(({ replica }) => replica), [1]);
  assert(result.verdicts.every(({ seeds }) => seeds.length === 2));
  const record = await experimentRecord(gpu, result);
  assert.equal(record.status, "done");
  assert.match(
    experimentText(record),
    /\nplain network, small, seed 1 diverged at step \d+, and does not count\n/,
  );
  const all = await methodsStudy(gpu, { ...short, optimizer: { ...rates, learningRate: 1e30 } });
  assert.equal((await experimentRecord(gpu, all)).status, "diverged");
  assert.deepEqual(holds(all.verdicts), [false, false, false]);
  assertSoundSvg(all.figure, "Methods seen through the ε-rank");

  const stop = new AbortController();
  const stopped = await methodsStudy(
    gpu,
    { ...options, methods: ["elm", "fourier"], updates: 40, signal: stop.signal },
    (_, text) => {
      if (text === "small, extreme learning machine") stop.abort();
    },
  );
  assert.equal((await experimentRecord(gpu, stopped)).status, "interrupted");
  assert.deepEqual([...new Set(stopped.outcomes.map(({ method }) => method))], ["plain", "elm"]);
});

Deno.test("methodsStudy: what is out of range, or has no squared error, is refused", async () => {
  for (
    const wrong of [
      { tasks: [] },
      { tasks: [task, task] },
      { tasks: [smallTask({ loss: "logistic" })] },
      { methods: ["magic" as LearningMethod] },
      { methods: ["toString" as LearningMethod] },
      { width: 0 },
      { depth: 1.5 },
      { seeds: 0 },
      { updates: 0 },
      { patches: 0 },
      { patches: 17 },
      { range: -1 },
      { localRange: NaN },
      { rcond: 1 },
      { scales: [] },
      { epsilons: [0] },
      { activation: "magic" },
    ]
  ) {
    const asked = { ...options, updates: 1, seeds: 1, ...wrong };
    await assert.rejects(() => methodsStudy(gpu, asked), InputError, JSON.stringify(Object.keys(wrong)));
  }
});

Deno.test("parseFrequencies: random vectors or octaves, and nothing else", () => {
  assert.deepEqual(parseFrequencies("random:8:0.5"), { kind: "random", count: 8, deviation: 0.5 });
  assert.deepEqual(parseFrequencies("dyadic:5"), { kind: "dyadic", octaves: 5 });
  for (
    const wrong of [
      "",
      "random",
      "random:8",
      "random:0:1",
      "random:8:x",
      "random:8:1:2",
      "dyadic:1.5",
      "dyadic:3:1",
      "dyadic:99",
    ]
  ) {
    assert.throws(() => parseFrequencies(wrong), InputError, wrong);
  }
});
