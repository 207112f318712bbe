import { InputError, ShapeError, StaircaseError } from "../../src/errors.ts";
import { GpuArray } from "../../src/gpu/array.ts";
import type { Trace } from "../../src/train/trace.ts";
import { Training } from "../../src/train/training.ts";
import { assert } from "../deps.ts";
import { smallTask, train, trainSpectra } from "../support/tasks.ts";
import { countBuffers } from "../support/buffers.ts";
import { openGpu } from "../support/gpu.ts";

const gpu = await openGpu();

Deno.test("Training: probes come in the order of step, then replica, the last step's among them", async () => {
  const cases: [steps: number, probeEvery: number, at: number[]][] = [
    [30, 10, [0, 10, 20, 30]],
    [25, 10, [0, 10, 20, 25]],
    [3, 1, [0, 1, 2, 3]],
    [5, 7, [0, 5]],
    [1, 1, [0, 1]],
    [0, 1, [0]],
    [1300, 1200, [0, 1200, 1300]],
  ];
  for (const [steps, probeEvery, at] of cases) {
    using training = await Training.create(gpu, { task: smallTask(), steps, probeEvery, replicas: 3 });
    const seen: number[][] = [];
    for await (const { step, replica } of training) seen.push([step, replica]);
    assert.deepEqual(seen, at.flatMap((step) => [0, 1, 2].map((replica) => [step, replica])));
    assert.deepEqual(training.trace.probes.map(({ step, replica }) => [step, replica]), seen);
    const { losses } = training.trace;
    assert.deepEqual(losses.map(({ length }) => length), [steps + 1, steps + 1, steps + 1]);
    assert(losses.every((each) => each.every((loss) => loss > 0 && Number.isFinite(loss))));
    assert.deepEqual([training.updates, training.status], [steps, "done"]);
    assert(training.milliseconds > 0);
    assert.equal(training.diverged.size, 0);
  }
});

Deno.test("Training: a probe's loss on the full batch is that of the step; the loss falls", async () => {
  const trace = await train(gpu, { task: smallTask(), steps: 200, probeEvery: 20, replicas: 2 });
  for (const { step, replica, loss } of trace.probes) {
    const logged = trace.losses[replica][step];
    // The same partial sums, added up twice.
    assert(Math.abs(loss - logged) <= 1e-6 * logged, `${loss} ${logged}`);
  }
  for (const losses of trace.losses) assert(losses[200] < 0.2 * losses[0], `${losses[200]}`);
});

Deno.test("Training: the losses at the start are those of the first step, which they leave as it is", async () => {
  for (const [batch, hidden] of [[null, [9]], [7, [5, 6]], [null, [140, 3]]] as const) {
    const options = { task: smallTask({ outputs: 2 }), hidden, batch, steps: 6, probeEvery: 3, replicas: 3 };
    const trace = await train(gpu, options);
    using training = await Training.create(gpu, options);
    const losses = await training.startLosses();
    assert.deepEqual(await training.startLosses(), losses);
    losses.forEach((loss, replica) => {
      const logged = trace.losses[replica][0];
      assert(Math.abs(loss - logged) <= 1e-6 * logged, `${loss} ${logged}`);
    });
    assert.deepEqual((await training.finish()).losses, trace.losses);
    await assert.rejects(training.startLosses(), { message: /can be iterated over once/ });
  }
});

Deno.test("Training: what a probe holds fits the network and the thresholds", async () => {
  const epsilons = [1e-1, 1e-3, 1e-5];
  for (const threshold of ["absolute", "relative"] as const) {
    const options = { task: smallTask({ outputs: 2 }), hidden: [7, 1, 4], steps: 20, epsilons, threshold };
    for (const { layers, floors, accuracy } of (await trainSpectra(gpu, options)).probes) {
      assert.deepEqual(layers.map(({ layer }) => layer), [1, 2, 3]);
      assert.deepEqual(layers.map(({ eigenvalues }) => eigenvalues.length), [7, 1, 4]);
      assert.equal(floors?.length, 3);
      assert.equal(accuracy, null);
      for (const { eigenvalues, bounds, ranks } of layers) {
        assert(eigenvalues.every((value, i) => value >= 0 && (i === 0 || value <= eigenvalues[i - 1])));
        assert(bounds.every((error) => error > 0 && error < 1e-2));
        const limit = threshold === "relative" ? eigenvalues[0] : 1;
        for (const [e, { epsilon, rank, low, high }] of ranks.entries()) {
          assert.equal(epsilon, epsilons[e]);
          assert.equal(rank, eigenvalues.filter((value) => value > epsilon * limit).length);
          assert(low <= rank && rank <= high);
        }
      }
    }
  }
});

Deno.test("Training: the trace grows while it trains", async () => {
  using training = await Training.create(gpu, { task: smallTask(), steps: 100, probeEvery: 5 });
  assert.deepEqual([training.trace.probes, training.trace.losses[0].length], [[], 0]);
  const lengths: number[] = [];
  for await (const { step } of training) {
    const { losses, probes } = training.trace;
    assert(losses[0].length > step && probes.some((probe) => probe.step === step));
    // The last result is a measurement alone.
    assert.equal(Math.min(losses[0].length, 100), training.updates);
    assert.equal(training.status, losses[0].length > 100 ? "done" : "running");
    lengths.push(losses[0].length);
  }
  assert(lengths[0] < 101, "all of it came at once");
  assert.equal(lengths.at(-1), 101);
});

