import { InputError } from "../../src/errors.ts";
import type { OptionsOf, ResultOf } from "../../src/experiments/core/experiment.ts";
import { experimentRecord } from "../../src/experiments/core/record.ts";
import { runExperiment, type RunOptions } from "../../src/experiments/core/run.ts";
import { experimentText } from "../../src/experiments/core/text.ts";
import { judge } from "../../src/experiments/core/verdict.ts";
import { methodClaims } from "../../src/experiments/methods/claims.ts";
import { parseFrequencies } from "../../src/experiments/methods/inputs.ts";
import { methods } from "../../src/experiments/methods/mod.ts";
import type { MethodOutcome } from "../../src/experiments/methods/outcome.ts";
import type { LearningMethod } from "../../src/experiments/methods/plan.ts";
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
const options: OptionsOf<typeof methods> = {
  targets: [task],
  width: 16,
  steps: 200,
  probeEvery: 5,
  replicas: 3,
  range: 8,
  frequencies: { kind: "dyadic", octaves: 3 },
};
const study = (change: OptionsOf<typeof methods> = {}, how: RunOptions = {}) =>
  runExperiment(gpu, methods, { ...options, ...change }, how);
const draw = (result: ResultOf<typeof methods>) => methods.figures["methods.svg"](result);
const textOf = async (result: ResultOf<typeof methods>) =>
  experimentText(await experimentRecord(gpu, methods, result));
const holds = (verdicts: readonly { readonly holds: boolean }[]) => verdicts.map(({ holds }) => holds);

Deno.test("methods: features that are there from the start have a high rank, a low loss and no stairs", async () => {
  const progress: number[] = [];
  const targets = [task, {
    ...smallTask({ ...wave, target: (x) => Math.sin(4 * x[0]) + Math.cos(10 * x[0]) }),
    name: "waves",
    test: null,
  }];
  const result = await study({ targets }, { onProgress: (steps) => progress.push(steps) });
  const { verdicts, rows: outcomes } = result;
  assert.equal(verdicts.length, 5 * 3);
  // Random features and partitions of unity: all three claims.
  assert.deepEqual(holds(verdicts.slice(6)), new Array(9).fill(true), JSON.stringify(verdicts.slice(6)));
  // Jumps of a rank that drifts cannot be told, and do not count.
  assert(verdicts.every(({ values }, i) => i % 3 === 2 ? values.length <= 3 : values.length === 3));
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
  assert.deepEqual({ ...first, replica: 1 }, second);

  const [header, ...lines] = methods.tables["methods.csv"](result).csv.trimEnd().split("\n");
  assert.equal(
    header,
    "task,method,kind,replica,epsilon,rank_start,rank_start_low,rank_start_high,rank_end,jumps,loss,held_out_error," +
      "coefficient_norm",
  );
  assert.equal(lines.length, 2 * 6 * 3 * 2);
  const [columns, ...probes] = methods.tables["methods_trace.csv"](result).csv.trimEnd().split("\n");
  assert.equal(columns, "task,method,replica,step,loss,epsilon,rank,rank_low,rank_high");
  assert.equal(probes.length, 2 * 3 * 2 * (3 * 41 + 3));

  const elements = assertSoundSvg(await draw(result), "Methods seen through the ε-rank");
  assert.equal(marks(elements, "panel").length, 2 * 3);
  assert.equal(marks(elements, "rank").length, 2 * 6);
  assert.equal(marks(elements, "loss").length, 2 * 6);
  assert.equal(marks(elements, "outcome").length, 2 * 6 * 3);
  assert.equal(marks(elements, "held-out").length, 6 * 3);

  const { status, configuration: { steps, replicas, runs }, timings } = await experimentRecord(
    gpu,
    methods,
    result,
  );
  // Six runs train, six solve.
  assert.deepEqual([status, steps, timings.planned, replicas, runs], ["done", 200, 1200, 3, 12]);
  assert.match(await textOf(result), /^small, waves on .*\n1200 steps of 3 replicas, /);
});

Deno.test("methods: random features that all look alike are no match for training", async () => {
  const elm = { methods: ["elm"] };
  // Without weights a feature is a constant; and neurons without an activation span no more than a
  // line.
  const flat = await study({ ...elm, range: 0 });
  assert.deepEqual(holds(flat.verdicts), [false, false, true]);
  assert(flat.rows.every(({ method, ranks }) => method === "plain" || ranks[0][1].rank === 0));
  const linear = await study({ ...elm, activation: "identity", steps: 20 });
  const solved = linear.rows.filter(({ method }) => method === "elm");
  assert(solved.every(({ ranks }) => ranks[0][1].rank === 2));
  // Whatever the weights, the least squares are those of a line.
  const [[loss], ...others] = solved.map(({ losses }) => losses);
  assert(loss > 0.1 && others.every(([other]) => Math.abs(other / loss - 1) < 1e-9));
});

