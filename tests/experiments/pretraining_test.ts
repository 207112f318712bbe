import type { OptionsOf } from "../../src/experiments/core/experiment.ts";
import { experimentRecord } from "../../src/experiments/core/record.ts";
import { runExperiment } from "../../src/experiments/core/run.ts";
import { experimentText } from "../../src/experiments/core/text.ts";
import { judge } from "../../src/experiments/core/verdict.ts";
import { completeValues } from "../../src/cli/options.ts";
import { InputError } from "../../src/errors.ts";
import { pretrainingClaims } from "../../src/experiments/pretraining/claims.ts";
import { pretraining } from "../../src/experiments/pretraining/mod.ts";
import type { PretrainingNetwork, PretrainingRun } from "../../src/experiments/pretraining/networks.ts";
import { loadTask } from "../../src/tasks/registry.ts";
import type { Task } from "../../src/tasks/task.ts";
import { assert } from "../deps.ts";
import { assertSoundSvg, marks } from "../support/sound.ts";
import { smallTask } from "../support/tasks.ts";
import { openGpu } from "../support/gpu.ts";

const gpu = await openGpu();

const task = smallTask({ count: 60, target: (x) => Math.cos(3 * x[0]) + Math.cos(12 * x[0]) });
const withActivation = (activation: string): Task => ({
  ...task,
  defaults: { ...task.defaults, activation },
});
const methods = ["structured", "gradient", "xavier-normal", "pytorch"];
const options: OptionsOf<typeof pretraining> = {
  tasks: [task],
  layers: [24, 16],
  optimizer: "adam",
  learningRate: 5e-3,
  steps: 200,
  probeEvery: 10,
  methods,
  replicas: 3,
  pretrainingSteps: 60,
  targets: [0.3, 0.03],
};
const run = (change: OptionsOf<typeof pretraining> = {}) =>
  runExperiment(gpu, pretraining, { ...options, ...change });

Deno.test("pretraining: the claims hold of tanh on a line", async () => {
  const result = await run({ replicas: 5 });
  assert.equal(result.verdicts.length, 8);
  // As if starts took no time, of which the clock of a test is no judge.
  const free = result.rows.map((run) => ({
    ...run,
    networks: run.networks.map((network) => ({ ...network, startSteps: 0 })),
  }));
  const verdicts = pretrainingClaims(free, result.plan).map(judge);
  const verdict = (method: string, claim: string) =>
    verdicts.find((each) => each.claim === `small, tanh, ${method}: ${claim}`)!;
  for (const method of ["structured", "gradient"]) {
    const start = verdict(method, "a higher terminal ε-rank at the start");
    assert(start.holds && start.value >= 5, `${method}: ${start.value}`);
    assert(verdict(method, "fewer stairs left").holds);
    assert(verdict(method, "less time to given losses, its own counted").holds);
    assert(verdict(method, "a lower loss after the same time").holds);
  }

  const csv = (name: keyof typeof pretraining.tables) => pretraining.tables[name](result).csv;
  const table = (text: string) => text.trimEnd().split("\n").map((line) => line.split(","));
  const [header, ...rows] = table(csv("pretraining.csv"));
  assert.equal(
    header.join(),
    "task,activation,architecture,method,replica,start_ms,start_steps,step_ms,log_det_before,log_det_after,rank_start,rank_low,rank_high," +
      "first_rank_start,rank_end,stairs,loss_start,loss_end,loss_same_time,accuracy,relative_error",
  );
  assert.equal(rows.length, 4 * 5);
  const at = (row: string[], name: string) => row[header.indexOf(name)];
  for (const row of rows) {
    const method = at(row, "method");
    assert(Number(at(row, "step_ms")) > 0);
    assert.equal(Number(at(row, "start_ms")) > 0, ["structured", "gradient"].includes(method));
    assert.equal(at(row, "log_det_after") !== "", method === "gradient");
    if (method === "gradient") {
      assert(Number(at(row, "log_det_after")) > Number(at(row, "log_det_before")) + 20);
    }
    assert(Number(at(row, "rank_low")) <= Number(at(row, "rank_start")));
  }
  assert.equal(table(csv("times.csv")).length, 1 + 20 * 2);
  assert.equal(table(csv("trace.csv")).length, 1 + 20 * 21 * 2);
  const elements = assertSoundSvg(
    await pretraining.figures["pretraining.svg"](result),
    "Pre-training of the first hidden layer",
  );
  assert.equal(marks(elements, "panel").length, 3);
  assert.equal(marks(elements, "dot").length, 20);
  const record = await experimentRecord(gpu, pretraining, result);
  assert.deepEqual([record.status, record.configuration.tasks[0].samples], ["done", 60]);
});

