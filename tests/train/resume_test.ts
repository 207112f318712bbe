import { DivergenceError, StaircaseError } from "../../src/errors.ts";
import { Gpu } from "../../src/gpu/device.ts";
import type { TrainingOptions } from "../../src/train/options.ts";
import type { SavedTraining, TraceChunk } from "../../src/train/state.ts";
import { TraceBuilder } from "../../src/train/trace_builder.ts";
import { Training } from "../../src/train/training.ts";
import { assert, fc } from "../deps.ts";
import { fixed } from "../support/dense_case.ts";
import { openGpu } from "../support/gpu.ts";
import { inputError } from "../support/input_error.ts";
import { smallTask, train } from "../support/tasks.ts";
import { optionsOf, ways } from "../support/training_ways.ts";

const gpu = await openGpu();

/** Trains until some chunks have arrived, and gives what is needed to go on. */
type Interruption = (
  options: TrainingOptions,
  chunks: number,
  from: SavedTraining | null,
) => Promise<SavedTraining>;

/** By the signal, once all that was submitted has arrived. */
const stop: Interruption = async (options, chunks, from) => {
  const controller = new AbortController();
  using training = await Training.create(gpu, { ...options, signal: controller.signal }, from);
  let arrived = 0;
  for await (const _ of training.chunks()) if (++arrived >= chunks) controller.abort();
  return structuredClone({ state: await training.readState(), trace: training.trace });
};

/** In the middle: what ran after the state is lost. */
const leave: Interruption = async (options, chunks, from) => {
  using training = await Training.create(gpu, options, from);
  let arrived = 0, last: SavedTraining | null = from;
  training.requestState();
  for await (const { state } of training.chunks()) {
    if (state) {
      last = structuredClone({ state, trace: training.trace });
      training.requestState();
    }
    if (++arrived >= chunks + 2) break;
  }
  return last ?? { state: await stateAtStart(options), trace: null };
};

async function stateAtStart(options: TrainingOptions) {
  using training = await Training.create(gpu, options);
  return await training.readState();
}

async function resume(options: TrainingOptions, from: SavedTraining) {
  using training = await Training.create(gpu, options, from);
  assert.equal(training.updates, from.state.step);
  const trace = await training.finish();
  return { trace, diverged: training.diverged, status: training.status, updates: training.updates };
}

async function whole(options: TrainingOptions) {
  using training = await Training.create(gpu, options);
  const trace = await training.finish();
  return { trace, diverged: training.diverged, status: training.status, updates: training.updates };
}

Deno.test("resumed once or several times, a run has the bits of one that was never interrupted", async () => {
  const interruption = fc.record({
    chunks: fc.integer({ min: 1, max: 4 }),
    by: fc.constantFrom("stop", "leave"),
  });
  const stops = fc.array(interruption, { minLength: 1, maxLength: 3 });
  let between = 0;
  await fc.assert(
    fc.asyncProperty(ways, stops, async (way, stops) => {
      const options = optionsOf(way);
      let from: SavedTraining | null = null;
      for (const { chunks, by } of stops) {
        from = await (by === "stop" ? stop : leave)(options, chunks, from);
        if (from.state.step > 0 && from.state.step < options.steps) between++;
      }
      assert.deepEqual(await resume(options, from!), await whole(options));
    }),
    fixed(5),
  );
  assert(between >= 3, `${between} interruptions between the first and the last step`);
});

Deno.test("resumed layer by layer: a wide layer, few samples", async () => {
  const options: TrainingOptions = { task: smallTask(), hidden: [130], steps: 30, probeEvery: 7 };
  const single = { ...options, precision: "single" } as const;
  assert.deepEqual(await resume(single, await stop(single, 3, null)), await whole(single));
});

