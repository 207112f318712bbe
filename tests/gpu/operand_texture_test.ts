import { assert } from "../deps.ts";
import { GpuArray } from "../../src/gpu/array.ts";
import { Commands } from "../../src/gpu/commands.ts";
import { TEXTURE_ROW, TEXTURE_WORDS } from "../../src/gpu/operand_texture.ts";
import { gpuStruct } from "../../src/gpu/struct.ts";
import { StaircaseError } from "../../src/errors.ts";
import { openGpu } from "../support/gpu.ts";

const gpu = await openGpu();

/** Copies vectors from the texture, from one on, as many as there are invocations. */
const source = `
@group(0) @binding(0) var<uniform> first: u32;
@group(0) @binding(1) var operand: texture_storage_2d<rgba32float, read>;
@group(0) @binding(2) var<storage, read_write> result: array<vec4f>;
@compute @workgroup_size(1)
fn main(@builtin(global_invocation_id) id: vec3u) {
  let at = first + id.x;
  result[id.x] = textureLoad(operand, vec2u(at % 4096u, at / 4096u));
}`;
const kernel = await gpu.kernel({ name: "texture to array", files: [source] });
const struct = (first: number) => gpuStruct(gpu, "first vector", ["u32", first]);

Deno.test("operand texture: windows of any length, anywhere, each for its own dispatch", async () => {
  const words = Float32Array.from({ length: 3 * TEXTURE_ROW }, (_, i) => i);
  using array = new GpuArray(gpu, "operand", words);
  const cases = [
    { first: 0, vectors: 1, at: 0 },
    { first: 8, vectors: 4095, at: TEXTURE_ROW },
    { first: 4, vectors: 4096, at: 2 * TEXTURE_ROW },
    { first: 400, vectors: 8193, at: TEXTURE_WORDS - 3 * TEXTURE_ROW },
  ];
  using stack = new DisposableStack();
  const commands = new Commands(gpu);
  const results = cases.map(({ first, vectors, at }) => {
    const result = stack.use(new GpuArray(gpu, "result", 4 * vectors));
    const window = { textured: array, first, length: 4 * vectors, at };
    commands.run(kernel.bind([struct(at / 4), window, result], [vectors]));
    return result;
  });
  commands.submit();
  for (const [index, { first, vectors }] of cases.entries()) {
    assert.deepEqual(await results[index].read(), words.subarray(first, first + 4 * vectors));
  }
});

Deno.test("operand texture: is filled anew whenever the dispatch runs, with what the array holds then", async () => {
  using array = new GpuArray(gpu, "operand", Float32Array.of(1, 2, 3, 4));
  using result = new GpuArray(gpu, "result", 4);
  const dispatch = kernel.bind([struct(0), { textured: array, first: 0, length: 4, at: 0 }, result], [1]);
  for (const words of [[1, 2, 3, 4], [5, 6, 7, 8]]) {
    array.write(Float32Array.from(words));
    const commands = new Commands(gpu);
    commands.run(dispatch);
    commands.submit();
    assert.deepEqual([...await result.read()], words);
  }
});

Deno.test("operand texture: a disposed array is refused", () => {
  const array = new GpuArray(gpu, "operand", 4);
  using result = new GpuArray(gpu, "result", 4);
  const window = { textured: array, first: 0, length: 4, at: 0 };
  const commands = new Commands(gpu);
  commands.run(kernel.bind([struct(0), window, result], [1]));
  array[Symbol.dispose]();
  assert.throws(() => commands.submit(), StaircaseError);
  assert.throws(() => kernel.bind([struct(0), window, result], [1]), StaircaseError);
});
