import { InputError } from "../../src/errors.ts";
import { experimentRecord, experimentText } from "../../src/experiments/core/record.ts";
import { pretraining } from "../../src/experiments/pretraining/mod.ts";
import type { PretrainingOptions } from "../../src/experiments/pretraining/options.ts";
import { pretrainingVerdicts } from "../../src/experiments/pretraining/verdicts.ts";
import type { PretrainingNetwork, PretrainingRun } from "../../src/experiments/pretraining/networks.ts";
import { loadTask } from "../../src/tasks/registry.ts";
import { assert } from "../deps.ts";
import { assertSoundSvg, marks } from "../support/sound.ts";
import { smallTask } from "../support/tasks.ts";
import { openGpu } from "../support/gpu.ts";

const gpu = await openGpu();

const task = smallTask({ count: 60, target: (x) => Math.cos(3 * x[0]) + Math.cos(12 * x[0]) });
const own = {
  task,
  hidden: [24, 16],
  optimizer: { name: "adam", learningRate: 5e-3 },
  steps: 200,
  probeEvery: 10,
} as const;
const methods = ["structured", "gradient", "xavier-normal", "pytorch"];
const options: PretrainingOptions = {
  cases: [own],
  methods,
  seeds: 3,
  pretrainingSteps: 60,
  targets: [0.3, 0.03],
};

Deno.test("pretraining: the claims hold of tanh on a line", async () => {
  const result = await pretraining(gpu, { ...options, seeds: 5 });
  assert.equal(result.verdicts.length, 8);
  // As if starts took no time, of which the clock of a test is no judge.
  const free = result.networks.map((run) => ({
    ...run,
    networks: run.networks.map((network) => ({ ...network, startSteps: 0 })),
  }));
  const verdicts = pretrainingVerdicts(free, methods);
  const verdict = (method: string, claim: string) =>
    verdicts.find((each) => each.claim === `small, tanh, ${method}: ${claim}`)!;
  for (const method of ["structured", "gradient"]) {
    const start = verdict(method, "a higher terminal ε-rank at the start");
    assert(start.holds && start.value >= 5, `${method}: ${start.value}`);
    assert(verdict(method, "fewer stairs left").holds);
    assert(verdict(method, "less time to given losses, its own counted").holds);
    assert(verdict(method, "a lower loss after the same time").holds);
  }

  const table = (text: string) => text.trimEnd().split("\n").map((line) => line.split(","));
  const [header, ...rows] = table(result.table);
  assert.equal(
    header.join(),
    "task,activation,method,seed,start_ms,start_steps,step_ms,log_det_before,log_det_after,rank_start,rank_low,rank_high," +
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
  assert.equal(table(result.times).length, 1 + 20 * 2);
  assert.equal(table(result.trace).length, 1 + 20 * 21 * 2);
  const elements = assertSoundSvg(result.figure, "Pre-training of the first hidden layer");
  assert.equal(marks(elements, "panel").length, 3);
  assert.equal(marks(elements, "start").length, 20);
  const record = await experimentRecord(gpu, result);
  assert.deepEqual([record.status, record.configuration.tasks[0].samples], ["done", 60]);
});

Deno.test("pretraining: the same numbers again, whatever the clock says", async () => {
  const small = { ...options, cases: [{ ...own, steps: 20 }], seeds: 2, pretrainingSteps: 10 };
  const [first, second] = [await pretraining(gpu, small), await pretraining(gpu, small)];
  assert.equal(first.trace, second.trace);
  const other = await pretraining(gpu, { ...small, seed: 1 });
  assert.notEqual(other.trace, first.trace);
});

Deno.test("pretraining: features that are linear have no rank to gain", async () => {
  const result = await pretraining(gpu, {
    ...options,
    cases: [{ ...own, activation: "identity", steps: 10 }],
    methods: ["gradient", "pytorch"],
    pretrainingSteps: 20,
  });
  const [rank] = result.verdicts;
  assert.deepEqual([rank.holds, rank.seeds], [false, [0, 0, 0]]);
  const ranks = result.networks[0].networks.flatMap(({ probes }) =>
    probes.flatMap(({ layers }) => layers.map(({ ranks }) => ranks[0].rank))
  );
  assert(ranks.every((each) => each <= 2));
});

Deno.test("pretraining: solves a differential equation, and ranks features in its domain", async () => {
  const poisson = await loadTask("poisson1d", { samples: 42 });
  const result = await pretraining(gpu, {
    ...options,
    cases: [{ ...own, task: poisson, hidden: [20, 16], steps: 20 }],
    methods: ["structured", "gradient", "xavier-normal"],
  });
  for (const { value, holds, claim } of result.verdicts.filter(({ claim }) => claim.includes("rank"))) {
    assert(holds && value >= 8, `${claim}: ${value}`);
  }
  const last = result.networks[0].networks.map(({ probes }) => probes[probes.length - 1]);
  assert(last.every(({ relativeError }) => relativeError! > 0));
});

Deno.test("pretraining: who diverges is named and does not count; a signal ends it", async () => {
  const methods = ["structured", "normal:1e30", "pytorch"];
  const relu = { ...own, activation: "relu", steps: 30 };
  const result = await pretraining(gpu, { ...options, cases: [relu], methods });
  assert.deepEqual(result.diverged.map(({ replica }) => replica), [3, 4, 5]);
  assert(
    experimentText(await experimentRecord(gpu, result)).includes(
      "small, relu, normal:1e30, seed 1 diverged at step 0, and does not count",
    ),
  );
  assert(result.verdicts.every(({ seeds }) => seeds.length <= 3));
  assert.equal(result.verdicts[0].seeds.length, 3);
  const stopped = await pretraining(gpu, { ...options, signal: AbortSignal.abort() });
  assert.deepEqual([stopped.isStopped, stopped.networks.length], [true, 0]);
  assert.equal((await experimentRecord(gpu, stopped)).status, "interrupted");
});

Deno.test("pretraining: what can not be compared is refused before anything is trained", async () => {
  const refused = (change: Partial<PretrainingOptions>) =>
    assert.rejects(() => pretraining(gpu, { ...options, ...change }), InputError);
  await refused({ cases: [] });
  await refused({ cases: [{ ...own, activation: "relu^2" }] });
  await refused({ cases: [{ ...own, steps: 0 }] });
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
  for (const seeds of [0, 1.5]) await refused({ seeds });
  for (const pretrainingSteps of [0, 0.5]) await refused({ pretrainingSteps });
  for (const pretrainingRate of [0, NaN, Infinity]) await refused({ pretrainingRate });
  for (const epsilon of [0, NaN]) await refused({ cases: [{ ...own, epsilon }] });
});

/** A network with given losses and ranks at steps 0, 10, 20 … */
function network(
  method: string,
  seed: number,
  losses: readonly number[],
  ranks: readonly number[],
  startSteps = 0,
): PretrainingNetwork {
  const nothing = new Float64Array();
  const probes = losses.map((loss, i) => ({
    kind: "spectrum" as const,
    step: 10 * i,
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
      ranks: [{ epsilon: 1e-6, rank: ranks[i], low: ranks[i], high: ranks[i] }],
    }],
  }));
  return { method, seed, probes, startMilliseconds: startSteps, startSteps, logDeterminants: null };
}