Deno.test("Training: left early, everything is freed and the GPU is as good as before", async () => {
  // All probes solve, as those of the short run do that it is compared with.
  const options = { task: smallTask(), steps: 2000, probeEvery: 5, spectraEvery: 1, replicas: 2 };
  const whole = await train(gpu, { ...options, steps: 40 });
  using buffers = countBuffers(gpu);
  for (const leave of [0, 3, 9]) {
    let left: Trace;
    {
      using training = await Training.create(gpu, options);
      assert(buffers.alive.length > 10);
      let count = 0;
      for await (const _ of training) if (count++ === leave) break;
      left = training.trace;
    }
    assert.deepEqual(buffers.alive, []);
    assert(left.probes.length > leave && left.losses[0].length < 2001);
    assert.deepEqual(left.probes.slice(0, leave), whole.probes.slice(0, leave));
  }
  await assert.rejects(async () => {
    using training = await Training.create(gpu, options);
    for await (const { step } of training) if (step > 0) throw new RangeError("enough");
  }, RangeError);
  assert.deepEqual(buffers.alive, []);
  assert.deepEqual(await train(gpu, { ...options, steps: 40 }), whole);
  // Nothing was still on its way to buffers that are gone.
  using probe = new GpuArray(gpu, "probe", Float32Array.of(7));
  assert.deepEqual(await probe.read(), Float32Array.of(7));
});

Deno.test("Training: a run that never starts frees everything too", async () => {
  using buffers = countBuffers(gpu);
  {
    using _ = await Training.create(gpu, { task: smallTask(), replicas: 3, batch: 8 });
    assert(buffers.alive.length > 10);
  }
  assert.deepEqual(buffers.alive, []);
});

Deno.test("Training: a signal stops it early and keeps the trace", async () => {
  const controller = new AbortController();
  const { signal } = controller;
  const options = { task: smallTask(), steps: 100_000, probeEvery: 10 };
  using training = await Training.create(gpu, { ...options, signal });
  for await (const { step } of training) if (step >= 100) controller.abort();
  const { losses: [losses], probes } = training.trace;
  assert(probes.at(-1)!.step >= 100 && losses.length < 100_000);
  assert.deepEqual([training.updates, training.status], [losses.length, "stopped"]);
  // All that was on its way has arrived.
  assert.equal(probes.at(-1)!.step, losses.length - 1 - (losses.length - 1) % 10);
  assert.deepEqual(losses, (await train(gpu, { ...options, steps: losses.length - 1 })).losses[0]);

  using stopped = await Training.create(gpu, { ...options, signal: AbortSignal.abort() });
  assert.deepEqual((await stopped.finish()).probes, []);
});

Deno.test("Training: a run can be iterated over once", async () => {
  using training = await Training.create(gpu, { task: smallTask(), steps: 2 });
  await training.finish();
  await assert.rejects(training.finish(), (error: Error) => {
    assert(error instanceof StaircaseError);
    assert.match(error.message, /^a training run can be iterated over once: create another$/);
    return true;
  });
  assert.equal(training.trace.losses[0].length, 3);
});

Deno.test("Training: two runs at once do not disturb each other", async () => {
  const options = { task: smallTask(), steps: 60, replicas: 2 };
  const alone = await train(gpu, options);
  const [first, second] = await Promise.all([
    train(gpu, options),
    train(gpu, { ...options, batch: 7, seed: 3 }),
  ]);
  assert.deepEqual(first, alone);
  assert.notDeepEqual(second.losses, alone.losses);
});

Deno.test("Training: what does not fit in the adapter is a ShapeError and leaves nothing behind", async () => {
  using buffers = countBuffers(gpu);
  const samples = smallTask();
  const cases = [
    { hidden: [200_000, 200_000] },
    // Parameters fit, the Gram matrix does not.
    { hidden: [100_000] },
    { hidden: [2000], replicas: 2 ** 16 },
    // The parameters are allocated, drawing them takes too many workgroups.
    { hidden: [1], replicas: 2 ** 16 },
  ];
  for (const options of cases) {
    await assert.rejects(Training.create(gpu, { task: samples, steps: 1, ...options }), (error: Error) => {
      assert(error instanceof ShapeError, `${JSON.stringify(options)}: ${error}`);
      assert.match(error.message, /: use fewer samples, replicas or neurons( \(.+ would fit\))?$/);
      return true;
    });
    assert.deepEqual(buffers.alive, []);
  }
  for (
    const options of [{ hidden: [1e300] }, { batch: 25 }, { batch: 0 }, { batch: 1.5 }, {
      activation: "none",
    }, { seed: -1 }]
  ) {
    await assert.rejects(Training.create(gpu, { task: samples, ...options }), InputError);
    assert.deepEqual(buffers.alive, []);
  }
  await train(gpu, { task: samples, steps: 1 });
});
