import { listArrays } from "../../src/io/list_arrays.ts";
import { npy } from "../../src/io/npy.ts";
import { assert } from "../deps.ts";
import { bytesOf, npyOfBytes, safetensorsFile, zipArchive } from "../support/array_files.ts";
import { inputError } from "../support/input_error.ts";
import { temporaryFolder } from "../support/program.ts";

const small = npy([3, 4], new Float32Array(12));
const problems = async (path: string) =>
  (await listArrays(path)).map(({ name, dtype, shape, problem }) => [name, dtype, shape, problem]);

Deno.test("listArrays: the arrays of a file of each format, and why some are no features", async () => {
  using folder = temporaryFolder();
  const path = `${folder.path}/file`;
  await Deno.writeFile(path, small);
  assert.deepEqual(await listArrays(path), [
    { name: null, dtype: "f32", shape: [3, 4], rows: 3, columns: 4, problem: null },
  ]);

  const archive = await zipArchive([
    { name: "b.npy", content: small },
    { name: "a.npy", content: npy([2, 3, 4], new Float64Array(24)), deflate: true },
    { name: "vector.npy", content: npy([5], new Float64Array(5)) },
    { name: "empty.npy", content: npy([0, 5], new Float64Array(0)) },
    { name: "text.npy", content: npyOfBytes([1, 1], new Uint8Array(4), { descr: "<U1" }), deflate: true },
    { name: "cut.npy", content: small.slice(0, -1) },
    { name: "notes.txt", content: new Uint8Array(3) },
  ]);
  await Deno.writeFile(path, archive);
  const listed = await listArrays(path);
  assert.deepEqual(listed.slice(0, 2), [
    { name: "b", dtype: "f32", shape: [3, 4], rows: 3, columns: 4, problem: null },
    { name: "a", dtype: "f64", shape: [2, 3, 4], rows: 6, columns: 4, problem: null },
  ]);
  const [, , vector, empty, text, cut] = await problems(path);
  assert.deepEqual(vector.slice(0, 3), ["vector", "f64", [5]]);
  assert.match(vector[3] as string, /^an array of shape \(5,\) is no matrix; /);
  assert.match(empty[3] as string, /^is empty, of shape \(0, 5\); /);
  assert.deepEqual(text.slice(0, 3), ["text", null, null]);
  assert.match(text[3] as string, /^holds text/);
  assert.match(cut[3] as string, /^truncated after /);
  assert.equal(listed.length, 6);

  const header = {
    "layer.1": { dtype: "BF16", shape: [2, 2], data_offsets: [0, 8] },
    phase: { dtype: "C64", shape: [1, 1], data_offsets: [8, 16] },
  };
  await Deno.writeFile(path, safetensorsFile(header, bytesOf(new Float32Array(4))));
  const [layer, phase] = await problems(path);
  assert.deepEqual(layer, ["layer.1", "bf16", [2, 2], null]);
  assert.match(phase[3] as string, /^holds complex numbers/);
});

Deno.test("listArrays: patterns of names, axes of features; no entry of a deflated array is unpacked", async () => {
  using folder = temporaryFolder();
  const path = `${folder.path}/run.npz`, images = npy([10, 3, 2, 2], new Float32Array(120));
  await Deno.writeFile(
    path,
    await zipArchive([
      { name: "conv1.npy", content: images },
      { name: "conv2.npy", content: images, deflate: true, claims: { checksum: 1 } },
      { name: "loss.npy", content: npy([], Float64Array.of(1)) },
    ]),
  );
  const sizes = async (...args: Parameters<typeof listArrays>) =>
    (await listArrays(...args)).map(({ name, rows, columns }) => [name, rows, columns]);
  assert.deepEqual(await sizes(path, { tensor: "conv*" }), [["conv1", 60, 2], ["conv2", 60, 2]]);
  assert.deepEqual(await sizes(`${path}:conv1.npy`, { layout: "NCHW" }), [["conv1", 40, 3]]);
  assert.deepEqual(await sizes(`${path}:*2`, { layout: "NCHW", flattened: true }), [["conv2", 10, 12]]);
  const [{ problem }] = await listArrays(`${path}:conv1`, { axes: [4] });
  assert.match(problem!, /has no axis 4/);
  await assert.rejects(
    listArrays(path, { tensor: "x" }),
    inputError(/holds no array that fits x; it holds conv1, /),
  );
  await assert.rejects(listArrays(`${folder.path}/none`), inputError(/no such file/));
});