Deno.test("methodClaims: the task on which a method does worst decides, and is named", () => {
  const outcome = (
    method: LearningMethod,
    task: string,
    replica: number,
    rank: number,
    loss: number,
    jumps: number,
  ) =>
    ({
      ...{ task, method, replica, steps: [0], losses: [1, loss], heldOut: null, coefficients: null },
      ranks: [[0.1, 1e-6].map((epsilon, e) => ({ epsilon, rank: rank - 1 + e, low: rank, high: rank }))],
      jumps: [9, jumps],
    }) satisfies MethodOutcome;
  const given = { tasks: [task, { ...task, name: "other" }], epsilons: [0.1, 1e-6], replicas: 2 };
  const chosen = { ...given, methods: ["plain", "elm"] as const };
  const verdictsOf = (outcomes: readonly MethodOutcome[]) => methodClaims(outcomes, chosen).map(judge);
  const plain = ["small", "other"].flatMap((name) =>
    [0, 1].map((replica) => outcome("plain", name, replica, 3, 1e-2, 5))
  );
  const better = ["small", "other"].flatMap((name) =>
    [0, 1].map((replica) => outcome("elm", name, replica, 9, 1e-4, 0))
  );
  const verdicts = verdictsOf([...plain, ...better]);
  assert.deepEqual(holds(verdicts), [true, true, true]);
  assert.deepEqual(verdicts.map(({ value }) => Math.round(1e9 * value) / 1e9), [6, -2, -5]);
  const mixed = better.map((each) => each.task === "other" ? { ...each, losses: [1, 0.1] } : each);
  const [rank, loss] = verdictsOf([...plain, ...mixed]);
  assert.deepEqual([rank.holds, loss.holds, loss.value], [true, false, 1]);
  assert.match(loss.statistic, /^not on other: greatest log₁₀ of their ratio$/);
  // A replica that is missing on one task does not count.
  const fewer = verdictsOf([...plain.slice(1), ...better]);
  assert.deepEqual(fewer.map(({ replicas, without }) => [replicas, without]), new Array(3).fill([[1], [0]]));
  assert.deepEqual(holds(verdictsOf(better)), [false, false, false]);
});

Deno.test("methods: networks that diverge are named and left out; a run that is stopped keeps what was done", async () => {
  const short = { methods: "elm", activation: "relu", optimizer: "sgd", steps: 40 };
  const result = await study({ ...short, learningRate: [0.01, 1e30, 0.01] });
  assert.deepEqual(result.diverged.map(({ replica }) => replica), [1]);
  assert(result.verdicts.every(({ replicas }, i) => i % 3 === 2 || replicas.join() === "0,2"));
  assert.equal(result.status, "done");
  assert.match(
    await textOf(result),
    /\nplain network, small, replica 1 diverged at step \d+ in layer \d, and does not count\n/,
  );
  const all = await study({ ...short, learningRate: [1e30] });
  assert.equal((await experimentRecord(gpu, methods, all)).status, "diverged");
  assert.deepEqual(holds(all.verdicts), [false, false, false]);
  assertSoundSvg(await draw(all), "Methods seen through the ε-rank");

  const stop = new AbortController();
  const stopped = await study({ methods: ["elm", "fourier"], steps: 40 }, {
    signal: stop.signal,
    onProgress: (_, text) => {
      if (text === "small, extreme learning machine") stop.abort();
    },
  });
  assert.equal((await experimentRecord(gpu, methods, stopped)).status, "stopped");
  assert.deepEqual([...new Set(stopped.rows.map(({ method }) => method))], ["plain", "elm"]);
});

Deno.test("methods: what is out of range, or has no squared error, is refused", async () => {
  for (
    const wrong of [
      { targets: [] },
      { targets: [task, task] },
      { targets: [smallTask({ loss: "logistic" })] },
      { methods: ["magic"] },
      { methods: ["toString"] },
      { width: 0 },
      { depth: 1.5 },
      { replicas: 0 },
      { steps: 0 },
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
    const asked = { steps: 1, replicas: 1, ...wrong };
    await assert.rejects(() => study(asked), InputError, JSON.stringify(Object.keys(wrong)));
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
