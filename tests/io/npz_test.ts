import { npy } from "../../src/io/npy.ts";
import { parseNpz } from "../../src/io/npz.ts";
import { assert, fc } from "../deps.ts";
import { inputError } from "../support/input_error.ts";
import { npyFile, zipArchive } from "../support/array_files.ts";

const hidden = { name: "hidden.npy", content: npy([2, 3], Float64Array.of(1, 2, 3, 4, 5, 6)) };
const weights = { name: "weights.npy", content: npy([2], Float32Array.of(0.5, 0.5)) };
const note = { name: "note.txt", content: new TextEncoder().encode("not an array") };

Deno.test("npz: arrays come back from stored, deflated, streamed and ZIP64 archives", async () => {
  const kinds = fc.record({ deflate: fc.boolean(), descriptor: fc.boolean(), zip64: fc.boolean() });
  const numbers = fc.array(fc.double(), { minLength: 1, maxLength: 40 });
  await fc.assert(fc.asyncProperty(kinds, numbers, fc.boolean(), async (kind, list, zip64) => {
    const data = Float64Array.from(list), shape = [1, data.length];
    const archive = await zipArchive([{ name: "a.npy", content: npy(shape, data), ...kind }], { zip64 });
    assert.deepEqual(await parseNpz(archive, "f"), { shape, data });
  }));
});

Deno.test("npz: one of several arrays is named, a single one need not be", async () => {
  const both = await zipArchive([note, hidden, weights]), single = await zipArchive([hidden, note]);
  assert.deepEqual((await parseNpz(both, "f", "hidden")).shape, [2, 3]);
  assert.deepEqual((await parseNpz(both, "f", "weights.npy")).data, Float32Array.of(0.5, 0.5));
  assert.deepEqual((await parseNpz(single, "f")).shape, [2, 3]);
  assert.deepEqual((await parseNpz(single, "f", "hidden.npy")).shape, [2, 3]);
  await assert.rejects(
    parseNpz(both, "f"),
    inputError(/^f: holds 2 arrays \(hidden, weights\); name one, as in f:hidden$/),
  );
  for (const name of ["", "Hidden", "note.txt", "hidden.npy.npy"]) {
    await assert.rejects(
      parseNpz(both, "f", name),
      inputError(/^f: holds no array .*; name one of hidden, weights$/),
    );
  }
});

Deno.test("npz: what holds no array of real numbers is refused by name", async () => {
  await assert.rejects(
    parseNpz(await zipArchive([]), "f"),
    inputError(/^f: is a ZIP archive without \.npy files;/),
  );
  await assert.rejects(
    parseNpz(await zipArchive([note]), "f"),
    inputError(/^f: is a ZIP archive without \.npy/),
  );
  await assert.rejects(
    parseNpz(await zipArchive([hidden, hidden]), "f"),
    inputError(/^f: two arrays have/),
  );
  const broken = { name: "bad.npy", content: hidden.content.subarray(0, 140) };
  await assert.rejects(
    parseNpz(await zipArchive([broken]), "f"),
    inputError(/^f:bad: truncated after 140 of the 176/),
  );
  const whole = { name: "n.npy", content: npyFile([1], [1], { descr: "<c8" }) };
  await assert.rejects(
    parseNpz(await zipArchive([whole, hidden]), "f", "n"),
    inputError(/^f:n: holds complex numbers/),
  );
  const odd = { name: "two\nlines.npy", content: new Uint8Array() };
  await assert.rejects(parseNpz(await zipArchive([odd]), "f"), inputError(/^f:"two\\nlines": truncated/));
});

Deno.test("npz: cut off, changed or exchanged bytes are refused in one line", async () => {
  const archive = await zipArchive([{ ...hidden, deflate: true, descriptor: true }]);
  const expected = await parseNpz(archive, "f");
  for (let length = 0; length < archive.length; length++) {
    await assert.rejects(
      parseNpz(archive.subarray(0, length), "f"),
      inputError(/^f: corrupt or truncated ZIP/),
    );
  }
  for (let at = 0; at < archive.length; at++) {
    for (const bits of [1, 0x10, 0xff]) {
      try {
        assert.deepEqual(await parseNpz(archive.with(at, archive[at] ^ bits), "f"), expected);
      } catch (error) {
        inputError(/^f[:.]/)(error);
      }
    }
  }
});

Deno.test("npz: an array that does not fit what its archive claims takes no room", async () => {
  // More than is held in memory: unpacked, it would be a temporary file.
  const content = new Uint8Array(2 ** 27);
  content.set(hidden.content);
  const bomb = await zipArchive([{ name: "a.npy", content, deflate: true }]);
  const before = Deno.env.get("TMPDIR");
  Deno.env.set("TMPDIR", "/nonexistent");
  try {
    await assert.rejects(
      parseNpz(bomb, "f"),
      inputError(/^f:a: 134217552 trailing bytes after the 176 that/),
    );
  } finally {
    if (before === undefined) Deno.env.delete("TMPDIR");
    else Deno.env.set("TMPDIR", before);
  }
  for (const size of [30e9, 2 ** 30]) {
    const claims = { size };
    const claim = await zipArchive([{
      name: "a.npy",
      content: hidden.content,
      deflate: true,
      zip64: true,
      claims,
    }]);
    await assert.rejects(
      parseNpz(claim, "f"),
      inputError(/^f:a: cannot be unpacked because the archive is corrupt/),
    );
  }
});
