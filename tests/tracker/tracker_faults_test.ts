import { DeviceLostError, InputError, ShapeError } from "../../src/errors.ts";
import { Gpu } from "../../src/gpu/device.ts";
import type { TrackedFeatures } from "../../src/tracker/features.ts";
import { RankTracker } from "../../src/tracker/rank_tracker.ts";
import { assert } from "../deps.ts";
import { openGpu } from "../support/gpu.ts";
import { bufferOf, lowRank } from "../support/tracked.ts";

const gpu = await openGpu();

Deno.test("a tracker: wrong calls are refused in a line that says what to give", () => {
  const data = new Float32Array(6), fine = { data, rows: 3, columns: 2 };
  const wrong: [() => unknown, new (message: string) => Error, RegExp][] = [
    [() => new RankTracker(gpu, { evry: 1 } as never), InputError, /"every"/],
    [() => new RankTracker(gpu, { every: 0 }), InputError, /at least 1|from 1/],
    [() => new RankTracker(gpu, { epsilons: [] }), InputError, /thresholds/],
    [() => new RankTracker(gpu, { epsilons: [0] }), InputError, /above 0/],
    [() => new RankTracker(gpu, { layers: [] }), InputError, /at least one/],
    [() => new RankTracker(gpu, { layers: ["a", "a"] }), InputError, /differ/],
    [() => new RankTracker(gpu, { layers: { a: 0.5 } }), InputError, /columns of a/],
    [() => new RankTracker(gpu, { weights: [1, -1] }), InputError, /above 0/],
    [() => new RankTracker(gpu, { spectraEvery: 0 }), InputError, /spectra/],
    [() => tracked({}), InputError, /at least one/],
    [() => tracked(null), InputError, /object/],
    [() => tracked({ a: fine }, { layers: ["a", "b"] }), InputError, /layer b is missing/],
    [() => tracked({ a: fine, c: fine }, { layers: ["a"] }), InputError, /"c"/],
    [() => tracked({ a: fine }, { layers: { a: 3 } }), ShapeError, /2 columns, not 3/],
    [() => tracked({ a: fine }, { weights: [1] }), ShapeError, /3 rows for 1 weights/],
    [() => tracked({ a: { ...fine, rows: 0 } }), InputError, /rows of a/],
    [() => tracked({ a: { ...fine, columns: 1.5 } }), InputError, /columns of a/],
    [() => tracked({ a: { ...fine, stride: 1 } }), InputError, /stride of a/],
    [() => tracked({ a: { ...fine, offset: 1 } }), ShapeError, /reaches to entry 7.*holds 6/],
    [() => tracked({ a: { ...fine, data: new Float64Array(6) } }), InputError, /Float32Array/],
    [() => tracked({ a: { rows: 1, columns: 1 } }), InputError, /GPUBuffer/],
    [
      () =>
        tracked({ a: { buffer: bufferOf(gpu.device, data, GPUBufferUsage.COPY_DST), rows: 1, columns: 1 } }),
      InputError,
      /COPY_SRC/,
    ],
    [() => tracked({ a: fine }, {}, -1), InputError, /step/],
  ];
  function tracked(features: unknown, options = {}, step = 0) {
    using tracker = new RankTracker(gpu, { every: 1, ...options });
    tracker.track(step, features as Record<string, TrackedFeatures>);
  }
  for (const [call, kind, message] of wrong) {
    assert.throws(
      call,
      (error: Error) => error instanceof kind && message.test(error.message) && !error.message.includes("\n"),
      `${call}`,
    );
  }
});

Deno.test("a tracker: steps ascend, and a tracker that was disposed is refused", async () => {
  const tracker = new RankTracker(gpu, { every: 1 });
  const features = { a: { data: Float32Array.of(1), rows: 1, columns: 1 } };
  tracker.track(3, features);
  for (const step of [3, 2]) assert.throws(() => tracker.track(step, features), InputError);
  await tracker.flush();
  tracker.track(4, features);
  tracker[Symbol.dispose]();
  assert.throws(() => tracker.track(5, features), /disposed/);
  await assert.rejects(tracker.finish(), /disposed/);
  assert.deepEqual(tracker.trace.probes.map(({ step }) => step), [3]);
});

Deno.test("a tracker: a buffer that is gone costs its step alone", async () => {
  using own = await Gpu.open();
  using tracker = new RankTracker(Gpu.from(own.device), { every: 1, epsilons: [1e-3] });
  const usage = GPUBufferUsage.COPY_SRC | GPUBufferUsage.COPY_DST;
  const buffer = own.device.createBuffer({ size: 16, usage });
  own.device.queue.writeBuffer(buffer, 0, Float32Array.of(1, 0, 0, 1));
  const features = { a: { buffer, rows: 2, columns: 2 } };
  tracker.track(0, features);
  buffer.destroy();
  tracker.track(1, features);
  tracker.track(2, { a: { data: Float32Array.of(1, 0, 0, 1), rows: 2, columns: 2 } });
  const { probes } = await tracker.finish();
  assert.deepEqual(probes.map(({ step }) => step), [0, 2]);
  const [{ step, reason }] = tracker.record.failed;
  assert.deepEqual([step, tracker.record.failed.length], [1, 1]);
  assert.match(reason, /^features of step 1: /);
});

Deno.test("a tracker: a device that is lost ends tracking, not the program", async () => {
  const own = await Gpu.open();
  using tracker = new RankTracker(own, { every: 1, epsilons: [1e-3] });
  const features = { a: { data: Float32Array.of(1, 0, 0, 1), rows: 2, columns: 2 } };
  tracker.track(0, features);
  await tracker.flush();
  tracker.track(1, features);
  own.device.destroy();
  await assert.rejects(tracker.finish(), DeviceLostError);
  assert.deepEqual([tracker.track(2, features), tracker.wants(3)], [false, false]);
  assert.deepEqual(tracker.trace.probes.map(({ step }) => step), [0]);
});

Deno.test("a tracker: a device that is lost between calls is noticed, and costs no call", async () => {
  const own = await Gpu.open();
  using tracker = new RankTracker(own, { every: 1, epsilons: [1e-3] });
  own.device.destroy();
  await assert.rejects(own.failure, DeviceLostError);
  assert.equal(tracker.track(0, { a: { data: Float32Array.of(1), rows: 1, columns: 1 } }), false);
  await assert.rejects(tracker.flush(), DeviceLostError);
  await assert.rejects(tracker.finish(), DeviceLostError);
});

Deno.test("a tracker: it frees what it allocated, and uses the memory of a step again", async () => {
  const before = gpu.memoryLeft;
  {
    using tracker = new RankTracker(gpu, { every: 1, epsilons: [1e-3], capacity: 3 });
    const track = async (first: number, rows: number) => {
      for (let step = first; step < first + 9; step++) {
        tracker.track(step, { a: { data: lowRank(rows, 6, 2, step), rows, columns: 6 } });
        if (step % 2 === 0) await tracker.flush();
      }
      await tracker.flush();
      return gpu.memoryLeft;
    };
    const taken = before - await track(0, 40);
    assert(taken > 0);
    assert.equal(before - await track(10, 40), taken);
    await tracker.finish();
  }
  assert.equal(gpu.memoryLeft, before);
});
