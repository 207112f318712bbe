import { heldBytes, readRange } from "../../src/io/bytes.ts";
import { Unpacker } from "../../src/io/unpack.ts";
import { listZip, openMember } from "../../src/io/zip.ts";
import { assert, fc } from "../deps.ts";
import { inputError } from "../support/input_error.ts";
import { zipArchive, type ZipFile } from "../support/array_files.ts";

const text = (content: string) => new TextEncoder().encode(content);

async function contents(archive: Uint8Array): Promise<[name: string, content: Uint8Array][]> {
  const list: [string, Uint8Array][] = [];
  const source = heldBytes(archive);
  using unpacker = new Unpacker();
  for (const member of listZip(source, "f.zip")) {
    const name = `f.zip:${member.name}`, bytes = openMember(source, member, name);
    const content = member.method === 0 ? bytes : await unpacker.unpack(bytes, member, name);
    list.push([member.name, readRange(content, 0, content.size)]);
  }
  return list;
}

const files = fc.array(
  fc.record({
    name: fc.string({ unit: "grapheme", maxLength: 12 }),
    content: fc.uint8Array({ maxLength: 200 }).map((bytes) => Uint8Array.from(bytes)),
    deflate: fc.boolean(),
    descriptor: fc.boolean(),
    zip64: fc.boolean(),
  }),
  { maxLength: 4 },
);

Deno.test("zip: files come back from archives of every kind", async () => {
  const options = fc.record({ zip64: fc.boolean(), comment: fc.constantFrom("", "PK\x05\x06", "a comment") });
  await fc.assert(fc.asyncProperty(files, options, async (list, how) => {
    const archive = await zipArchive(list, how);
    assert.deepEqual(
      await contents(archive),
      list.map(({ name, content }) => [name, Uint8Array.from(content)]),
    );
  }));
});

Deno.test("zip: large content is inflated in pieces", async () => {
  const content = Uint8Array.from({ length: 3_000_000 }, (_, i) => (i * i) >> 7);
  const [[, found]] = await contents(await zipArchive([{ name: "a", content, deflate: true }]));
  assert.deepEqual(found, content);
});

Deno.test("zip: an archive cut off at any byte is refused by name", async () => {
  const list = [{ name: "a", content: text("abc") }, { name: "b", content: text("def"), deflate: true }];
  for (const zip64 of [false, true]) {
    const archive = await zipArchive(list, { zip64 });
    for (let length = 0; length < archive.length; length++) {
      assert.throws(
        () => listZip(heldBytes(archive.subarray(0, length)), "some/f.npz"),
        inputError(/^some\/f\.npz: corrupt or truncated ZIP archive; save it again$/),
      );
    }
  }
});

Deno.test("zip: changed bytes never pass for other content", async () => {
  const list: ZipFile[] = [
    { name: "a", content: text("some text, some text, some text"), deflate: true, descriptor: true },
    { name: "b", content: text("more text"), zip64: true },
  ];
  for (const zip64 of [false, true]) {
    const archive = await zipArchive(list, { zip64 });
    const expected = new Map((await contents(archive)).map(([name, content]) => [name, content.join()]));
    for (let at = 0; at < archive.length; at++) {
      for (const bits of [1, 0x80, 0xff]) {
        try {
          const found = await contents(archive.with(at, archive[at] ^ bits));
          for (const [name, content] of found) {
            if (expected.has(name)) assert.equal(content.join(), expected.get(name));
          }
        } catch (error) {
          inputError(
            /^f\.zip: corrupt|^f\.zip:.*: (cannot be unpacked|has a wrong checksum|has compr|is encr)/,
          )(
            error,
          );
        }
      }
    }
  }
});

Deno.test("zip: false claims are refused", async () => {
  const content = text("abcdefghijklmnopqrstuvwxyz".repeat(4));
  const claim = async (claims: ZipFile["claims"], deflate: boolean, zip64 = false) =>
    await contents(await zipArchive([{ name: "a", content, deflate, zip64, ...(claims && { claims }) }]));
  for (const deflate of [false, true]) {
    for (const size of [0, content.length - 1, content.length + 1]) {
      await assert.rejects(
        claim({ size }, deflate),
        inputError(/^f\.zip:a: cannot be unpacked because the archive is/),
      );
    }
    await assert.rejects(claim({ checksum: 1 }, deflate), inputError(/^f\.zip:a: has a wrong checksum/));
    await assert.rejects(
      claim({ flags: 1 }, deflate),
      inputError(/^f\.zip:a: is encrypted; save it without/),
    );
    await assert.rejects(
      claim({ method: 12 }, deflate),
      inputError(/^f\.zip:a: has compression method 12;/),
    );
    // Nothing of that size is set aside.
    await assert.rejects(
      claim({ size: 2 ** 52 }, deflate, true),
      inputError(/^f\.zip:a: cannot be unpacked/),
    );
  }
});

Deno.test("zip: a stored file is checked once all of it was read in order, however it is cut", async () => {
  const content = Uint8Array.from({ length: 100 }, (_, i) => i * i);
  const whole = heldBytes(await zipArchive([{ name: "a", content }]));
  const changed = heldBytes(await zipArchive([{ name: "a", content, claims: { checksum: 1 } }]));
  const open = (archive: typeof whole) => openMember(archive, listZip(archive, "f.zip")[0], "f.zip:a");
  fc.assert(fc.property(fc.array(fc.tuple(fc.nat(100), fc.nat(100)), { maxLength: 5 }), (cuts) => {
    const good = open(whole), bad = open(changed);
    let read = 0;
    const ranges = [...cuts.map(([a, b]) => [Math.min(a, b), Math.max(a, b)]), [0, 99], [98, 100]];
    for (const [begin, end] of ranges) {
      if (begin <= read) read = Math.max(read, end);
      assert.deepEqual(readRange(good, begin, end - begin), content.slice(begin, end));
      const part = () => readRange(bad.share(), begin, end - begin);
      if (begin <= read && read === 100 && end === 100) {
        assert.throws(part, inputError(/^f\.zip:a: has a wrong checksum; save it again$/));
        return;
      }
      part();
    }
  }));
});

Deno.test("zip: files that lie on each other, or in the directory, are refused", async () => {
  const archive = await zipArchive([{ name: "a", content: text("abc") }, {
    name: "b",
    content: text("abc"),
  }]);
  const view = new DataView(archive.buffer), directory = view.getUint32(archive.length - 22 + 16, true);
  const second = archive.length - 22 - (archive.length - 22 - directory) / 2;
  assert.equal(view.getUint32(second, true), 0x02014b50);
  for (const offset of [0, 1, directory - 32, directory]) {
    view.setUint32(second + 42, offset, true);
    assert.throws(
      () => listZip(heldBytes(archive), "f.zip"),
      inputError(/^f\.zip: corrupt or truncated ZIP archive/),
    );
  }
});