Deno.test("pretraining: the same numbers again, whatever the clock says", async () => {
  const small = { steps: 20, replicas: 2, pretrainingSteps: 10 };
  const trace = async (seed: number) => pretraining.tables["trace.csv"](await run({ ...small, seed })).csv;
  const [first, second, other] = [await trace(0), await trace(0), await trace(1)];
  assert.equal(first, second);
  assert.notEqual(other, first);
});

Deno.test("pretraining: features that are linear have no rank to gain", async () => {
  const result = await run({
    tasks: [withActivation("identity")],
    steps: 10,
    methods: ["gradient", "pytorch"],
    pretrainingSteps: 20,
  });
  const [rank] = result.verdicts;
  assert.deepEqual([rank.holds, rank.values], [false, [0, 0, 0]]);
  const ranks = result.rows[0].networks.flatMap(({ probes }) =>
    probes.flatMap(({ layers }) => layers.map(({ ranks }) => ranks[0].rank))
  );
  assert(ranks.every((each) => each <= 2));
});

Deno.test("pretraining: solves a differential equation, and ranks features in its domain", async () => {
  const poisson = await loadTask("poisson1d", { samples: 42 });
  const result = await run({
    tasks: [poisson],
    layers: [20, 16],
    steps: 20,
    methods: ["structured", "gradient", "xavier-normal"],
  });
  for (const { value, holds, claim } of result.verdicts.filter(({ claim }) => claim.includes("rank"))) {
    assert(holds && value >= 8, `${claim}: ${value}`);
  }
  const last = result.rows[0].networks.map(({ probes }) => probes[probes.length - 1]);
  assert(last.every(({ relativeError }) => relativeError! > 0));
});

Deno.test("pretraining: the same starts in networks with skip connections, adaptive or not", async () => {
  const result = await run({
    tasks: "cosines:adaptive,cosines:tanh:skip,cosines:tanh,cosines:gated",
    samples: 40,
    layers: "16,16,16",
    steps: 20,
    replicas: 2,
    methods: ["structured", "xavier-normal"],
  });
  assert.deepEqual(result.plan.cases.map(({ skip, activation }) => [skip, activation]), [
    ["adaptive", "tanh"],
    [true, "tanh"],
    [false, "tanh"],
    ["gated", "tanh"],
  ]);
  assert.deepEqual(result.rows.map(({ architecture }) => architecture), [
    "adaptive",
    "skip",
    "plain",
    "gated",
  ]);
  // Where α is 0, all layers have the features of the first.
  for (const { probes: [{ layers }] } of result.rows[0].networks) {
    assert.equal(layers[2].ranks[0].rank, layers[0].ranks[0].rank);
  }
  assert(result.verdicts[0].claim.startsWith("cosines, tanh, adaptive, structured: "));
  const lines = pretraining.tables["times.csv"](result).csv.split("\n");
  assert(lines[1].startsWith("cosines,tanh,adaptive,structured,0,"));
  const values = completeValues(pretraining.options, { tasks: "abs:adaptive" }, "pretraining");
  const plan = await pretraining.plan(values);
  assert.deepEqual(plan.cases.map(({ hidden }) => hidden), [[50, 50, 50]]);
});

Deno.test("pretraining: who diverges is named and does not count; a signal ends it", async () => {
  const methods = ["structured", "normal:1e30", "pytorch"];
  const result = await run({ tasks: [withActivation("relu")], steps: 30, methods });
  assert.deepEqual(result.diverged.map(({ replica }) => replica), [3, 4, 5]);
  assert(
    experimentText(await experimentRecord(gpu, pretraining, result)).includes(
      "small, relu, normal:1e30, replica 1 diverged at step 0",
    ),
  );
  assert(result.verdicts.every(({ values }) => values.length <= 3));
  assert.equal(result.verdicts[0].values.length, 3);
  const stopped = await runExperiment(gpu, pretraining, options, { signal: AbortSignal.abort() });
  assert.deepEqual([stopped.status, stopped.rows.length], ["stopped", 0]);
  assert.equal((await experimentRecord(gpu, pretraining, stopped)).status, "stopped");
});