Deno.test("a run that grows has the bits of one that was as long from the start", async () => {
  const growth = fc.array(fc.integer({ min: 0, max: 25 }), { minLength: 1, maxLength: 2 });
  await fc.assert(
    fc.asyncProperty(ways, growth, async (way, growth) => {
      const options = optionsOf(way);
      let { steps } = options;
      let from: SavedTraining | null = null;
      for (const more of growth) {
        using training: Training = await Training.create(gpu, { ...options, steps }, from);
        const trace = await training.finish();
        from = structuredClone({ state: await training.readState(), trace });
        assert.equal(from.state.step, steps);
        steps += more;
      }
      assert.deepEqual(await resume({ ...options, steps }, from!), await whole({ ...options, steps }));
    }),
    fixed(5),
  );
});

Deno.test("a run goes on with spectra as often as before, however many steps it has by then", async () => {
  const options = { task: smallTask(), probeEvery: 1, hidden: [4] };
  using first = await Training.create(gpu, { ...options, steps: 210 });
  let saved = { trace: await first.finish(), state: await first.readState() };
  for (const steps of [420, 640]) {
    using training = await Training.create(gpu, { ...options, steps }, saved);
    assert.equal(training.options.spectraEvery, 2);
    saved = { trace: await training.finish(), state: await training.readState() };
  }
  const whole = await train(gpu, { ...options, steps: 640, spectraEvery: 2 });
  assert.deepEqual(saved.trace, whole);
});

Deno.test("a run goes on upon another device", async () => {
  const options = { task: smallTask({ count: 60 }), batch: 20, steps: 60, probeEvery: 4, spectraEvery: 3 };
  const from = await stop(options, 4, null);
  using another = await Gpu.open();
  using training = await Training.create(another, options, from);
  assert.deepEqual(await training.finish(), await train(gpu, options));
});

Deno.test("chunks are the trace in pieces, and hold the probes of their steps", async () => {
  const options = {
    task: smallTask(),
    steps: 50,
    probeEvery: 3,
    replicas: 2,
    epsilons: [1e-4, 1e-12],
    optimizer: { name: "sgd", learningRate: [0.01, 1e12] },
  } as const;
  using training = await Training.create(gpu, { ...options, retain: false });
  const builder = new TraceBuilder({ replicas: 2, epsilons: options.epsilons });
  const chunks: TraceChunk[] = [];
  for await (const chunk of training.chunks()) {
    const { first, count, losses, probes } = chunk;
    assert.equal(first, chunks.reduce((sum, each) => sum + each.count, 0));
    assert.deepEqual(losses.map(({ length }) => length), [count, count]);
    for (const { step } of probes) assert(step >= first && step < first + count);
    chunks.push(chunk);
    builder.add(chunk);
    // Nothing of it is kept.
    assert.deepEqual(training.trace.losses.map(({ length }) => length), [0, 0]);
    assert.deepEqual(training.trace.probes, []);
  }
  const last = chunks.at(-1)!;
  assert.deepEqual([last.first, last.count, chunks.length > 4], [50, 1, true]);
  const { trace, diverged } = await whole(options);
  assert.deepEqual(builder.trace, trace);
  assert.deepEqual(training.diverged, diverged);
  const [found, ...others] = chunks.flatMap((chunk) => chunk.diverged);
  assert.deepEqual([found.replica, found.step, others], [1, diverged.get(1)!, []]);
  assert.deepEqual(training.divergedReplicas, [found]);
});

Deno.test("a state that is requested comes with the next submission, and only with that one", async () => {
  const options = { task: smallTask(), steps: 3000, probeEvery: 100 };
  using training = await Training.create(gpu, options);
  const steps: number[] = [];
  let chunks = 0, asked = 0;
  for await (const { first, count, state } of training.chunks()) {
    if (state) {
      assert.equal(state.step, first + count);
      steps.push(state.step);
      // Two submissions may have been on their way when it was asked for.
      assert(chunks - asked <= 3, `${chunks - asked} chunks later`);
    }
    if (++chunks === 3 || chunks === 8) {
      training.requestState();
      training.requestState();
      asked = chunks;
    }
  }
  assert(chunks > 12, "the run was too short");
  assert.equal(steps.length, 2);
});

