import { assert } from "../deps.ts";
import { ShapeError } from "../../src/errors.ts";
import { GpuArray } from "../../src/gpu/array.ts";
import { Commands } from "../../src/gpu/commands.ts";
import { compileAhead } from "../../src/gpu/compile_ahead.ts";
import { Gpu } from "../../src/gpu/device.ts";
import type { Dispatch } from "../../src/gpu/kernel.ts";
import { add, scale } from "./kernels.ts";

function run(gpu: Gpu, ...dispatches: Dispatch[]): void {
  const commands = new Commands(gpu);
  commands.run(...dispatches);
  commands.submit();
}

Deno.test("Kernel: override constants, whole, fractional and boolean, and their defaults", async () => {
  using gpu = await Gpu.open();
  const three = Float32Array.of(1, -2, 3);
  using a = new GpuArray(gpu, "a", three),
    b = new GpuArray(gpu, "b", 3),
    words = new GpuArray(gpu, "words", 3);
  run(gpu, (await gpu.kernel(scale, { STEP: 0.25 })).bind([a, b], [1]));
  assert.deepEqual(await b.read(), three.map((x) => x / 4));

  run(
    gpu,
    (await gpu.kernel(add)).bind([words], [1]),
    (await gpu.kernel(add, { STEP: 40 })).bind([words], [1]),
  );
  assert.deepEqual(await words.readUint32(), Uint32Array.of(41, 41, 41));

  const flag = {
    name: "flag",
    files: [
      "override FLAG: bool; @group(0) @binding(0) var<storage, read_write> a: array<u32>;" +
      "@compute @workgroup_size(1) fn main() { a[0] = select(5u, 6u, FLAG); }",
    ],
  };
  for (const [value, expected] of [[true, 6], [false, 5]] as const) {
    run(gpu, (await gpu.kernel(flag, { FLAG: value })).bind([words], [1]));
    assert.equal((await words.readUint32())[0], expected);
  }
});

Deno.test("Kernel: the entry point is the one asked for", async () => {
  using gpu = await Gpu.open();
  using words = new GpuArray(gpu, "words", 2);
  run(gpu, (await gpu.kernel({ ...add, entryPoint: "twice" }, { STEP: 10 })).bind([words], [1]));
  assert.deepEqual(await words.readUint32(), Uint32Array.of(20, 20));
});

Deno.test("Kernel.bind: workgroups along y and z are 1 by default; too many are a ShapeError", async () => {
  using gpu = await Gpu.open();
  const kernel = await gpu.kernel(add);
  using words = new GpuArray(gpu, "words", 4);
  assert.deepEqual(kernel.bind([words], [3]).workgroups, [3, 1, 1]);
  assert.deepEqual(kernel.bind([words], [3, 2]).workgroups, [3, 2, 1]);
  const most = gpu.limits.maxComputeWorkgroupsPerDimension;
  assert.equal(kernel.bind([words], [1, 1, most]).workgroups[2], most);
  for (const workgroups of [[most + 1], [1, most + 1], [1, 1, most + 1]] as [number, number?, number?][]) {
    assert.throws(() => kernel.bind([words], workgroups), (error) => {
      assert.ok(error instanceof ShapeError);
      assert.equal(error.exitStatus, 2);
      assert.match(error.message, /^add needs .* workgroups, the adapter allows \d+ along an axis: use .+$/);
      return true;
    });
  }
  for (const count of [-1, 1.5, NaN, Infinity]) {
    assert.throws(() => kernel.bind([words], [1, count]), {
      name: "InputError",
      message: `add: number of workgroups must be a whole number of at least 0, not ${count}`,
    });
  }
});

Deno.test("Kernel.bind: windows of an array, and bindings that an entry point does without", async () => {
  using gpu = await Gpu.open();
  const source = {
    name: "windows",
    files: [
      "@group(0) @binding(0) var<uniform> few: array<vec4u, 4>; @group(0) @binding(1) var<storage, read> all: array<u32>;" +
      "@group(0) @binding(2) var<storage, read_write> out: array<u32>;" +
      "@compute @workgroup_size(1) fn both() { out[0] = few[1].y; out[1] = all[3]; out[2] = arrayLength(&all); }" +
      "@compute @workgroup_size(1) fn one() { out[3] = few[3].w; }",
    ],
  };
  using array = new GpuArray(gpu, "words", Uint32Array.from({ length: 144 }, (_, i) => i), 16);
  using out = new GpuArray(gpu, "out", 4);
  const few = { array, first: 64, length: 16 };
  const both = await gpu.kernel({ ...source, entryPoint: "both" });
  run(gpu, both.bind([few, { array, first: 128, length: 16 }, out], [1]));
  assert.deepEqual(await out.readUint32(), Uint32Array.of(69, 131, 16, 0));
  const one = await gpu.kernel({ ...source, entryPoint: "one" });
  run(gpu, one.bind([{ ...few, first: 0 }, null, out], [1]));
  assert.deepEqual(await out.readUint32(), Uint32Array.of(69, 131, 16, 15));
});

Deno.test("Gpu.deferring: kernels are compiled when they first run, or when they are asked for elsewhere", async () => {
  using gpu = await Gpu.open();
  using words = new GpuArray(gpu, "words", 2);
  const { result: kernel } = await gpu.deferring(() => gpu.kernel(add, { STEP: 3 }));
  const dispatch = kernel.bind([words], [1]);
  assert.equal(kernel.isCompiled, false);
  compileAhead(gpu, [dispatch]);
  assert.equal(kernel.isCompiled, gpu.software && gpu.implementation === "wgpu");
  run(gpu, dispatch, dispatch);
  assert.equal(kernel.isCompiled, true);
  assert.deepEqual(await words.readUint32(), Uint32Array.of(6, 6));
  const { result: other, compile } = await gpu.deferring(() =>
    Promise.all([4, 5].map((STEP) => gpu.kernel(add, { STEP })))
  );
  assert.equal(await gpu.kernel(add, { STEP: 4 }), other[0]);
  assert.deepEqual(other.map(({ isCompiled }) => isCompiled), [true, false]);
  await compile();
  await compile();
  assert.deepEqual(other.map(({ isCompiled }) => isCompiled), [true, true]);
});

Deno.test("Gpu.deferring: one that does not compile fails the call that needs it, or the device", async () => {
  const broken = { name: "broken", files: ["@compute @workgroup_size(1) fn main() { nothing(); }"] };
  {
    using gpu = await Gpu.open();
    const { compile } = await gpu.deferring(() => gpu.kernel(broken));
    await assert.rejects(compile(), { name: "KernelError", message: /^kernel broken: / });
    await assert.rejects(gpu.kernel(broken), { name: "KernelError", message: /^kernel broken: / });
    assert.equal(gpu.error, null);
  }
  using gpu = await Gpu.open();
  const dispatch = (await gpu.deferring(() => gpu.kernel(broken))).result.bind([], [1]);
  assert.equal(gpu.error, null);
  using words = new GpuArray(gpu, "words", 2);
  // Dawn tells of the command that uses the kernel before it answers what is wrong with it.
  const failed = assert.rejects(gpu.failure, { name: "KernelError", message: /^kernel broken: |"broken"/ });
  run(gpu, dispatch);
  await failed;
  await assert.rejects(words.read(), { name: "KernelError" });
});
