import { assert } from "../deps.ts";
import { GpuArray } from "../../src/gpu/array.ts";
import { Commands } from "../../src/gpu/commands.ts";
import { Gpu } from "../../src/gpu/device.ts";
import { ReadbackRing } from "../../src/gpu/readback.ts";
import { add } from "./kernels.ts";

Deno.test("ReadbackRing: each turn delivers its own values, in order, while later ones run", async () => {
  using gpu = await Gpu.open();
  const kernel = await gpu.kernel(add), twice = await gpu.kernel({ ...add, entryPoint: "twice" });
  for (const depth of [1, 2, 3]) {
    using a = new GpuArray(gpu, "a", 5), b = new GpuArray(gpu, "b", 2);
    using ring = new ReadbackRing(gpu, [a, b], depth);
    const dispatches = [kernel.bind([a], [1]), twice.bind([b], [1])];
    const TURNS = 20;
    const underway: Promise<Float32Array[]>[] = [];
    const seen: number[][] = [];
    const settled: number[] = [];
    const take = async () => {
      const [first, second] = await underway.shift()!;
      assert.equal(first.length, 5);
      assert.equal(second.length, 2);
      const counts = new Uint32Array(first.slice().buffer), doubles = new Uint32Array(second.slice().buffer);
      assert.ok(counts.every((count) => count === counts[0]));
      assert.ok(doubles.every((count) => count === 2 * counts[0]));
      seen.push([...counts]);
    };
    for (let turn = 0; turn < TURNS; turn++) {
      if (underway.length === depth) await take();
      const commands = new Commands(gpu);
      commands.run(...dispatches);
      const result = ring.submit(commands);
      result.then(() => settled.push(turn));
      underway.push(result);
    }
    while (underway.length > 0) await take();
    assert.deepEqual(seen.map(([count]) => count), Array.from({ length: TURNS }, (_, turn) => turn + 1));
    assert.deepEqual(settled, [...settled].sort((x, y) => x - y));
  }
});

Deno.test("ReadbackRing: values delivered stay when the buffer's turn comes again", async () => {
  using gpu = await Gpu.open();
  using a = new GpuArray(gpu, "a", 3);
  using ring = new ReadbackRing(gpu, [a], 1);
  const dispatch = (await gpu.kernel(add)).bind([a], [1]);
  const turn = async () => {
    const commands = new Commands(gpu);
    commands.run(dispatch);
    return (await ring.submit(commands))[0];
  };
  const first = await turn();
  await turn();
  assert.deepEqual(new Uint32Array(first.slice().buffer), Uint32Array.of(1, 1, 1));
});

Deno.test("ReadbackRing: a depth that is none is an InputError", async () => {
  using gpu = await Gpu.open();
  for (const depth of [0, 1.5, NaN]) {
    assert.throws(() => new ReadbackRing(gpu, [], depth), {
      name: "InputError",
      message: `depth must be a whole number of at least 1, not ${depth}`,
    });
  }
});
