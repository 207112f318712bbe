import { DivergenceError, InputError } from "../../src/errors.ts";
import { reportText } from "../../src/experiments/core/report.ts";
import { type RunRecord, runRecord } from "../../src/experiments/core/run_record.ts";
import { staircase } from "../../src/experiments/staircase/mod.ts";
import { Gpu } from "../../src/gpu/device.ts";
import { compactJson } from "../../src/io/json.ts";
import { summarize } from "../../src/train/summary.ts";
import { VERSION } from "../../src/version.ts";
import { assert } from "../deps.ts";
import { poisson } from "../support/equations.ts";
import { smallTask, train } from "../support/tasks.ts";
import { openGpu } from "../support/gpu.ts";

const gpu = await openGpu();

const classes = smallTask({
  loss: "softmax-cross-entropy",
  outputs: 2,
  target: (x, j) => +(j === (x[0] > 0 ? 0 : 1)),
  heldOut: true,
});

Deno.test("staircase: trains as Training does, and sums up what came of it", async () => {
  const options = { task: smallTask(), steps: 45, replicas: 2, seed: 3 };
  const progress: number[] = [];
  const result = await staircase(gpu, options, (steps, loss) => {
    assert(loss > 0);
    progress.push(steps);
  });
  assert.deepEqual(result.trace, await train(gpu, options));
  assert.deepEqual(result.summary, summarize(result.trace));
  assert.equal(result.divergence, null);
  assert.equal(result.timing.steps, 45);
  assert(result.timing.milliseconds > 0);
  assert.deepEqual([result.options.hidden, result.options.steps], [[6, 5], 45]);
  assert.deepEqual(progress, [0, 10, 20, 30, 40, 45]);
});

Deno.test("staircase: the figure says what was trained", async () => {
  const { figure } = await staircase(gpu, {
    task: smallTask(),
    steps: 20,
    replicas: 2,
    batch: 8,
    seed: 4,
    optimizer: { name: "adam", learningRate: [0.01, 0.001] },
  });
  assert.match(figure, /^<svg[^]*<\/svg>\s*$/);
  for (
    const text of [
      "a small task",
      "1-6-5-1 tanh, xavier-normal",
      "adam, learning rate 0.001 to 0.01",
      "batches of 8 of 24 samples",
      "2 replicas of seed 4",
      "hidden layer 2, terminal",
    ]
  ) assert(figure.includes(text), text);
  const classifier = await staircase(gpu, { task: classes, steps: 5 });
  assert(
    classifier.figure.includes("cross-entropy") && classifier.figure.includes("full batch of 24 samples"),
  );
});

Deno.test("staircase: a differential equation is called one, with the error of its solution", async () => {
  const result = await staircase(gpu, { task: poisson(), steps: 30, probeEvery: 5 });
  const { figure, trace, summary } = result;
  assert(figure.includes("weighted mean squared residual") && figure.includes("u″ = f"));
  assert(!figure.includes("floor"));
  const { relativeError } = trace.probes.at(-1)!;
  assert.equal(summary.relativeError, relativeError);
  const error = `, relative error of the solution ${relativeError!.toExponential(3)}`;
  assert(reportText(await runRecord(gpu, result)).split("\n")[2].endsWith(error));
});

Deno.test("staircase: a run that diverged is returned as far as it came", async () => {
  const optimizer = { name: "sgd", learningRate: 1e9 } as const;
  const result = await staircase(gpu, { task: smallTask(), activation: "relu", steps: 100, optimizer });
  assert(result.divergence instanceof DivergenceError);
  assert.equal(result.trace.losses[0].length, result.divergence.step);
  assert(result.timing.steps <= 100 && result.figure.startsWith("<svg"));
  const record = await runRecord(gpu, result);
  assert.equal(record.status, "diverged");
  assert.match(reportText(record), /\nreplica 0 diverged at step \d+; its trace ends there\n/);

  // From the very start there is nothing to show, which is shown.
  const nothing = await staircase(gpu, { task: smallTask({ target: () => 1e30 }), steps: 10 });
  assert.equal(nothing.divergence?.step, 0);
  assert(nothing.figure.includes("No probes."));
  assert.match(reportText(await runRecord(gpu, nothing)), /final loss NaN/);
});

Deno.test("staircase: a run that was stopped is returned as far as it came", async () => {
  const controller = new AbortController();
  const options = { task: smallTask(), steps: 100_000, signal: controller.signal };
  const result = await staircase(gpu, options, (steps) => steps >= 30 && controller.abort());
  assert.equal(result.divergence, null);
  assert(result.timing.steps >= 30 && result.timing.steps < 100_000);
  assert.equal((await runRecord(gpu, result)).status, "interrupted");
});

Deno.test("staircase: what is wrong is refused", async () => {
  await assert.rejects(staircase(gpu, { task: smallTask(), epsilons: [0] }), InputError);
  await assert.rejects(staircase(gpu, { task: smallTask(), batch: 1000 }), InputError);
});

Deno.test("runRecord: everything DESIGN asks of run.json, as JSON can tell it", async () => {
  const options = { task: classes, steps: 30, replicas: 2, batch: 8, seed: 11 };
  const record = await runRecord(gpu, await staircase(gpu, options));
  const read = JSON.parse(compactJson(record)) as RunRecord;
  assert.deepEqual(Object.keys(read), [
    "status",
    "configuration",
    "versions",
    "adapter",
    "precisionSelfTest",
    "choices",
    "summary",
    "timings",
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
    optimizer: { name: "momentum", learningRate: 0.02 },
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
  });
  assert.equal(read.versions.staircase, VERSION);
  assert.equal(read.versions.deno, Deno.version.deno);
  assert.deepEqual(read.adapter, { name: gpu.adapterName, software: gpu.software });
  assert.equal(read.timings.steps, 30);
  assert(Math.abs(read.timings.millisecondsPerStep - read.timings.milliseconds / 30) < 1e-9);
  assert.equal(read.timings.kernels, null);
  assert.deepEqual(read.summary.replicas.map(({ replica }) => replica), [0, 1]);
  assert(read.summary.accuracy !== null && read.summary.accuracy > 0.5);
  // Nothing is lost on the way but numbers that are not finite.
  assert.deepEqual(read, JSON.parse(JSON.stringify(record)));
  assert(!compactJson(record).includes('"train"'), "samples have no place in it");
});

Deno.test("runRecord: with a profiler, the time of each kernel", async () => {
  using profiled = await Gpu.open({ profile: true });
  const result = await staircase(profiled, { task: smallTask(), steps: 12, probeEvery: 6 });
  const record = await runRecord(profiled, result);
  const text = reportText(record);
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
