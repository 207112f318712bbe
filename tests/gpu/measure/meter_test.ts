import { assert } from "../../deps.ts";
import { StaircaseError } from "../../../src/errors.ts";
import { GpuArray } from "../../../src/gpu/array.ts";
import { Commands } from "../../../src/gpu/commands.ts";
import { Gpu } from "../../../src/gpu/device.ts";
import { measure } from "../../../src/gpu/measure/meter.ts";
import { add, slow } from "../kernels.ts";
import { openGpu } from "../../support/gpu.ts";

const gpu = await openGpu();

Deno.test("measure: counts dispatches, submissions and waits, and no others", async () => {
  using words = new GpuArray(gpu, "words", 64);
  const dispatch = (await gpu.kernel(add)).bind([words], [1]);
  const submit = (count: number) => {
    const commands = new Commands(gpu);
    commands.run(...new Array(count).fill(dispatch));
    commands.submit();
  };
  submit(5);
  const first = await measure(gpu, async () => {
    submit(2);
    submit(0);
    submit(3);
    await words.read();
    return (await words.readUint32())[0];
  });
  assert.deepEqual([first.result, first.dispatches, first.submissions, first.waits], [10, 5, 2, 2]);
  submit(1);
  const nothing = await measure(gpu, () => Promise.resolve("nothing"));
  assert.deepEqual([nothing.result, nothing.dispatches, nothing.submissions, nothing.waits], [
    "nothing",
    0,
    0,
    0,
  ]);
});

Deno.test("measure: times passes on the GPU", async () => {
  using words = new GpuArray(gpu, "words", 64);
  const short = (await gpu.kernel(add)).bind([words], [1]),
    long = (await gpu.kernel(slow)).bind([words], [64]);
  const time = (...dispatches: (typeof short)[]) =>
    measure(gpu, async () => {
      const commands = new Commands(gpu);
      commands.run(...dispatches);
      commands.submit();
      await words.read();
    });
  await time(short, long);
  const [one, four] = [await time(long), await time(short, long, long, long, long)];
  if (!gpu.device.features.has("timestamp-query")) {
    assert.deepEqual([one.gpuMilliseconds, four.gpuMilliseconds], [null, null]);
    return;
  }
  assert(0 < one.gpuMilliseconds! && one.gpuMilliseconds! < four.gpuMilliseconds!);
  assert(four.gpuMilliseconds! < four.milliseconds);
  assert.equal((await measure(gpu, () => words.read())).gpuMilliseconds, 0);
});

Deno.test("measure: one at a time, and an action that fails leaves the way free", async () => {
  await measure(gpu, async () => {
    await assert.rejects(measure(gpu, () => Promise.resolve()), StaircaseError);
  });
  await assert.rejects(measure(gpu, () => Promise.reject(new RangeError("own"))), /own/);
  assert.equal((await measure(gpu, () => Promise.resolve(7))).result, 7);
});

Deno.test({
  name: "measure: what a profiler times, it leaves alone",
  ignore: !gpu.device.features.has("timestamp-query"),
  fn: async () => {
    using profiled = await Gpu.open({ profile: true });
    using words = new GpuArray(profiled, "words", 64);
    const dispatch = (await profiled.kernel(add)).bind([words], [1]);
    const { gpuMilliseconds, dispatches } = await measure(profiled, async () => {
      const commands = new Commands(profiled);
      commands.run(dispatch, dispatch);
      commands.submit();
      await words.read();
    });
    assert.deepEqual([gpuMilliseconds, dispatches], [null, 2]);
    assert.equal((await profiled.profiler!.report())[0].count, 2);
  },
});
