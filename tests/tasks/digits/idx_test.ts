import { parseIdxImages, parseIdxLabels, readIdxFile, readIdxPair } from "../../../src/tasks/digits/idx.ts";
import { assert, fc } from "../../deps.ts";
import { gzip, idx, idxImages, idxLabels, temporaryDirectory } from "../../support/idx_files.ts";
import { inputError } from "../../support/input_error.ts";

Deno.test("idx: images and labels come back as they were written", () => {
  const sides = fc.tuple(
    fc.integer({ min: 1, max: 5 }),
    fc.integer({ min: 1, max: 5 }),
    fc.integer({ min: 1, max: 5 }),
  );
  fc.assert(fc.property(sides, fc.nat(), ([count, rows, columns], start) => {
    const pixels = Uint8Array.from({ length: count * rows * columns }, (_, i) => start + 37 * i);
    const images = parseIdxImages(idx(0x803, [count, rows, columns], pixels), "images");
    assert.deepEqual(images, { count, rows, columns, pixels });
  }));
  fc.assert(fc.property(fc.array(fc.integer({ min: 0, max: 9 }), { minLength: 1 }), (labels) => {
    assert.deepEqual([...parseIdxLabels(idxLabels(labels), "labels")], labels);
  }));
});

Deno.test("idx: the bytes may be part of a larger buffer", () => {
  const file = idxImages(2, 3, 4);
  const larger = new Uint8Array(file.length + 5);
  larger.set(file, 3);
  const images = parseIdxImages(larger.subarray(3, 3 + file.length), "images");
  assert.deepEqual(images, parseIdxImages(file, "images"));
});

