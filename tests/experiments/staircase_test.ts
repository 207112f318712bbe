import type { OptionsOf } from "../../src/experiments/core/experiment.ts";
import { InputError } from "../../src/errors.ts";
import { adapterOf, type ExperimentRecord } from "../../src/experiments/core/record.ts";
import { staircase as experiment } from "../../src/experiments/staircase/mod.ts";
import { Gpu } from "../../src/gpu/device.ts";
import { compactJson } from "../../src/io/json.ts";
import type { RunOptions } from "../../src/experiments/core/run.ts";
import type { CompleteOptions } from "../../src/train/options.ts";
import { summarize, type TraceSummary } from "../../src/train/summary.ts";
import { VERSION } from "../../src/version.ts";
import { assert } from "../deps.ts";
import { poisson } from "../support/equations.ts";
import { smallTask, train } from "../support/tasks.ts";
import { study } from "./study.ts";
import { openGpu } from "../support/gpu.ts";

const gpu = await openGpu();

const classes = smallTask({
  loss: "softmax-cross-entropy",
  outputs: 2,
  target: (x, j) => +(j === (x[0] > 0 ? 0 : 1)),
  heldOut: true,
});

/** A training as an experiment, with everything that its program makes. */
async function staircase(on: Gpu, options: OptionsOf<typeof experiment>, how: RunOptions = {}) {
  const made = await study(on, experiment, { spectraEvery: 1, ...options }, how);
  return { ...made, ...made.rows[0], figure: made.figures["staircase.svg"] };
}

Deno.test("staircase: trains as Training does, and sums up what came of it", async () => {
  const options = { task: smallTask(), steps: 45, replicas: 2, seed: 3 };
  const progress: number[] = [];
  const result = await staircase(gpu, options, {
    onProgress: (steps, text) => {
      assert.match(text, /^(loss \d\S*, rank \d+|)$/);
      progress.push(steps);
    },
  });
  assert.deepEqual(result.trace, await train(gpu, options));
  assert.deepEqual(result.summary, summarize(result.trace));
  assert.deepEqual(result.diverged, []);
  assert.equal(result.timing.steps, 45);
  assert(result.timing.milliseconds > 0);
  assert.deepEqual([result.plan.hidden, result.plan.steps], [[6, 5], 45]);
  // A slow machine has time for more.
  assert.deepEqual(progress, progress.toSorted((a, b) => a - b));
  for (const step of [0, 10, 20, 30, 40, 45]) assert(progress.includes(step), `${step}`);
});

Deno.test("staircase: the figure says what was trained", async () => {
  const { figure, tables } = await staircase(gpu, {
    task: smallTask(),
    steps: 20,
    replicas: 2,
    batch: 8,
    seed: 4,
    optimizer: "adam",
    learningRate: [0.01, 0.001],
  });
  assert.match(figure, /^<svg[^]*<\/svg>\s*$/);
  for (
    const text of [
      "a small task",
      "1-6-5-1 tanh, xavier-normal",
      "adam, learning rate 0.001 to 0.01",
      "batches of 8 of 24 samples",
      "2 replicas of seed 4",
      "learning rate 0.01 · hidden layer 2, terminal",
      "learning rate 0.001 · hidden layer 1",
    ]
  ) assert(figure.includes(text), text);
  const [header, ...rows] = tables["trace.csv"].trimEnd().split("\n").map((line) =>
    line.split(",").slice(0, 2)
  );
  assert.deepEqual(header, ["replica", "learning_rate"]);
  assert(rows.every(([replica, rate]) => rate === (replica === "0" ? "0.01" : "0.001")));
  const classifier = await staircase(gpu, { task: classes, steps: 5 });
  assert(
    classifier.figure.includes("cross-entropy") && classifier.figure.includes("full batch of 24 samples"),
  );
});

Deno.test("staircase: a differential equation is called one, with the error of its solution", async () => {
  const result = await staircase(gpu, { task: poisson(), steps: 30, probeEvery: 5 });
  const { figure, trace, summary, text } = result;
  assert(figure.includes("weighted mean squared residual") && figure.includes("u″ = f"));
  assert(!figure.includes("floor"));
  const { relativeError } = trace.probes.at(-1)!;
  assert.equal(summary.relativeError, relativeError);
  const error = `, relative error of the solution ${relativeError!.toExponential(3)}`;
  assert(text.split("\n")[3].endsWith(error), text);
});

