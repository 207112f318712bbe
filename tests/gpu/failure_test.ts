import { DeviceLostError, StaircaseError } from "../../src/errors.ts";
import { GpuArray } from "../../src/gpu/array.ts";
import { Commands } from "../../src/gpu/commands.ts";
import { Gpu } from "../../src/gpu/device.ts";
import { measure } from "../../src/gpu/measure/meter.ts";
import { ReadbackRing } from "../../src/gpu/readback.ts";
import { gpuStruct } from "../../src/gpu/struct.ts";
import { svdvals } from "../../src/linalg/svd/svdvals.ts";
import { featureRanks } from "../../src/rank/methods/feature_ranks.ts";
import { Training } from "../../src/train/training.ts";
import { assert } from "../deps.ts";
import { loseAt, lossPoints } from "../support/loss.ts";
import { smallTask } from "../support/tasks.ts";
import { add, slow } from "./kernels.ts";

const matrix = { rows: 2, columns: 1, data: Float32Array.of(3, 4) };

/** That a device answers, and answers right. */
async function assertWorks(gpu: Gpu) {
  assert.equal(gpu.error, null);
  assert.equal(Math.round((await svdvals(gpu, [matrix]))[0][0]), 5);
}

/** What an action throws, or rejects with; fails if it does neither. */
async function errorOf(action: () => unknown): Promise<unknown> {
  try {
    await action();
  } catch (error) {
    return error;
  }
  return assert.fail("nothing was thrown");
}

for (const ending of ["lost", "disposed"] as const) {
  Deno.test(`a ${ending} Gpu refuses every use at once, with the same typed error`, async () => {
    const gpu = await Gpu.open();
    using array = new GpuArray(gpu, "words", 4);
    using ring = new ReadbackRing(gpu, [array], 2);
    const dispatch = (await gpu.kernel(add)).bind([array], [1]);
    const kernel = await gpu.kernel(slow);
    const recorded = new Commands(gpu), other = new Commands(gpu);
    recorded.run(dispatch);
    const training = await Training.create(gpu, { task: smallTask(), steps: 3 });
    if (ending === "lost") {
      gpu.device.destroy();
      await gpu.failure.catch(() => {});
    } else {
      gpu[Symbol.dispose]();
    }
    const task = smallTask();
    const uses: Record<string, () => unknown> = {
      check: () => gpu.check(),
      allocate: () => new GpuArray(gpu, "more words", 4),
      write: () => array.write(Float32Array.of(1)),
      read: () => array.read(),
      readUint32: () => array.readUint32(),
      bind: () => kernel.bind([array], [1]),
      "known kernel": () => gpu.kernel(add),
      "new kernel": () => gpu.kernel({ ...add, name: "another" }),
      "new struct": () => gpuStruct(gpu, "shape", ["u32", 1]),
      record: () => new Commands(gpu),
      submit: () => recorded.submit(),
      "read back": () => ring.submit(other),
      measure: () => measure(gpu, () => Promise.resolve()),
      scope: () => gpu.scope("nothing", () => {}),
      accept: () => gpu.accept([array.buffer]),
      "Training.create": () => Training.create(gpu, { task }),
      "iterating over a training": () => training.finish(),
      "reading parameters": () => training.network.readParameters(),
      featureRanks: () => featureRanks(gpu, matrix, { epsilons: [1e-3] }),
      svdvals: () => svdvals(gpu, [matrix]),
    };
    const expected = gpu.error;
    assert.equal(expected instanceof DeviceLostError, ending === "lost");
    if (ending === "disposed") assert.equal(expected?.message, "this Gpu was disposed; open another one");
    for (const [name, use] of Object.entries(uses)) assert.equal(await errorOf(use), expected, name);
    training[Symbol.dispose]();
    gpu[Symbol.dispose]();
    using fresh = await Gpu.open();
    await assertWorks(fresh);
  });
}

Deno.test("Gpu: pending read-backs reject with a typed error when it is disposed", async () => {
  const gpu = await Gpu.open();
  using array = new GpuArray(gpu, "words", 64);
  using ring = new ReadbackRing(gpu, [array], 1);
  const commands = new Commands(gpu);
  commands.run((await gpu.kernel(slow)).bind([array], [64]));
  const pending = [ring.submit(commands), array.read()];
  const errors = Promise.all(pending.map((promise) => errorOf(() => promise)));
  gpu[Symbol.dispose]();
  for (const error of await errors) assert.equal(error, gpu.error);
});

