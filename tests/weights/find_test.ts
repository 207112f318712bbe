import { assert } from "../deps.ts";
import { InputError } from "../../src/errors.ts";
import { npy } from "../../src/io/npy.ts";
import { findMatrices, type FindMatricesOptions } from "../../src/weights/find_matrices.ts";
import { findModels } from "../../src/weights/find_models.ts";
import { matrixLabel, openMatrix } from "../../src/weights/matrix_plan.ts";
import { parseSplits } from "../../src/weights/split.ts";
import { brainFloats, floats, halfFloats, modelFile, type Tensor } from "../support/model_files.ts";
import { temporaryFolder } from "../support/program.ts";

const counted = (length: number) => Array.from({ length }, (_, i) => i + 1);
const plain: FindMatricesOptions = { splits: [], channels: "first" };

/** Finds the matrices of a model with some tensors, and reads them by rows and by columns. */
async function matricesOf(tensors: Record<string, Tensor>, options: Partial<FindMatricesOptions> = {}) {
  using folder = temporaryFolder();
  const path = `${folder.path}/m.safetensors`;
  await Deno.writeFile(path, modelFile(tensors));
  const found = await findMatrices({ path, files: [path] }, { ...plain, ...options });
  const read: Record<string, number[][]> = {};
  for (const plan of found.matrices) {
    if (plan.arrays.length > 1) continue;
    using matrix = await openMatrix(plan.arrays[0]);
    const { rows, columns } = matrix, tile = matrix.tile(0, rows);
    assert.deepEqual([rows, columns], [plan.rows, plan.columns]);
    const list = Array.from({ length: rows }, (_, i) => [...tile.slice(i * columns, (i + 1) * columns)]);
    const last = matrix.columnTile(columns - 1, 1);
    assert.deepEqual([...last], list.map((row) => row[columns - 1]));
    read[matrixLabel(plan)] = list;
  }
  return { ...found, read };
}

Deno.test("matrices as they are; vectors, numbers, integers and empty arrays are none", async () => {
  const bytes = new Uint8Array(4);
  const { read, vectors, integers } = await matricesOf({
    weight: floats([2, 3], counted(6)),
    bias: floats([3], counted(3)),
    scalar: floats([], [1]),
    empty: floats([0, 3], []),
    mask: { dtype: "BOOL", shape: [2, 2], bytes },
    ids: { dtype: "I8", shape: [2, 2], bytes },
    position: floats([1, 2, 2], counted(4)),
    half: halfFloats([2, 2], [1.5, -2, 6.103515625e-5, 65504]),
    brain: brainFloats([2, 2], [1.5, -2, 2 ** -130, 2 ** 127]),
  });
  assert.deepEqual(read, {
    weight: [[1, 2, 3], [4, 5, 6]],
    position: [[1, 2], [3, 4]],
    half: [[1.5, -2], [6.103515625e-5, 65504]],
    brain: [[1.5, -2], [2 ** -130, 2 ** 127]],
  });
  assert.deepEqual([vectors, integers], [["bias", "scalar", "empty"], ["mask", "ids"]]);
});

Deno.test("convolutions are unfolded both ways, by either order of the axes", async () => {
  // w[o][i][k] = 100 o + 10 i + k
  const entry = (o: number, i: number, k: number) => 100 * o + 10 * i + k;
  const first = [0, 1].flatMap((o) => [0, 1, 2].flatMap((i) => [0, 1].map((k) => entry(o, i, k))));
  const last = [0, 1].flatMap((k) => [0, 1, 2].flatMap((i) => [0, 1].map((o) => entry(o, i, k))));
  const byOut = [0, 1].map((o) => [0, 1, 2].flatMap((i) => [0, 1].map((k) => entry(o, i, k))));
  const byIn = [0, 1, 2].map((i) => [0, 1].flatMap((o) => [0, 1].map((k) => entry(o, i, k))));
  const torch = await matricesOf({ conv: floats([2, 3, 2], first) });
  assert.deepEqual(torch.read, { "conv [out × in·k]": byOut, "conv [in × out·k]": byIn });
  assert.ok(torch.matrices.every(({ kind }) => kind === "convolution"));
  const jax = await matricesOf({ conv: floats([2, 3, 2], last) }, { channels: "last" });
  const sorted = (rows: number[][]) => rows.map((row) => row.toSorted((a, b) => a - b));
  assert.deepEqual(Object.keys(jax.read), Object.keys(torch.read));
  Object.values(jax.read).forEach((rows, i) => assert.deepEqual(sorted(rows), sorted([byOut, byIn][i])));
  // One point: a matrix. Depthwise: no second way.
  const others = await matricesOf({
    point: floats([2, 3, 1, 1], counted(6)),
    depthwise: floats([2, 1, 2, 2], counted(8)),
  });
  assert.deepEqual(others.read, {
    point: [[1, 2, 3], [4, 5, 6]],
    "depthwise [out × in·k]": [[1, 2, 3, 4], [5, 6, 7, 8]],
  });
});