Deno.test("staircase: a run that diverged is returned as far as it came", async () => {
  const diverging = { activation: "relu", optimizer: "sgd", learningRate: [1e9] };
  const result = await staircase(gpu, { task: smallTask(), steps: 100, ...diverging });
  assert.equal(result.trace.losses[0].length, result.diverged[0].step);
  assert(result.timing.steps <= 100 && result.figure.startsWith("<svg"));
  assert.equal(result.record.status, "diverged");
  assert.match(
    result.text,
    /\nreplica 0 diverged at step \d+ in (layer \d|the output layer); its trace ends there\n/,
  );

  // From the very start there is nothing to show, which is shown.
  const nothing = await staircase(gpu, { task: smallTask({ target: () => 1e30 }), steps: 10 });
  assert.equal(nothing.diverged[0].step, 0);
  assert(nothing.figure.includes("No probes."));
  assert.match(nothing.text, /final loss NaN/);
});

Deno.test("staircase: a run that was stopped is returned as far as it came", async () => {
  const controller = new AbortController();
  const result = await staircase(gpu, { task: smallTask(), steps: 100_000 }, {
    signal: controller.signal,
    onProgress: (steps) => {
      if (steps >= 30) controller.abort();
    },
  });
  assert.deepEqual(result.diverged, []);
  assert(result.timing.steps >= 30 && result.timing.steps < 100_000);
  assert.equal(result.record.status, "stopped");
});

Deno.test("staircase: what is wrong is refused", async () => {
  await assert.rejects(staircase(gpu, { task: smallTask(), epsilons: [0] }), InputError);
  await assert.rejects(staircase(gpu, { task: smallTask(), batch: 1000 }), InputError);
});

Deno.test("experimentRecord: everything that run.json must hold, as JSON can tell it", async () => {
  const options = { task: classes, steps: 30, replicas: 2, batch: 8, seed: 11 };
  const { record } = await staircase(gpu, options);
  const read = JSON.parse(compactJson(record)) as ExperimentRecord<CompleteOptions> & {
    readonly summary: TraceSummary;
  };
  assert.deepEqual(Object.keys(read), [
    "experiment",
    "source",
    "status",
    "configuration",
    "versions",
    "adapter",
    "precisionSelfTest",
    "choices",
    "summary",
    "verdict",
    "diverged",
    "timings",
    "columns",
  ]);
  const selfTest = read.precisionSelfTest;
  assert(typeof selfTest !== "string" && selfTest[selfTest.form]?.passed);
  assert.equal(read.status, "done");
  assert.deepEqual(read.configuration, {
    task: {
      name: "small",
      description: "a small task",
      inputs: 1,
      outputs: 2,
      loss: "softmax-cross-entropy",
      samples: 24,
      heldOut: 24,
    },
    hidden: [6, 5],
    activation: "tanh",
    initializer: "xavier-normal",
    skip: false,
    optimizer: { name: "momentum", learningRate: 0.02, momentum: 0.9, weightDecay: 0 },
    schedule: { kind: "constant" },
    batch: 8,
    steps: 30,
    probeEvery: 10,
    spectraEvery: 1,
    epsilons: [1e-2, 1e-6],
    threshold: "absolute",
    precision: "auto",
    replicas: 2,
    seed: 11,
    streams: null,
    stopOnDivergence: false,
    retain: true,
    runs: 1,
  });
  assert.equal(read.versions.staircase, VERSION);
  assert.equal(read.versions.deno, Deno.version.deno);
  const { adapterName: name, software, implementation } = gpu;
  assert.deepEqual(read.adapter, { ...adapterOf(gpu), name, software, implementation });
  assert.equal(read.timings.steps, 30);
  assert(Math.abs(read.timings.millisecondsPerStep - read.timings.milliseconds / 30) < 1e-9);
  assert.equal(read.timings.kernels, null);
  assert.deepEqual(read.summary.replicas.map(({ replica }) => replica), [0, 1]);
  assert(read.summary.accuracy !== null && read.summary.accuracy > 0.5);
  // Nothing is lost on the way but numbers that are not finite.
  assert.deepEqual(read, JSON.parse(JSON.stringify(record)));
  assert(!compactJson(record).includes('"train"'), "samples have no place in it");
});

Deno.test("experimentRecord: with a profiler, the time of each kernel", async () => {
  using profiled = await Gpu.open({ profile: true });
  const result = await staircase(profiled, { task: smallTask(), steps: 12, probeEvery: 6 });
  const { record, text } = result;
  if (!profiled.profiler) return assert.equal(record.timings.kernels, null);
  const names = record.timings.kernels!.map(({ name }) => name);
  assert.deepEqual([...new Set(names)], names);
  for (const name of ["fused_step", "fused_step_update", "jacobi", "gram", "probe"]) {
    assert(names.includes(name), `${name} of ${names}`);
  }
  for (const { count, milliseconds } of record.timings.kernels!) assert(count > 0 && milliseconds >= 0);
  assert.match(text, /\n\nGPU time by kernel:\n {2}kernel +timed dispatches +ms +µs each +share\n/);
  assert.deepEqual(result.trace, await train(gpu, { task: smallTask(), steps: 12, probeEvery: 6 }));
});
