import { heldBytes, readRange } from "../../src/io/bytes.ts";
import { Unpacker } from "../../src/io/unpack.ts";
import { listZip, openMember } from "../../src/io/zip.ts";
import { assert } from "../deps.ts";
import { zipArchive, type ZipFile } from "../support/array_files.ts";
import { temporaryDirectory } from "../support/idx_files.ts";
import { inputError } from "../support/input_error.ts";

/** Bytes that are held in memory: the first two of three files, but not more. */
const MOST_HELD = 1000;
const sizes = [600, 400, 500_000];
const files = sizes.map((size) => Uint8Array.from({ length: size }, (_, i) => i * i >> 3));
const names = ["a", "b", "c"];
const archive = heldBytes(
  await zipArchive(files.map((content, i) => ({ name: names[i], content, deflate: true }))),
);

const open = (unpacker: Unpacker, index: number) => {
  const member = listZip(archive, "f")[index];
  return unpacker.unpack(openMember(archive, member, member.name), member, `f:${member.name}`);
};

/** Makes temporary files in a folder, until the end of the scope. */
function temporaryFilesIn(folder: string): Disposable {
  const before = Deno.env.get("TMPDIR");
  Deno.env.set("TMPDIR", folder);
  const restore = () => before === undefined ? Deno.env.delete("TMPDIR") : Deno.env.set("TMPDIR", before);
  return { [Symbol.dispose]: restore };
}

Deno.test("unpack: what is too large for memory is read from a temporary file that leaves nothing", async () => {
  using directory = temporaryDirectory();
  using _ = temporaryFilesIn(directory.path);
  const order = [0, 1, 2, 2, 0];
  const unpacker = new Unpacker(MOST_HELD), contents = [];
  for (const index of order) contents.push((await open(unpacker, index)).share());
  unpacker[Symbol.dispose]();
  contents.forEach((content, i) => assert.deepEqual(readRange(content, 0, 500_000), files[order[i]]));
  assert.deepEqual(readRange(contents[3], 499_000, 2000), files[2].subarray(499_000));
  contents.forEach((content) => content[Symbol.dispose]());
  assert.deepEqual([...Deno.readDirSync(directory.path)], []);
});

Deno.test({
  name: "unpack: where no temporary file can be written, the folder and another way are named",
  ignore: Deno.build.os === "windows",
  fn: async () => {
    using directory = temporaryDirectory();
    using _ = temporaryFilesIn(`${directory.path}/none`);
    using unpacker = new Unpacker(MOST_HELD);
    await assert.rejects(
      open(unpacker, 2),
      inputError(
        /^f:c: is compressed, and its 500000 bytes can not be written to .*\(.*\); set TMPDIR to .*savez$/,
      ),
    );
  },
});

Deno.test({
  name: "unpack: without permission to write, what fits into memory is read and the rest refused",
  permissions: { read: true, write: false },
  fn: async () => {
    using unpacker = new Unpacker(MOST_HELD);
    await assert.rejects(
      open(unpacker, 2),
      inputError(
        /^f:c: is compressed and too large for memory, and Deno may not write .*--allow-write, or save/,
      ),
    );
    assert.deepEqual(readRange(await open(unpacker, 1), 0, 400), files[1]);
  },
});

Deno.test("unpack: a changed checksum or size is found, in memory and in the file", async () => {
  const claims: [Required<ZipFile>["claims"], RegExp][] = [
    [{ checksum: 1 }, /^f:a: has a wrong checksum/],
    [{ size: 599 }, /^f:a: cannot be unpacked because the archive is corrupt/],
    [{ size: 601 }, /^f:a: cannot be unpacked because the archive is corrupt/],
  ];
  for (const [claim, message] of claims) {
    const changed = heldBytes(
      await zipArchive([{ name: "a", content: files[0], deflate: true, claims: claim }]),
    );
    const [member] = listZip(changed, "f"), bytes = openMember(changed, member, "f:a");
    for (const mostHeld of [MOST_HELD, 0]) {
      using unpacker = new Unpacker(mostHeld);
      await assert.rejects(unpacker.unpack(bytes, member, "f:a"), inputError(message));
      // What comes after it in the same file is not shifted.
      using after = (await open(unpacker, 1)).share();
      assert.deepEqual(readRange(after, 0, 400), files[1]);
    }
  }
});
