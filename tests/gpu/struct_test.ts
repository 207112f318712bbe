import { assert, fc } from "../deps.ts";
import { GpuArray } from "../../src/gpu/array.ts";
import { Commands } from "../../src/gpu/commands.ts";
import { Gpu } from "../../src/gpu/device.ts";
import { countBuffers } from "../support/buffers.ts";
import { gpuStruct, packStruct, type StructFields } from "../../src/gpu/struct.ts";

Deno.test("packStruct: fields one behind the other, padded to 16 bytes", () => {
  const words = packStruct(["u32", 7, 2 ** 32 - 1], ["f32", 1, -0.5], ["u32", 3]);
  assert.equal(words.length, 8);
  assert.deepEqual([...words], [7, 2 ** 32 - 1, 0x3f800000, 0xbf000000, 3, 0, 0, 0]);
  assert.equal(packStruct().length, 0);
  assert.equal(packStruct(["u32", 1, 2, 3, 4]).length, 4);

  const run = fc.tuple(
    fc.constantFrom("u32" as const, "f32" as const),
    fc.array(fc.nat(1000), { maxLength: 9 }),
  );
  fc.assert(
    fc.property(fc.array(run, { maxLength: 5 }), (runs) => {
      const words = packStruct(...runs.map(([type, values]): StructFields => [type, ...values]));
      const floats = new Float32Array(words.buffer);
      const fields = runs.flatMap(([type, values]) => values.map((value) => ({ type, value })));
      assert.equal(words.length % 4, 0);
      assert.ok(words.length >= fields.length && words.length < fields.length + 4);
      fields.forEach(({ type, value }, i) => assert.equal((type === "u32" ? words : floats)[i], value));
      assert.ok(words.subarray(fields.length).every((word) => word === 0));
    }),
    { seed: 4, numRuns: 50 },
  );
});

Deno.test("packStruct: a type that is not a word of a struct is an InputError", () => {
  assert.throws(() => packStruct(["i32", 1] as unknown as StructFields), {
    name: "InputError",
    message: 'no type of fields "i32"; did you mean "u32"? give one of u32, f32',
  });
});

Deno.test("gpuStruct: equal structs share a buffer, others have one each", async () => {
  using gpu = await Gpu.open();
  const { buffer } = gpuStruct(gpu, "shape", ["u32", 1, 2], ["f32", 0.5]);
  assert.equal(gpuStruct(gpu, "shape", ["u32", 1], ["u32", 2], ["f32", 0.5]).buffer, buffer);
  // What a kernel sees are bits.
  assert.equal(gpuStruct(gpu, "shape", ["u32", 1, 2, 0x3f000000]).buffer, buffer);
  assert.notEqual(gpuStruct(gpu, "shape", ["u32", 2, 1], ["f32", 0.5]).buffer, buffer);
  assert.notEqual(gpuStruct(gpu, "other", ["u32", 1, 2], ["f32", 0.5]).buffer, buffer);
});

Deno.test("gpuStruct: 4,096 structs are kept; the one used least recently goes first, and stays usable", async () => {
  using gpu = await Gpu.open();
  using buffers = countBuffers(gpu);
  const put = (value: number) => gpuStruct(gpu, "value", ["u32", value]).buffer;
  const first = put(0), second = put(1);
  for (let value = 2; value < 4096; value++) put(value);
  assert.equal(put(0), first);
  put(4096);
  assert.equal(put(0), first);
  assert.notEqual(put(1), second);
  using copy = new GpuArray(gpu, "copy", 4);
  const kernel = await gpu.kernel({
    name: "copy",
    files: [
      `@group(0) @binding(0) var<uniform> value: u32;
       @group(0) @binding(1) var<storage, read_write> copy: array<u32>;
       @compute @workgroup_size(1) fn main() { copy[0] = value; }`,
    ],
  });
  const commands = new Commands(gpu);
  commands.run(kernel.bind([{ label: "value", buffer: second }, copy], [1]));
  commands.submit();
  assert.equal((await copy.readUint32())[0], 1);
  gpu[Symbol.dispose]();
  // The two that went are left to the garbage collector.
  assert.equal(buffers.structs.length, 2);
  assert.throws(() => put(0), { name: "StaircaseError", message: /^this Gpu was disposed/ });
});

Deno.test("gpuStruct: a kernel finds every field where its struct has it", async () => {
  using gpu = await Gpu.open();
  using out = new GpuArray(gpu, "out", 6);
  const shape = gpuStruct(gpu, "shape", ["u32", 3, 5], ["f32", 0.5, -2], ["u32", 9], ["f32", 1e-30]);
  const kernel = await gpu.kernel({
    name: "fields",
    files: [
      `struct Shape { a: u32, b: u32, x: f32, y: f32, c: u32, z: f32 }
       @group(0) @binding(0) var<uniform> shape: Shape;
       @group(0) @binding(1) var<storage, read_write> out: array<f32>;
       @compute @workgroup_size(1) fn main() {
         out[0] = f32(shape.a); out[1] = f32(shape.b); out[2] = shape.x; out[3] = shape.y;
         out[4] = f32(shape.c); out[5] = shape.z;
       }`,
    ],
  });
  const commands = new Commands(gpu);
  commands.run(kernel.bind([shape, out], [1]));
  commands.submit();
  assert.deepEqual(await out.read(), Float32Array.of(3, 5, 0.5, -2, 9, 1e-30));
});