Deno.test("idx: a file cut off at any byte is refused by name", () => {
  const images = idxImages(2, 3, 2), labels = idxLabels([1, 2, 3]);
  for (let length = 0; length < images.length; length++) {
    assert.throws(
      () => parseIdxImages(images.subarray(0, length), "some/file"),
      inputError(/^some\/file: truncated, \d+ of (28|the header's 16) bytes; fetch the file again$/),
    );
  }
  for (let length = 0; length < labels.length; length++) {
    assert.throws(() => parseIdxLabels(labels.subarray(0, length), "some/file"), inputError(/: truncated/));
  }
});

Deno.test("idx: what is malformed is refused", () => {
  const images = (bytes: Uint8Array) => () => parseIdxImages(bytes, "f");
  const labels = (bytes: Uint8Array) => () => parseIdxLabels(bytes, "f");
  assert.throws(
    images(idxLabels([1])),
    inputError(/^f: magic number is 0x00000801, not 0x00000803; give .* images/),
  );
  assert.throws(
    labels(idxImages(1, 1, 1)),
    inputError(/^f: magic number is 0x00000803, not 0x00000801; give .* labels/),
  );
  assert.throws(
    images(new TextEncoder().encode("<!DOCTYPE html>")),
    inputError(/magic number is 0x3c21444f/),
  );
  assert.throws(
    images(Uint8Array.of(...idxImages(1, 2, 2), 0, 0)),
    inputError(/^f: 2 trailing bytes after the 20 it/),
  );
  assert.throws(
    labels(Uint8Array.of(...idxLabels([1]), 7)),
    inputError(/^f: 1 trailing bytes after the 9 it/),
  );
  assert.throws(images(idxImages(0, 28, 28)), inputError(/^f: holds no images/));
  assert.throws(labels(idxLabels([])), inputError(/^f: holds no labels/));
  assert.throws(images(idxImages(1, 0, 28)), inputError(/^f: images of 0 × 28 pixels/));
  assert.throws(
    labels(idxLabels([1, 9, 10, 2])),
    inputError(/^f: label 2 is 10; give labels of ten classes, 0 to 9$/),
  );
  const huge = idx(0x803, [0xffffffff, 0xffffffff, 0xffffffff], [0]);
  assert.throws(images(huge), inputError(/^f: truncated, 17 of /));
});

Deno.test("idx: a file is read plain or compressed, whatever its name", async () => {
  using directory = temporaryDirectory();
  const bytes = idxImages(3, 4, 5);
  const plain = directory.write("plain.gz", bytes);
  const compressed = directory.write("compressed", await gzip(bytes));
  assert.deepEqual(await readIdxFile(plain, 0x803), bytes);
  assert.deepEqual(await readIdxFile(compressed, 0x803), bytes);
});

Deno.test("idx: gzip may have several members, split anywhere, and empty ones", async () => {
  using directory = temporaryDirectory();
  const bytes = idxImages(3, 4, 5), empty = await gzip(new Uint8Array());
  for (const at of [0, 1, 7, 16, 30, bytes.length]) {
    const members = await Promise.all([bytes.slice(0, at), bytes.slice(at)].map(gzip));
    const path = directory.write("members.gz", Uint8Array.of(...members[0], ...empty, ...members[1]));
    assert.deepEqual(await readIdxFile(path, 0x803), bytes);
  }
});

Deno.test("idx: no more of a file is read than its header says", async () => {
  using directory = temporaryDirectory();
  // Of zeros that no disk holds: 2 GiB read would show.
  const zeros = directory.write("zeros", new Uint8Array()), large = directory.write("large", idxLabels([1]));
  for (const path of [zeros, large]) Deno.truncateSync(path, 2 ** 31);
  await assert.rejects(readIdxFile(zeros, 0x801), inputError(/^\S+zeros: magic number is 0x00000000, not/));
  await assert.rejects(readIdxFile(large, 0x801), inputError(/large: 2147483639 trailing bytes after the 9/));

  // 1 GiB in 1 MiB: all of it would take a second and more.
  const mebibytes = await gzip(new Uint8Array(2 ** 20));
  const parts = [await gzip(idxLabels([1])), ...new Array<Uint8Array>(1024).fill(mebibytes)];
  const bomb = directory.write("bomb.gz", new Uint8Array(await new Blob(parts as BlobPart[]).arrayBuffer()));
  const before = Deno.memoryUsage().rss;
  await assert.rejects(
    readIdxFile(bomb, 0x801),
    inputError(/bomb\.gz: trailing bytes after the 9 it should/),
  );
  assert(Deno.memoryUsage().rss - before < 2 ** 28, "the file was unpacked");
  const wrong = directory.write("wrong.gz", await gzip(new Uint8Array(2 ** 24)));
  await assert.rejects(readIdxFile(wrong, 0x801), inputError(/wrong\.gz: magic number is 0x00000000/));
});

Deno.test({
  name: "idx: pipes and devices are refused, behind links as well",
  ignore: Deno.build.os === "windows",
  async fn() {
    using directory = temporaryDirectory();
    const pipe = `${directory.path}/pipe`, link = `${directory.path}/link`;
    await new Deno.Command("mkfifo", { args: [pipe] }).output();
    Deno.symlinkSync("/dev/zero", link);
    for (const path of [pipe, link, "/dev/null", directory.path]) {
      await assert.rejects(
        readIdxFile(path, 0x801),
        inputError(/: is a directory, a pipe or a device; put a regular file there$/),
      );
    }
  },
});

Deno.test("idx: compressed data cut off at any byte, changed or continued is refused by name", async () => {
  using directory = temporaryDirectory();
  const bytes = await gzip(idxLabels([3, 1, 4, 1, 5, 9, 2, 6]));
  const refused = async (content: Uint8Array) => {
    const path = directory.write("labels.gz", content);
    await assert.rejects(
      readIdxFile(path, 0x801),
      inputError(/labels\.gz: corrupt or truncated gzip data; fetch/),
    );
  };
  for (let length = 2; length < bytes.length; length++) await refused(bytes.subarray(0, length));
  await refused(bytes.with(bytes.length - 6, bytes[bytes.length - 6] ^ 1));
  await refused(Uint8Array.of(...bytes, 0));
});

Deno.test("idx: a file that is missing or cannot be read is refused by name", async () => {
  using directory = temporaryDirectory();
  await assert.rejects(
    readIdxFile(`${directory.path}/none`, 0x803),
    inputError(/\/none: no such file; give the path/),
  );
  const below = `${directory.write("file", new Uint8Array())}/images`;
  await assert.rejects(readIdxFile(below, 0x803), inputError(/: cannot be read \(.*\); make it a file/));
});

Deno.test("idx: images and labels must be as many", async () => {
  using directory = temporaryDirectory();
  const images = directory.write("images", idxImages(3, 2, 2));
  const labels = directory.write("labels", idxLabels([1, 2, 3]));
  const few = directory.write("few", idxLabels([1, 2]));
  const pair = await readIdxPair(images, labels);
  assert.equal(pair.images.count, 3);
  assert.deepEqual([...pair.labels], [1, 2, 3]);
  await assert.rejects(
    readIdxPair(images, few),
    inputError(/\/few: 2 labels for the 3 images of .*\/images; give/),
  );
});