Deno.test("splits: blocks of rows and columns, slices of experts", async () => {
  const { read, unused } = await matricesOf({
    c_attn: floats([2, 6], counted(12)),
    out: floats([2, 2], counted(4)),
    experts: floats([2, 2, 2], counted(8)),
  }, { splits: parseSplits("c_attn=3,out=heads:2@0,experts=each,nothing=2") });
  assert.deepEqual(read, {
    "c_attn [q]": [[1, 2], [7, 8]],
    "c_attn [k]": [[3, 4], [9, 10]],
    "c_attn [v]": [[5, 6], [11, 12]],
    "out [head 0]": [[1, 2]],
    "out [head 1]": [[3, 4]],
    "experts [part 0]": [[1, 2], [3, 4]],
    "experts [part 1]": [[5, 6], [7, 8]],
  });
  assert.deepEqual(unused.map(({ text }) => text), ["nothing=2"]);
  const conv = { conv: floats([2, 2, 2], counted(8)), four: floats([2, 2, 2, 2], counted(16)) };
  await assert.rejects(matricesOf(conv, { splits: parseSplits("conv=2") }), InputError);
  await assert.rejects(matricesOf(conv, { splits: parseSplits("four=each") }), InputError);
});

Deno.test("factors of LoRA become products, in the layouts of PyTorch and JAX, with their scale", async () => {
  const { matrices } = await matricesOf({
    "m.q.lora_A.weight": floats([2, 5], counted(10)),
    "m.q.lora_B.weight": floats([4, 2], counted(8)),
    "lora_unet.conv.lora_down.weight": floats([2, 3, 3, 3], counted(54)),
    "lora_unet.conv.lora_up.weight": floats([6, 2, 1, 1], counted(12)),
    "lora_unet.conv.alpha": floats([], [4]),
    "jax.lora_a": floats([5, 2], counted(10)),
    "jax.lora_b": floats([2, 7], counted(14)),
    "alone.lora_A.weight": floats([2, 5], counted(10)),
    "odd.lora_A.weight": floats([2, 5], counted(10)),
    "odd.lora_B.weight": floats([4, 3], counted(12)),
  });
  assert.deepEqual(
    matrices.map((plan) => [matrixLabel(plan), plan.rows, plan.columns, plan.arrays[0].columns, plan.scale]),
    [
      ["m.q [B·A]", 4, 5, 2, null],
      ["lora_unet.conv [B·A]", 6, 27, 2, 2],
      ["jax [B·A]", 5, 7, 2, null],
      ["alone.lora_A.weight", 2, 5, 5, null],
      ["odd.lora_A.weight", 2, 5, 5, null],
      ["odd.lora_B.weight", 4, 3, 3, null],
    ],
  );
});

Deno.test("--tensor chooses arrays over all shards; none is an error", async () => {
  const tensors = { "a.weight": floats([2, 2], counted(4)), "b.weight": floats([2, 2], counted(4)) };
  const { read } = await matricesOf(tensors, { tensor: "b*" });
  assert.deepEqual(Object.keys(read), ["b.weight"]);
  await assert.rejects(matricesOf(tensors, { tensor: "c*" }), InputError);
});

Deno.test("models: files, folders, an index, shards of a pattern; what is missing is told", async () => {
  using folder = temporaryFolder();
  const at = (name: string) => `${folder.path}/${name}`;
  const file = modelFile({ w: floats([2, 2], counted(4)) });
  for (const name of ["sharded", "plain", "arrays", "none", "broken", "two"]) await Deno.mkdir(at(name));
  const shards = [1, 2].map((i) => `model-0000${i}-of-00002.safetensors`);
  for (const shard of shards) await Deno.writeFile(at(`sharded/${shard}`), file);
  const index = (map: unknown) => JSON.stringify({ metadata: {}, weight_map: map });
  const name = "model.safetensors.index.json";
  await Deno.writeTextFile(at(`sharded/${name}`), index({ a: shards[0], b: shards[1], c: shards[0] }));
  await Deno.writeFile(at("plain/model.safetensors"), file);
  await Deno.writeTextFile(at("plain/config.json"), "{}");
  for (const i of [10, 9]) {
    await Deno.writeFile(at(`arrays/w${i}.npy`), npy([2, 2], Float32Array.of(1, 2, 3, 4)));
  }
  await Deno.writeTextFile(at(`broken/${name}`), index({ a: "gone.safetensors" }));
  for (const i of [1, 2]) await Deno.writeTextFile(at(`two/${i}.safetensors.index.json`), index({}));
  const found = async (...paths: string[]) =>
    (await findModels(paths.map(at))).map(({ path, files }) =>
      [path, ...files].map((each) => each.slice(folder.path.length + 1))
    );
  const both = shards.map((shard) => `sharded/${shard}`);
  assert.deepEqual(await found("sharded"), [["sharded", ...both]]);
  assert.deepEqual(await found(`sharded/${name}`), [[`sharded/${name}`, ...both]]);
  assert.deepEqual(await found("sharded/*.safetensors"), [["sharded/model.safetensors", ...both]]);
  assert.deepEqual(await found("plain", "arrays"), [
    ["plain", "plain/model.safetensors"],
    ["arrays", "arrays/w9.npy", "arrays/w10.npy"],
  ]);
  for (const wrong of ["none", "broken", "two", "missing*.npz"]) {
    await assert.rejects(found(wrong), InputError, wrong);
  }
  for (const text of ["[", "{}", '{"weight_map":{}}', index({ a: "../x.safetensors" }), index({ a: 3 })]) {
    await Deno.writeTextFile(at(`broken/${name}`), text);
    await assert.rejects(found("broken"), InputError, text);
  }
});
