import { DeviceLostError, DivergenceError } from "../../src/errors.ts";
import { Gpu } from "../../src/gpu/device.ts";
import type { TrainingOptions } from "../../src/train/options.ts";
import type { DivergedReplica, TrainingState } from "../../src/train/state.ts";
import type { Trace } from "../../src/train/trace.ts";
import { Training } from "../../src/train/training.ts";
import { summarize } from "../../src/train/summary.ts";
import { assert } from "../deps.ts";
import { poisson } from "../support/equations.ts";
import { replicaOf, smallTask, spectraOf, train } from "../support/tasks.ts";
import { openGpu } from "../support/gpu.ts";

const gpu = await openGpu();

function assertFinite(trace: Trace) {
  for (const losses of trace.losses) assert(losses.every(Number.isFinite));
  for (const { loss, layers, floors } of spectraOf(trace).probes) {
    assert(Number.isFinite(loss) && (floors ?? []).every(Number.isFinite));
    for (const { eigenvalues, bounds } of layers) {
      assert(eigenvalues.every(Number.isFinite) && bounds.every(Number.isFinite));
    }
  }
}

Deno.test("divergence: the run ends with an error that says when, and keeps the finite part", async () => {
  // Identity layers: with too large a rate the loss grows geometrically, over many steps.
  // All probes solve for spectra, so that those just before the end are looked at as well.
  const shape = { task: smallTask(), hidden: [8, 8], activation: "identity" };
  const options = { ...shape, steps: 5000, probeEvery: 2, spectraEvery: 1 };
  for (const replicas of [1, 3]) {
    const optimizer = { name: "sgd", learningRate: 1 } as const;
    using training = await Training.create(gpu, { ...options, replicas, optimizer });
    let thrown: unknown;
    const seen: number[] = [];
    try {
      for await (const { step } of training) seen.push(step);
    } catch (error) {
      thrown = error;
    }
    assert(thrown instanceof DivergenceError, String(thrown));
    assert.equal(thrown.exitStatus, 1);
    assert.match(
      thrown.message,
      /^the loss is no longer finite from step \d+ on, first in (layer \d|the output layer)( of replica \d)?: lower the learning rate, /,
    );
    const { trace, diverged } = training;
    assert.equal(thrown.step, Math.min(...diverged.values()));
    assert(thrown.step > 0 && thrown.step < 1000);
    assert.deepEqual([...thrown.replicas].sort(), Array.from({ length: replicas }, (_, i) => i));
    assert.deepEqual(trace.losses.map(({ length }) => length), trace.losses.map((_, r) => diverged.get(r)));
    assertFinite(trace);
    assert.deepEqual(seen, trace.probes.map(({ step }) => step));
    for (const { replica, step } of trace.probes) assert(step < diverged.get(replica)!);
    for (const replica of diverged.keys()) {
      const last = trace.probes.findLast((probe) => probe.replica === replica)!;
      assert(last.step >= diverged.get(replica)! - 2, "probes are missing");
    }
  }
});

Deno.test("divergence: the replicas that do not diverge finish, as if they were alone", async () => {
  const options = { task: smallTask(), hidden: [8, 8], activation: "relu", steps: 300, replicas: 3 };
  const rates = [0.01, 1e12, 0.02];
  const optimizer = { name: "sgd", learningRate: rates } as const;
  using training = await Training.create(gpu, { ...options, optimizer });
  const { losses, probes } = await training.finish();
  assert.deepEqual([...training.diverged.keys()], [1]);
  const end = training.diverged.get(1)!;
  assert(end > 0 && end < 20);
  assert.deepEqual(losses.map(({ length }) => length), [301, end, 301]);
  assertFinite(training.trace);
  for (const replica of [0, 2]) assert.equal(probes.filter((probe) => probe.replica === replica).length, 31);
  assert(probes.every(({ replica, step }) => replica !== 1 || step < end));
  const sane = { name: "sgd", learningRate: [0.01, 0.01, 0.02] } as const;
  const calm = await train(gpu, { ...options, optimizer: sane });
  for (const replica of [0, 2]) {
    assert.deepEqual(replicaOf(training.trace, replica), replicaOf(calm, replica));
  }
  const summary = summarize(training.trace, training.diverged);
  assert.deepEqual(summary.replicas.map(({ divergedAt }) => divergedAt), [null, end, null]);
});