Deno.test("pretraining: what can not be compared is refused before anything is trained", async () => {
  const refused = (change: OptionsOf<typeof pretraining>) =>
    assert.rejects(() => run(change), InputError, JSON.stringify(Object.entries(change)));
  await refused({ tasks: [] });
  await refused({ tasks: [withActivation("relu^2")] });
  await refused({ steps: 0 });
  for (const layers of [[24, 16], [24]]) await refused({ tasks: "cosines:tanh:adaptive", layers });
  for (
    const methods of [[], ["structured"], ["pytorch"], ["structured", "xavier"], [
      "gradient",
      "gradient",
      "pytorch",
    ]]
  ) {
    await refused({ methods });
  }
  for (const targets of [[], [1], [0.1, 0.1], [0.1, 0.2], [0], [NaN]]) await refused({ targets });
  for (const replicas of [0, 1.5]) await refused({ replicas });
  for (const pretrainingSteps of [0, 0.5]) await refused({ pretrainingSteps });
  for (const pretrainingRate of [0, NaN, Infinity]) await refused({ pretrainingRate });
  for (const epsilon of [0, NaN]) await refused({ epsilon });
});

/** A network with given losses and ranks from steps 0, 10, 20 … on, with a probe at each step. */
function network(
  method: string,
  replica: number,
  losses: readonly number[],
  ranks: readonly number[],
  startSteps = 0,
): PretrainingNetwork {
  const nothing = new Float64Array();
  const times = losses.flatMap((loss, i) =>
    Array.from({ length: 10 }, (_, k) => ({ loss, rank: ranks[i], step: 10 * i + k }))
  );
  const probes = times.map(({ loss, rank, step }) => ({
    kind: "spectrum" as const,
    step,
    replica: 0,
    loss,
    accuracy: null,
    floors: null,
    layers: [{
      kind: "spectrum" as const,
      layer: 1,
      eigenvalues: nothing,
      bounds: nothing,
      precision: "single" as const,
      ranks: [{ epsilon: 1e-6, rank, low: rank, high: rank }],
    }],
  }));
  return { method, replica, probes, startMilliseconds: startSteps, startSteps, logDeterminants: null };
}

Deno.test("pretrainingClaims: against the best of the same replica, with what the start took", () => {
  const climbing = [1, 1, 1, 2, 2, 2, 3, 3, 3], flat = new Array<number>(9).fill(5);
  const plain = [1, 0.8, 0.6, 0.4, 0.2, 0.1, 0.09, 0.08, 0.07], slow = plain.map((x) => Math.sqrt(x));
  const quick = [1, 0.1, 0.05, 0.01, 0.005, 0.002, 0.001, 0.001, 0.001];
  const run = (start: number, own = quick): PretrainingRun => ({
    task: "task",
    activation: "tanh",
    architecture: "plain",
    epsilon: 1e-6,
    steps: 80,
    stepMilliseconds: 1,
    targets: [0.1, 0.01, 1e-6],
    networks: [
      network("gradient", 0, own, flat, start),
      network("xavier-normal", 0, plain, climbing),
      // Learns next to nothing, and climbs nothing.
      network("pytorch", 0, slow, new Array<number>(9).fill(2)),
      network("gradient", 1, quick, flat, start),
    ],
  });
  const plan = { methods: ["gradient", "xavier-normal", "pytorch"], replicasOfEach: 2 };
  const values = (run: PretrainingRun) => pretrainingClaims([run], plan).map((claim) => claim.values);
  // 10 steps and the start's against 50; 30 against 80, which are not enough; the last target
  // nobody reaches.
  const saved = (start: number) => ((1 - (10 + start) / 50) + (1 - (30 + start) / 80)) / 2;
  // Replica 1 has nothing to be compared with.
  assert.deepEqual(values(run(0)), [[3, null], [saved(0), null], [Math.log10(0.001 / 0.07), null], [
    -2,
    null,
  ]]);
  assert.deepEqual(values(run(45)), [
    [3, null],
    [saved(45), null],
    [Math.log10(0.01 / 0.07), null],
    [-2, null],
  ]);
  // A start that takes longer than the training leaves the loss where it was.
  assert.deepEqual(values(run(90))[2], [Math.log10(1 / 0.07), null]);
  // What is not reached in time counts as reached at the end; what nobody reaches in time, not at
  // all.
  assert.deepEqual(values(run(20, slow))[1], [1 - 80 / 50, null]);
  assert.deepEqual(values(run(60))[1], [1 - 70 / 50, null]);
  const nobody = run(0, slow), never = { ...nobody, targets: [1e-6] };
  assert.deepEqual(values(never)[1], [null, null]);
  assert.equal(judge(pretrainingClaims([never], plan)[1]).holds, false);
});
