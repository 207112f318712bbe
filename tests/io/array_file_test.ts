import { openArrays } from "../../src/io/array_file.ts";
import { npy } from "../../src/io/npy.ts";
import type { StoredArray } from "../../src/io/stored_array.ts";
import { assert } from "../deps.ts";
import { bytesOf, npyFile, safetensorsFile, zipArchive } from "../support/array_files.ts";
import { temporaryDirectory } from "../support/idx_files.ts";
import { inputError } from "../support/input_error.ts";

const members = ["layer1", "layer2", "loss"].map((name, i) => ({
  name: `${name}.npy`,
  content: npy([2], Float32Array.of(i, 10 * i)),
  deflate: i === 1,
}));

/** Names and entries of arrays, which are disposed of. */
function contents(arrays: StoredArray[]): [name: string | null, values: number[]][] {
  return arrays.map((each) => {
    using array = each;
    return [array.name, [...array.read(0, 2)]];
  });
}

Deno.test("array_file: all arrays, or those that fit, come in the order of the file", async () => {
  using directory = temporaryDirectory();
  const npz = directory.write("f.npz", await zipArchive(members));
  const header = Object.fromEntries(
    members.map(({ name }, i) => [name.slice(0, -4), {
      dtype: "F32",
      shape: [2],
      data_offsets: [8 * i, 8 * i + 8],
    }]),
  );
  const data = bytesOf(Float32Array.of(0, 0, 1, 10, 2, 20));
  const tensors = directory.write("f.safetensors", safetensorsFile(header, data));
  const all = [["layer1", [0, 0]], ["layer2", [1, 10]], ["loss", [2, 20]]];
  for (const path of [npz, tensors]) {
    assert.deepEqual(contents(await openArrays(path)), all);
    assert.deepEqual(contents(await openArrays(path, { tensor: "layer*" })), all.slice(0, 2));
    assert.deepEqual(contents(await openArrays(`${path}:layer*`)), all.slice(0, 2));
    assert.deepEqual(contents(await openArrays(`${path}:loss`)), all.slice(2));
    await assert.rejects(
      openArrays(path, { tensor: "x*" }),
      inputError(/\/f\.\w+: holds no array that fits x\*; it holds layer1, layer2, loss$/),
    );
    await assert.rejects(
      openArrays(`${path}:loss`, { tensor: "layer*" }),
      inputError(/:loss: names an array, and layer\* others; give one of the two$/),
    );
  }
  assert.deepEqual(contents(await openArrays(npz, { tensor: "l*[!1].npy" })), all.slice(1));
  const plain = directory.write("f.npy", members[1].content);
  assert.deepEqual(contents(await openArrays(plain)), [[null, [1, 10]]]);
  await assert.rejects(openArrays(plain, { tensor: "*" }), inputError(/array has no name; leave out \*$/));
});

Deno.test("array_file: arrays outlive the list, and one that is refused closes the others", async () => {
  using directory = temporaryDirectory();
  const text = { name: "names.npy", content: npyFile([1], [1], { descr: "<U2" }) };
  const path = directory.write("f.npz", await zipArchive([...members, text]));
  await assert.rejects(
    openArrays(path),
    inputError(/\/f\.npz:names: holds text \("<U2"\), not real numbers/),
  );
  const [first, second] = await openArrays(path, { tensor: "layer?" });
  first[Symbol.dispose]();
  assert.deepEqual(contents([second]), [["layer2", [1, 10]]]);
});

Deno.test({
  name: "array_file: a pipe, which has no places, is read whole",
  ignore: Deno.build.os === "windows",
  fn: async () => {
    using directory = temporaryDirectory();
    const pipe = `${directory.path}/pipe`;
    await new Deno.Command("mkfifo", { args: [pipe] }).output();
    const written = Deno.writeFile(pipe, await zipArchive(members), { create: false });
    const arrays = await openArrays(pipe, { tensor: "lo*" });
    await written;
    assert.deepEqual(contents(arrays), [["loss", [2, 20]]]);
  },
});

Deno.test("array_file: an array at the far end of a file larger than memory is read by its place", async () => {
  using directory = temporaryDirectory();
  const before = 2 ** 36, path = `${directory.path}/f.npz`;
  // A file with a hole, which takes no room.
  using file = await Deno.open(path, { write: true, createNew: true });
  await file.write(Uint8Array.of(0x50, 0x4b, 3, 4));
  await file.seek(before, Deno.SeekMode.Start);
  const far = members.map((member) => ({ ...member, zip64: true, descriptor: true }));
  await file.write(await zipArchive(far, { zip64: true, before, comment: "the end" }));
  assert.deepEqual(contents(await openArrays(path, { tensor: "l*2" })), [["layer2", [1, 10]]]);
  assert.deepEqual(contents(await openArrays(path, { tensor: "loss" })), [["loss", [2, 20]]]);
});

Deno.test({
  name: "array_file: of a pipe without end no more than its first bytes are read, if they are of no format",
  ignore: Deno.build.os === "windows",
  fn: async () => {
    using directory = temporaryDirectory();
    const pipe = `${directory.path}/pipe`;
    await new Deno.Command("mkfifo", { args: [pipe] }).output();
    const writer = new Deno.Command("sh", { args: ["-c", `exec cat /dev/zero > ${pipe}`], stderr: "null" })
      .spawn();
    await assert.rejects(
      openArrays(pipe),
      inputError(/\/pipe: is not a \.npy, \.npz or safetensors file; save/),
    );
    assert((await writer.status).signal === "SIGPIPE");
    await assert.rejects(openArrays("/dev/zero"), inputError(/^\/dev\/zero: is a device; give the path of/));
  },
});

Deno.test("array_file: a file of zeros, and text, are told to be none by their first bytes", async () => {
  using directory = temporaryDirectory();
  const zeros = directory.write("zeros", new Uint8Array());
  Deno.truncateSync(zeros, 2 ** 36);
  const text = directory.write("text", new TextEncoder().encode("some text, as of a table\n".repeat(9)));
  for (const path of [zeros, text]) {
    await assert.rejects(
      openArrays(path),
      inputError(/: is not a \.npy, \.npz or safetensors file; save the/),
    );
  }
});
