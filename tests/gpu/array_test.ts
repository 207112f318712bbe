import { assert, fc } from "../deps.ts";
import { ShapeError } from "../../src/errors.ts";
import { allocateArrays, GpuArray } from "../../src/gpu/array.ts";
import { Gpu } from "../../src/gpu/device.ts";
import { countBuffers } from "../support/buffers.ts";

Deno.test("GpuArray: zero at first, whatever its length", async () => {
  using gpu = await Gpu.open();
  const lengths = [0, 1, 3, 4, 5, 1001];
  const arrays = lengths.map((length) => new GpuArray(gpu, "words", length));
  const contents = await Promise.all(arrays.map((array) => array.read()));
  assert.deepEqual(contents, lengths.map((length) => new Float32Array(length)));
});

Deno.test("GpuArray: gives back what it was given, bit by bit", async () => {
  using gpu = await Gpu.open();
  const floats = Float32Array.of(1.5, -0, NaN, Infinity, 1e-45, 3.4e38);
  const integers = Uint32Array.of(0, 1, 2 ** 31, 2 ** 32 - 1);
  using a = new GpuArray(gpu, "floats", floats), b = new GpuArray(gpu, "integers", integers);
  assert.deepEqual(await a.read(), floats);
  assert.deepEqual(await b.readUint32(), integers);
  assert.deepEqual(await a.readUint32(), new Uint32Array(floats.buffer));
  assert.equal(a.length, 6);
});

Deno.test("GpuArray.write: any part, from any view", async () => {
  using gpu = await Gpu.open();
  const LENGTH = 37;
  using array = new GpuArray(gpu, "words", LENGTH);
  const expected = new Uint32Array(LENGTH);
  const part = fc.record({ from: fc.nat(LENGTH), count: fc.nat(LENGTH), skip: fc.nat(5), value: fc.nat() })
    .filter(({ from, count }) => from + count <= LENGTH);
  for (const { from, count, skip, value } of fc.sample(part, { seed: 1, numRuns: 100 })) {
    const words = new Uint32Array(skip + count + 3).fill(value).subarray(skip, skip + count);
    array.write(words, from);
    expected.set(words, from);
  }
  assert.deepEqual(await array.readUint32(), expected);
});

Deno.test("GpuArray: a length that is none is an InputError; words that do not fit are a ShapeError", async () => {
  using gpu = await Gpu.open();
  for (const length of [NaN, -1, 1.5, Infinity, "3" as unknown as number]) {
    const error = {
      name: "InputError",
      message: /^words: number of words must be a whole number of at least 0/,
    };
    if (typeof length === "number") assert.throws(() => new GpuArray(gpu, "words", length), error);
    assert.throws(() => new GpuArray(gpu, "words", 4, length), error);
  }
  using array = new GpuArray(gpu, "words", 6);
  for (const offset of [-1, NaN, 4]) {
    assert.throws(() => array.write(Uint32Array.of(1, 2, 3), offset), {
      name: "ShapeError",
      message: `words holds 6 words: 3 from ${offset} on do not fit`,
    });
  }
  assert.deepEqual(await array.readUint32(), new Uint32Array(6));
});

Deno.test("GpuArray: too large is a ShapeError that says how large and how large it may be", async () => {
  using gpu = await Gpu.open();
  const most = Math.min(gpu.limits.maxBufferSize, gpu.limits.maxStorageBufferBindingSize);
  assert.throws(() => new GpuArray(gpu, "features", Math.floor(most / 4) + 1), (error) => {
    assert.ok(error instanceof ShapeError);
    assert.match(
      error.message,
      /^features needs [\d.]+ MiB in one buffer, the adapter allows [\d.]+ MiB: use .+$/,
    );
    return true;
  });
  // Nothing reached the device.
  using array = new GpuArray(gpu, "words", 1);
  assert.deepEqual(await array.read(), Float32Array.of(0));
});

Deno.test("allocateArrays: several at once, or none", async () => {
  using gpu = await Gpu.open();
  using buffers = countBuffers(gpu);
  const [a, b] = allocateArrays(gpu, ["a", 3], ["b", Uint32Array.of(7, 8)]);
  assert.deepEqual([a.label, a.length, b.label, b.length], ["a", 3, "b", 2]);
  assert.deepEqual(await b.readUint32(), Uint32Array.of(7, 8));
  for (const array of [a, b]) array[Symbol.dispose]();
  assert.throws(() => allocateArrays(gpu, ["a", 3], ["too large", 2 ** 50], ["b", 1]), ShapeError);
  assert.deepEqual(buffers.alive, []);
});

Deno.test("GpuArray: `using` frees the buffer", async () => {
  using gpu = await Gpu.open();
  let buffer: GPUBuffer;
  {
    using array = new GpuArray(gpu, "words", 4);
    buffer = array.buffer;
  }
  // A buffer that was destroyed can no longer be copied from.
  gpu.device.pushErrorScope("validation");
  const encoder = gpu.device.createCommandEncoder();
  const target = gpu.device.createBuffer({ size: 16, usage: GPUBufferUsage.COPY_DST });
  encoder.copyBufferToBuffer(buffer, 0, target, 0, 16);
  gpu.device.queue.submit([encoder.finish()]);
  assert.match((await gpu.device.popErrorScope())!.message, /destroyed/);
});

Deno.test("GpuArray: room behind the words is in the buffer, not in what is read, and counts against the limit", async () => {
  using gpu = await Gpu.open();
  using array = new GpuArray(gpu, "words", Float32Array.of(1, 2, 3, 4, 5), 100);
  assert.equal(array.length, 5);
  assert.equal(array.buffer.size, 420);
  assert.deepEqual(await array.read(), Float32Array.of(1, 2, 3, 4, 5));
  const most = Math.min(gpu.limits.maxBufferSize, gpu.limits.maxStorageBufferBindingSize);
  assert.throws(() => new GpuArray(gpu, "features", Math.floor(most / 4) - 7, 8), ShapeError);
});

Deno.test("GpuArray: many words are written piece by piece, and no others", async () => {
  using gpu = await Gpu.open();
  // Two whole pieces of 2¹⁸ words and a part of one, from the middle of a larger array.
  const all = Float32Array.from({ length: 700_000 }, (_, i) => i), words = all.subarray(3, 600_000);
  using array = new GpuArray(gpu, "pieces", 700_000);
  array.write(words, 5);
  const expected = new Float32Array(700_000);
  expected.set(words, 5);
  assert.deepEqual(await array.read(), expected);
});
