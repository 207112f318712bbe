import { assert } from "../deps.ts";
import { removeTemporaryFiles, temporaryPath, writeAtomically } from "../../src/io/atomic.ts";

async function inFolder(work: (folder: string) => Promise<void>) {
  const folder = await Deno.makeTempDir();
  try {
    await work(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

function names(folder: string): string[] {
  return [...Deno.readDirSync(folder)].map(({ name }) => name).sort();
}

Deno.test("atomic: writes text and bytes, replaces what was there, leaves nothing else", () =>
  inFolder(async (folder) => {
    await writeAtomically(`${folder}/a`, "größer\n");
    assert.equal(await Deno.readTextFile(`${folder}/a`), "größer\n");
    const bytes = crypto.getRandomValues(new Uint8Array(50_000));
    await writeAtomically(new URL(`file://${folder}/a`), bytes);
    assert.deepEqual(await Deno.readFile(`${folder}/a`), bytes);
    await writeAtomically(`${folder}/empty`, "");
    assert.deepEqual(names(folder), ["a", "empty"]);
  }));

Deno.test("atomic: takes any name that the file system takes", () =>
  inFolder(async (folder) => {
    const name = "x".repeat(250);
    await writeAtomically(`${folder}/${name}`, "content");
    assert.deepEqual(names(folder), [name]);
  }));

Deno.test("atomic: a failure leaves no file behind and the old one as it was", () =>
  inFolder(async (folder) => {
    await Deno.mkdir(`${folder}/taken`);
    await Deno.writeTextFile(`${folder}/taken/old`, "old");
    await assert.rejects(writeAtomically(`${folder}/taken`, "new"));
    await assert.rejects(writeAtomically(`${folder}/missing/file`, "new"), Deno.errors.NotFound);
    assert.deepEqual(names(folder), ["taken"]);
    assert.equal(await Deno.readTextFile(`${folder}/taken/old`), "old");
  }));

Deno.test("atomic: a reader sees one content or another, never a part", () =>
  inFolder(async (folder) => {
    const contents = ["a", "b", "c"].map((letter) => letter.repeat(100_000));
    const path = `${folder}/file`;
    await writeAtomically(path, contents[0]);
    let writing = true;
    const writer = (async () => {
      for (const content of contents) await writeAtomically(path, content);
      writing = false;
    })();
    while (writing) assert.ok(contents.includes(await Deno.readTextFile(path)));
    await writer;
  }));

Deno.test("atomic: content may come in pieces, and a failure among them leaves the old file", () =>
  inFolder(async (folder) => {
    const path = `${folder}/file`;
    await writeAtomically(path, ["größer\n", Uint8Array.of(65), ""]);
    assert.equal(await Deno.readTextFile(path), "größer\nA");
    async function* failing() {
      yield "half";
      await Promise.reject(new RangeError("no more"));
    }
    await assert.rejects(writeAtomically(path, failing()), { name: "RangeError" });
    assert.equal(await Deno.readTextFile(path), "größer\nA");
    assert.deepEqual(names(folder), ["file"]);
  }));

Deno.test("atomic: what killed processes left is deleted, and nothing else", () =>
  inFolder(async (folder) => {
    const [old, young] = [temporaryPath(folder), temporaryPath(folder)];
    for (const path of [old, young, `${folder}/.mine.tmp`]) await Deno.writeTextFile(path, "");
    await Deno.mkdir(temporaryPath(folder));
    await Deno.utime(old, new Date(), new Date(Date.now() - 100_000));
    await removeTemporaryFiles(folder, 50_000);
    assert.deepEqual([names(folder).length, names(folder).includes(young.slice(folder.length + 1))], [
      3,
      true,
    ]);
    await removeTemporaryFiles(folder);
    assert.equal(names(folder).length, 2);
    await removeTemporaryFiles(`${folder}/none`);
  }));
