import { assert } from "../../deps.ts";
import { GpuArray } from "../../../src/gpu/array.ts";
import { Commands } from "../../../src/gpu/commands.ts";
import { Gpu } from "../../../src/gpu/device.ts";
import { add, slow } from "../kernels.ts";

const adapter = await navigator.gpu?.requestAdapter();
const ignore = !adapter?.features.has("timestamp-query");

Deno.test({
  name: "Profiler: counts dispatches of each kernel and adds their times, the longest first",
  ignore,
  async fn() {
    using gpu = await Gpu.open({ profile: true });
    using words = new GpuArray(gpu, "words", 64);
    const short = (await gpu.kernel(add)).bind([words], [1]),
      long = (await gpu.kernel(slow)).bind([words], [64]);
    assert.deepEqual(await gpu.profiler!.report(), []);
    const start = performance.now();
    for (let i = 1; i <= 3; i++) {
      const commands = new Commands(gpu);
      commands.run(...new Array(i).fill(short), long);
      commands.submit();
    }
    const report = await gpu.profiler!.report();
    const wall = performance.now() - start;
    assert.deepEqual(report.map(({ name, count }) => [name, count]), [["slow", 3], ["add", 6]]);
    assert.ok(report.every(({ milliseconds }) => milliseconds > 0));
    assert.ok(report[0].milliseconds > report[1].milliseconds);
    // Dispatches that are timed one by one can not take longer together than all there was.
    assert.ok(report[0].milliseconds + report[1].milliseconds < wall);
  },
});

Deno.test({
  name: "Profiler: dispatches beyond its 2,048 of a submission run untimed",
  ignore,
  async fn() {
    using gpu = await Gpu.open({ profile: true });
    using words = new GpuArray(gpu, "words", 1);
    const dispatch = (await gpu.kernel(add)).bind([words], [1]);
    for (const total of [2100, 4200]) {
      const commands = new Commands(gpu);
      for (let i = 0; i < 2100; i++) commands.run(dispatch);
      commands.submit();
      assert.deepEqual(await words.readUint32(), Uint32Array.of(total));
    }
    const [{ count, milliseconds }] = await gpu.profiler!.report();
    assert.equal(count, 2 * 2048);
    assert.ok(milliseconds > 0);
  },
});
