import { heldBytes, readRange } from "../../src/io/bytes.ts";
import { listZip, openMember } from "../../src/io/zip.ts";
import { type ZipContent, zipPieces } from "../../src/io/zip_writer.ts";
import { assert } from "../deps.ts";

const bytes = (text: string) => new TextEncoder().encode(text);

function fileOf(name: string, ...parts: readonly string[]): ZipContent {
  const size = parts.reduce((sum, part) => sum + bytes(part).length, 0);
  return { name, size, pieces: () => parts.map(bytes) };
}

/** The whole archive. */
const zip = (files: Iterable<ZipContent>) =>
  new Uint8Array([...zipPieces(files)].flatMap((piece) => [...piece]));

Deno.test("zip_writer: files read back under their names, with their checksums", () => {
  const archive = heldBytes(zip([fileOf("a.npy", "one", "", " two"), fileOf("größer"), fileOf("b/c", "3")]));
  const members = listZip(archive, "x.zip");
  assert.deepEqual(members.map(({ name, size }) => [name, size]), [["a.npy", 7], ["größer", 0], ["b/c", 1]]);
  const texts = members.map((member) => {
    const content = openMember(archive, member, member.name);
    return new TextDecoder().decode(readRange(content, 0, content.size));
  });
  assert.deepEqual(texts, ["one two", "", "3"]);
  assert.deepEqual(listZip(heldBytes(zip([])), "x.zip"), []);
});

Deno.test("zip_writer: the same files make the same archive", () => {
  const files = () => [fileOf("a", "1"), fileOf("b", "2")];
  assert.deepEqual(zip(files()), zip(files()));
});

Deno.test("zip_writer: more files than the old format counts", () => {
  const count = 65_600, parts: Uint8Array[] = [];
  const files = Array.from({ length: count }, (_, i) => fileOf(`${i}`, "x"));
  for (const piece of zipPieces(files)) parts.push(piece);
  const whole = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  const members = listZip(heldBytes(whole), "x.zip");
  assert.equal(members.length, count);
  assert.deepEqual([members[0].name, members.at(-1)?.name], ["0", `${count - 1}`]);
});