Deno.test("pretrainingVerdicts: against the best of the same seed, with what the start took", () => {
  const climbing = [1, 1, 1, 2, 2, 2, 3, 3, 3], flat = new Array<number>(9).fill(5);
  const plain = [1, 0.8, 0.6, 0.4, 0.2, 0.1, 0.09, 0.08, 0.07], slow = plain.map((x) => Math.sqrt(x));
  const quick = [1, 0.1, 0.05, 0.01, 0.005, 0.002, 0.001, 0.001, 0.001];
  const run = (start: number, own = quick): PretrainingRun => ({
    task: "task",
    activation: "tanh",
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
  const methods = ["gradient", "xavier-normal", "pytorch"];
  const values = (run: PretrainingRun) => pretrainingVerdicts([run], methods).map(({ seeds }) => seeds);
  // 10 steps and the start's against 50; 30 against 80, which are not enough; the last target nobody reaches.
  const saved = (start: number) => ((1 - (10 + start) / 50) + (1 - (30 + start) / 80)) / 2;
  assert.deepEqual(values(run(0)), [[3], [saved(0)], [Math.log10(0.001 / 0.07)], [-2]]);
  assert.deepEqual(values(run(45)), [[3], [saved(45)], [Math.log10(0.01 / 0.07)], [-2]]);
  // A start that takes longer than the training leaves the loss where it was.
  assert.deepEqual(values(run(90))[2], [Math.log10(1 / 0.07)]);
  // What is not reached in time counts as reached at the end; what nobody reaches in time, not at all.
  assert.deepEqual(values(run(20, slow))[1], [1 - 80 / 50]);
  assert.deepEqual(values(run(60))[1], [1 - 70 / 50]);
  const nobody = run(0, slow), never = { ...nobody, targets: [1e-6] };
  assert.deepEqual(values(never)[1], []);
  assert.equal(pretrainingVerdicts([never], methods)[1].holds, false);
});
