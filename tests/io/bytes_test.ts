import { FileBytes, heldBytes, partOf, readRange } from "../../src/io/bytes.ts";
import { assert, fc } from "../deps.ts";
import { temporaryDirectory } from "../support/idx_files.ts";
import { inputError } from "../support/input_error.ts";

Deno.test("bytes: a part of a part of a file or of memory has the bytes that lie there", () => {
  using directory = temporaryDirectory();
  const content = Uint8Array.from({ length: 200 }, (_, i) => i), path = directory.write("f", content);
  using file = new FileBytes(Deno.openSync(path), content.length, { name: "f" });
  const range = fc.tuple(fc.nat(60), fc.nat(60));
  fc.assert(fc.property(fc.constantFrom(file, heldBytes(content)), range, range, (source, [a, b], [c, d]) => {
    const part = partOf(partOf(source, a, 130), c, d);
    assert.equal(part.size, d);
    assert.deepEqual(readRange(part, 0, 300), content.slice(a + c, a + c + d));
    assert.deepEqual(
      readRange(part, b, 20),
      content.slice(a + c + b, Math.max(a + c + b, a + c + Math.min(d, b + 20))),
    );
  }));
});

Deno.test("bytes: a file stays open for its last user, and says when it closes", () => {
  using directory = temporaryDirectory();
  const path = directory.write("f", Uint8Array.of(1, 2, 3));
  let closed = 0;
  const file = new FileBytes(Deno.openSync(path), 3, { name: "f", closed: () => closed++ });
  const other = partOf(file, 1, 2).share(), third = other.share();
  file[Symbol.dispose]();
  other[Symbol.dispose]();
  assert.deepEqual([...readRange(third, 0, 2), closed], [2, 3, 0]);
  third[Symbol.dispose]();
  assert.equal(closed, 1);
});

Deno.test("bytes: a file that was cut off since it was opened is refused", () => {
  using directory = temporaryDirectory();
  const path = directory.write("f", new Uint8Array(100));
  using file = new FileBytes(Deno.openSync(path), 100, { name: "some/f" });
  Deno.truncateSync(path, 40);
  assert.equal(readRange(file, 0, 40).length, 40);
  assert.throws(
    () => readRange(file, 30, 20),
    inputError(/^some\/f: ends after 40 bytes, as it was cut off/),
  );
});

Deno.test("bytes: a file that the system does not give is refused in one line", () => {
  using directory = temporaryDirectory();
  const file = Deno.openSync(directory.write("f", new Uint8Array(9)), { write: true });
  using bytes = new FileBytes(file, 9, { name: "some/f" });
  assert.throws(
    () => readRange(bytes, 2, 3),
    inputError(/^some\/f: cannot be read at byte 2 \(.+\); look at/),
  );
});