Deno.test("readState: at the start and at the end, not in between and not after divergence", async () => {
  const options = { task: smallTask(), steps: 200, probeEvery: 10 };
  using training = await Training.create(gpu, options);
  const start = await training.readState();
  assert.deepEqual([start.step, start.steps, start.diverged], [0, 200, []]);
  let refused = 0;
  for await (const _ of training.chunks()) {
    if (refused++ > 0) continue;
    await assert.rejects(
      training.readState(),
      /^StaircaseError: a training that runs has no state to read: /,
    );
  }
  assert(refused > 0);
  const from = { state: await training.readState(), trace: training.trace };
  assert.equal(from.state.step, 200);
  assert.notDeepEqual(from.state.arrays.parameters, start.arrays.parameters);
  assert.deepEqual((await resume(options, { state: start, trace: null })).trace, training.trace);

  using left = await Training.create(gpu, options);
  for await (const _ of left) break;
  await assert.rejects(left.readState(), /^StaircaseError: a training that diverged, failed or was left /);
  const optimizer = { name: "sgd", learningRate: 1e12 } as const;
  using lost = await Training.create(gpu, { ...options, optimizer });
  await assert.rejects(lost.finish(), DivergenceError);
  await assert.rejects(lost.readState(), StaircaseError);
});

Deno.test("a state of other options is refused", async () => {
  const options = { task: smallTask(), steps: 40, probeEvery: 10, retain: false };
  const state = await stateAtStart(options);
  const from = { state: { ...state, step: 20 }, trace: null };
  const cases: [TrainingOptions, SavedTraining, RegExp][] = [
    [{ ...options, steps: 19 }, from, /^the training to go on with has made 20 steps: give at least as many/],
    [
      { ...options, hidden: [9, 5] },
      from,
      /^the state is of another training: its arrays are parameters \(\d+\)/,
    ],
    [{ ...options, replicas: 2 }, from, /^the state is of another training: /],
    [{ ...options, spectraEvery: 2 }, from, /^the state is of another training: .*, not .*, counted \(1\);/],
    [
      { ...options, retain: true },
      from,
      /^a trace is kept that begins at step 20: give the trace up to there, /,
    ],
    [
      { ...options, retain: true },
      { ...from, trace: { replicas: 1, epsilons: [], losses: [new Float32Array(19)], probes: [] } },
      /^the trace does not reach step 20 of 1 replicas: /,
    ],
    [
      { ...options, schedule: { kind: "cosine" }, steps: 41 },
      from,
      /^the cosine schedule of the training to go on with ends at step 40: give as many steps, not 41$/,
    ],
  ];
  for (const [other, from, message] of cases) {
    await assert.rejects(Training.create(gpu, other, from), inputError(message));
  }
  // With as many steps, a cosine schedule goes on.
  const cosine = { ...options, schedule: { kind: "cosine" }, retain: true } as const;
  assert.deepEqual((await resume(cosine, await stop(cosine, 3, null))).trace, await train(gpu, cosine));
});

Deno.test("stopOnDivergence: the first replica that diverges ends the run, at that step", async () => {
  const options = {
    task: smallTask(),
    hidden: [8, 8],
    activation: "relu",
    steps: 300,
    probeEvery: 2,
    optimizer: { name: "sgd", learningRate: [0.01, 1e12, 0.02] },
    replicas: 3,
  } as const;
  const { trace: others, diverged } = await whole(options);
  const end = diverged.get(1)!;
  using training = await Training.create(gpu, { ...options, stopOnDivergence: true });
  await assert.rejects(training.finish(), (error: DivergenceError) => {
    assert.match(
      error.message,
      new RegExp(`^the loss of replica 1 is no longer finite from step ${end} on, first in `),
    );
    return error instanceof DivergenceError && error.step === end;
  });
  const { losses, probes } = training.trace;
  assert.deepEqual([training.status, training.updates, [...training.diverged.keys()]], ["diverged", end + 1, [
    1,
  ]]);
  assert.deepEqual(losses, others.losses.map((each) => each.subarray(0, end + 1)));
  assert.deepEqual(probes, others.probes.filter(({ step }) => step <= end));
});
