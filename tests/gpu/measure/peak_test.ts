import { assert } from "../../deps.ts";
import { countBuffers } from "../../support/buffers.ts";
import { GpuArray } from "../../../src/gpu/array.ts";
import { Commands } from "../../../src/gpu/commands.ts";
import { measurePeak } from "../../../src/gpu/measure/peak.ts";
import { type GpuStruct, gpuStruct } from "../../../src/gpu/struct.ts";
import peakSource from "../../../shaders/gpu/measure/peak.wgsl" with { type: "text" };
import { openGpu } from "../../support/gpu.ts";

const gpu = await openGpu();

const bind = async (
  entryPoint: string,
  arrays: readonly [GpuStruct, GpuArray, ...GpuArray[]],
  workgroups: number,
) => (await gpu.kernel({ name: "peak", files: [peakSource], entryPoint })).bind(arrays, [workgroups]);

async function run(
  entryPoint: string,
  arrays: readonly [GpuStruct, GpuArray, ...GpuArray[]],
  workgroups: number,
): Promise<Float32Array> {
  const commands = new Commands(gpu);
  commands.run(await bind(entryPoint, arrays, workgroups));
  commands.submit();
  return await arrays[1].read();
}

Deno.test("peak.wgsl: all of the arithmetic that is counted is done", async () => {
  const invocations = 128;
  for (const [count, a, b] of [[1000, -1, 3], [5, 1, 1], [0, 7, 7]]) {
    using results = new GpuArray(gpu, "results", 4 * invocations);
    const words = await run(
      "arithmetic",
      [gpuStruct(gpu, "shape", ["u32", count], ["f32", a, b]), results],
      2,
    );
    for (let i = 0; i < invocations; i++) {
      // Small whole numbers: exact. An even number of steps x ← 3 − x changes nothing, 16 count of
      // x ← x + 1 add up.
      const moved = a === 1 ? 16 * count : 0;
      assert.deepEqual([...words.subarray(4 * i, 4 * i + 4)], [i, i, i + 1, i + 1].map((x) => x + moved));
    }
  }
});

Deno.test("peak.wgsl: copies whole arrays, and nothing does nothing", async () => {
  const vectors = 100, shape = gpuStruct(gpu, "shape", ["u32", vectors], ["f32", 0, 0]);
  const numbers = Float32Array.from({ length: 4 * vectors }, (_, e) => e + 0.5);
  using source = new GpuArray(gpu, "source", numbers),
    results = new GpuArray(gpu, "results", 4 * vectors + 8);
  const expected = new Float32Array(4 * vectors + 8);
  expected.set(numbers);
  assert.deepEqual(await run("copy", [shape, results, source], 2), expected);
  assert.deepEqual(await run("nothing", [shape, results], 1), expected);
});

Deno.test("measurePeak: rates that belong together, soon", async () => {
  using buffers = countBuffers(gpu);
  const start = performance.now();
  const { flopsPerSecond, bytesPerSecond, dispatchMilliseconds, waitMilliseconds } = await measurePeak(gpu);
  const took = performance.now() - start;
  for (const value of [flopsPerSecond, bytesPerSecond, dispatchMilliseconds, waitMilliseconds]) {
    assert(value > 0 && value < Infinity, String(value));
  }
  // No adapter moves a byte for less than an operation, or dispatches as fast as it computes.
  assert(flopsPerSecond > bytesPerSecond, `${flopsPerSecond} flops, ${bytesPerSecond} bytes`);
  assert(dispatchMilliseconds / 1000 > 100 / flopsPerSecond);
  // About a second where nothing else runs.
  assert(took < 15_000, `${took} ms`);
  assert.deepEqual(buffers.alive, []);
});
