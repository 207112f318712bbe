import { AppendFile, checkPrefix, FILE_START } from "../../src/io/append_file.ts";
import { assert } from "../deps.ts";
import { inFolder } from "../support/traces.ts";

const bytes = (text: string) => new TextEncoder().encode(text);

Deno.test("append_file: a deleted file is made again with all that it held", () =>
  inFolder(async (folder) => {
    const path = `${folder}/a/b`;
    await Deno.mkdir(`${folder}/a`);
    await using file = await AppendFile.open(path);
    file.append(bytes("one\n"));
    await file.flush();
    await Deno.remove(`${folder}/a`, { recursive: true });
    file.append(bytes("two\n"));
    const position = await file.flush({ sync: true });
    assert.equal(await Deno.readTextFile(path), "one\ntwo\n");
    // Another file of its name is not its own.
    await Deno.remove(path);
    await Deno.writeTextFile(path, "somebody else's, and longer than it was");
    file.append(bytes("three\n"));
    await file.flush();
    assert.equal(await Deno.readTextFile(path), "one\ntwo\nthree\n");
    await file.truncate(position);
    assert.equal(await Deno.readTextFile(path), "one\ntwo\n");
    await checkPrefix(path, position);
  }));

Deno.test("append_file: what comes while a flush runs is neither lost nor written twice", () =>
  inFolder(async (folder) => {
    const path = `${folder}/a`, flushes: Promise<unknown>[] = [];
    await using file = await AppendFile.open(path);
    for (let i = 0; i < 200; i++) {
      file.append(bytes(`${i}\n`));
      if (i % 7 === 0) flushes.push(file.flush());
      if (i % 50 === 0) await Promise.resolve();
    }
    const { bytes: end } = await file.flush();
    await Promise.all(flushes);
    const text = Array.from({ length: 200 }, (_, i) => `${i}\n`).join("");
    assert.deepEqual([await Deno.readTextFile(path), end, file.waiting], [text, text.length, 0]);
  }));

Deno.test("append_file: what cannot be opened, and what is closed", () =>
  inFolder(async (folder) => {
    await assert.rejects(AppendFile.open(folder), {
      name: "FileError",
      message: /there is a folder of that name/,
    });
    await assert.rejects(AppendFile.open(`${folder}/no/file`), {
      name: "FileError",
      message: /no such file/,
    });
    const file = await AppendFile.open(`${folder}/a`, FILE_START);
    await file.close();
    await file.close();
    file.append(bytes("x"));
    await assert.rejects(file.flush(), { name: "FileError", message: /cannot write .*: it is closed/ });
  }));