Deno.test("divergence: a loss that is not finite from the start has no trace", async () => {
  const task = smallTask({ target: () => 1e30 });
  using training = await Training.create(gpu, { task, steps: 100 });
  await assert.rejects(training.finish(), (error: DivergenceError) => error.step === 0);
  assert.deepEqual([training.trace.probes, training.trace.losses[0].length], [[], 0]);
  assert.deepEqual(summarize(training.trace, training.diverged).replicas, []);
});

/** Options of trainings by kernels that differ, and a hidden layer of each. */
const kinds: Record<string, { readonly options: TrainingOptions; readonly layer: number }> = {
  fused: { options: { task: smallTask(), hidden: [6, 5, 4] }, layer: 2 },
  "fused, mini-batches": { options: { task: smallTask(), hidden: [6, 5], batch: 7 }, layer: 1 },
  layered: { options: { task: smallTask(), hidden: [130, 4] }, layer: 2 },
  "layered, mini-batches": { options: { task: smallTask(), hidden: [130, 8], batch: 5 }, layer: 2 },
  "a differential equation": { options: { task: poisson(), hidden: [6, 5, 4] }, layer: 2 },
};

for (const [kind, { options, layer }] of Object.entries(kinds)) {
  Deno.test(`divergence, ${kind}: names replica, layer and step, and the others have the bits of a calm run`, async () => {
    const steps = 16,
      given = {
        ...options,
        steps,
        probeEvery: 8,
        replicas: 3,
        activation: "tanh",
        precision: "single",
      } as const;
    using calm = await Training.create(gpu, given);
    const expected = await calm.finish();
    using training = await Training.create(gpu, given);
    const parameters = await training.network.readParameters(1);
    parameters[layer - 1].weights[0] = NaN;
    training.network.writeParameters(parameters, 1);
    const found: DivergedReplica[] = [];
    let state: TrainingState | null = null;
    training.requestState();
    for await (const chunk of training.chunks()) {
      found.push(...chunk.diverged);
      state ??= chunk.state;
      training.requestState();
    }
    const place = { replica: 1, step: 0, layer };
    assert.deepEqual([found, training.divergedReplicas, state!.diverged], [[place], [place], [place]]);
    for (const replica of [0, 2]) {
      assert.deepEqual(replicaOf(training.trace, replica), replicaOf(expected, replica));
    }
    // Its parameters are the evidence.
    assert.deepEqual(await training.network.readParameters(1), parameters);
    using again = await Training.create(gpu, given, { state: state!, trace: training.trace });
    assert.deepEqual(again.divergedReplicas, [place]);
    assert.deepEqual(await again.finish(), training.trace);
    assert.deepEqual(again.divergedReplicas, [place]);
  });
}

Deno.test("divergence: all samples count, not only those of the batch", async () => {
  // One sample in 40 is far out: none of this seed's batches of one holds it, every probe does.
  const task = smallTask({ count: 40, target: () => 1 });
  task.train.y[17] = 1e25;
  using training = await Training.create(gpu, { task, steps: 30, probeEvery: 1, batch: 1, seed: 2 });
  await assert.rejects(training.finish(), DivergenceError);
  assert.equal(training.diverged.get(0), 0);
  assertFinite(training.trace);
});

Deno.test("device lost: the run ends with a DeviceLostError, and what came before is kept", async () => {
  using lost = await Gpu.open();
  using training = await Training.create(lost, {
    task: smallTask(),
    steps: 1_000_000,
    probeEvery: 1,
    spectraEvery: 1, // `assertFinite` looks at spectra.
  });
  let error: unknown, after = 0;
  try {
    for await (const { step } of training) {
      if (step === 5) lost.device.destroy();
      if (step > 5) after++;
    }
  } catch (thrown) {
    error = thrown;
  }
  assert(error instanceof DeviceLostError, String(error));
  assert.match(error.message, /^the GPU device was lost \(.+\); run again$/);
  assert(after < 1000 && training.trace.probes.length >= 6);
  assertFinite(training.trace);
  await assert.rejects(Training.create(lost, { task: smallTask() }).then((t) => t.finish()));
  // A fresh device works.
  using fresh = await Gpu.open();
  assert.equal((await train(fresh, { task: smallTask(), steps: 3 })).losses[0].length, 4);
});