Deno.test("a disposed array is refused by one typed error, and the Gpu works on", async () => {
  using gpu = await Gpu.open();
  const freed = new GpuArray(gpu, "freed words", 64), ring = new ReadbackRing(gpu, [freed], 1);
  using kept = new GpuArray(gpu, "kept words", 64), staged = new ReadbackRing(gpu, [kept], 1);
  const kernel = await gpu.kernel(add);
  const [whole, part] = [
    kernel.bind([freed], [1]),
    kernel.bind([{ array: freed, first: 0, length: 64 }], [1]),
  ];
  const lists = Array.from({ length: 5 }, () => new Commands(gpu));
  lists[0].run(whole);
  lists[1].run(part);
  lists[2].copy(freed, 0, kept, 0, 4);
  lists[3].copy(kept, 0, freed, 0, 4);
  freed[Symbol.dispose]();
  const uses: (() => unknown)[] = [
    ...lists.slice(0, 4).map((commands) => () => commands.submit()),
    () => ring.submit(lists[4]),
    () => kernel.bind([freed], [1]),
    () => freed.read(),
    () => freed.write(Float32Array.of(1)),
  ];
  for (const [index, use] of uses.entries()) {
    const error = await errorOf(use);
    assert.ok(error instanceof StaircaseError, `${index}: ${error}`);
    assert.match(error.message, /^freed words: used after what it belongs to was disposed; create it again$/);
    await assertWorks(gpu);
  }
  staged[Symbol.dispose]();
  const error = await errorOf(() => staged.submit(new Commands(gpu)));
  assert.match(String(error), /^StaircaseError: readback ring: used after what it belongs to was disposed/);
  ring[Symbol.dispose]();
  await assertWorks(gpu);
});

Deno.test("a training that is disposed in its own loop, or before it, leaves the Gpu as good as before", async () => {
  using gpu = await Gpu.open();
  const options = { task: smallTask(), hidden: [8], steps: 200, probeEvery: 1 };
  for (const isInside of [true, false]) {
    const training = await Training.create(gpu, options);
    if (!isInside) training[Symbol.dispose]();
    const error = await errorOf(async () => {
      for await (const _ of training) training[Symbol.dispose]();
    });
    assert.ok(error instanceof StaircaseError && !(error instanceof DeviceLostError), String(error));
    assert.match(error.message, /was (disposed|destroyed)/);
    await assertWorks(gpu);
    using another = await Training.create(gpu, { ...options, steps: 3 });
    assert.equal((await another.finish()).losses[0].length, 4);
  }
});

Deno.test("Gpu: disposed amid a training, the run ends with its typed error", async () => {
  const gpu = await Gpu.open();
  using training = await Training.create(gpu, { task: smallTask(), steps: 10_000, probeEvery: 1 });
  const error = await errorOf(async () => {
    for await (const _ of training) gpu[Symbol.dispose]();
  });
  assert.equal(error, gpu.error);
});

/** Trains, and ranks features: everything that a device is called for. */
async function work(gpu: Gpu): Promise<void> {
  using training = await Training.create(gpu, {
    task: smallTask({ count: 20 }),
    hidden: [4],
    steps: 20,
    probeEvery: 10,
    precision: "single",
  });
  await training.finish();
  await svdvals(gpu, [matrix]);
}

for (const point of lossPoints) {
  // The tuner, which takes most of the time, is at work for one of them.
  const autotune = point === "submit";
  Deno.test(`device lost at any ${point}: one typed error, and another device works in its place`, async () => {
    const total = await (async () => {
      using gpu = await Gpu.open({ autotune });
      const calls = loseAt(gpu, point);
      await work(gpu);
      return calls.count;
    })();
    assert.ok(total > 3, `${total} calls`);
    for (const at of new Set([2, Math.ceil(total / 2)])) {
      using gpu = await Gpu.open({ autotune });
      const calls = loseAt(gpu, point, at);
      const error = await errorOf(() => work(gpu));
      assert.ok(calls.count >= at);
      assert.ok(error instanceof DeviceLostError, `${point} ${at} of ${total}: ${error}`);
    }
    using fresh = await Gpu.open();
    await assertWorks(fresh);
  });
}
