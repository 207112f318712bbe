import { assert } from "../deps.ts";
import { GpuArray } from "../../src/gpu/array.ts";
import { Commands } from "../../src/gpu/commands.ts";
import { Gpu } from "../../src/gpu/device.ts";
import { add, scale } from "./kernels.ts";

Deno.test("Commands: each dispatch sees what those before it wrote", async () => {
  for (const profile of [false, true]) {
    using gpu = await Gpu.open({ profile });
    // Doubling alternates between two arrays: any dispatch that ran too early or too late would
    // show.
    const double = await gpu.kernel(scale, { STEP: 2 });
    using a = new GpuArray(gpu, "a", new Float32Array(100).fill(1)), b = new GpuArray(gpu, "b", 100);
    const there = double.bind([a, b], [2]), back = double.bind([b, a], [2]);
    const commands = new Commands(gpu);
    for (let i = 0; i < 10; i++) commands.run(there, back);
    assert.equal(commands.dispatches, 20);
    commands.submit();
    assert.deepEqual(await a.read(), new Float32Array(100).fill(2 ** 20));
  }
});

Deno.test("Commands: a dispatch may be recorded again, and in other commands; an empty list is not an error", async () => {
  using gpu = await Gpu.open();
  using words = new GpuArray(gpu, "words", 3);
  const dispatch = (await gpu.kernel(add)).bind([words], [1]);
  for (let i = 0; i < 3; i++) {
    const commands = new Commands(gpu);
    commands.run(dispatch);
    commands.run();
    commands.run([dispatch], []);
    commands.run([], dispatch);
    commands.submit();
    new Commands(gpu).submit();
  }
  assert.deepEqual(await words.readUint32(), Uint32Array.of(9, 9, 9));
});

Deno.test("Commands.pack: arrays one behind the other, as they are at that point", async () => {
  using gpu = await Gpu.open();
  using a = new GpuArray(gpu, "a", Uint32Array.of(1, 2, 3)), b = new GpuArray(gpu, "b", Uint32Array.of(9));
  using packed = new GpuArray(gpu, "packed", 5);
  const dispatch = (await gpu.kernel(add)).bind([a], [1]);
  const commands = new Commands(gpu);
  commands.run(dispatch);
  commands.pack([b, a], packed.buffer);
  commands.run(dispatch);
  commands.submit();
  assert.deepEqual(await packed.readUint32(), Uint32Array.of(9, 2, 3, 4, 0));
  assert.deepEqual(await a.readUint32(), Uint32Array.of(3, 4, 5));
});
