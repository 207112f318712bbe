import { readRun } from "../../src/io/read_run.ts";
import { readTextFile } from "../../src/io/text_file.ts";
import { assert } from "../deps.ts";
import { temporaryDirectory } from "../support/idx_files.ts";
import { inputError } from "../support/input_error.ts";

Deno.test("readTextFile: what has no end, or is longer than a string, is refused before it is read", async () => {
  using directory = temporaryDirectory();
  const path = directory.write("trace.csv", new TextEncoder().encode("ä"));
  assert.equal(await readTextFile(path), "ä");
  Deno.truncateSync(path, 2 ** 36);
  for (const read of [readTextFile, readRun]) {
    await assert.rejects(
      read(path),
      inputError(/trace\.csv: has 68719476736 bytes, of at most 268435456; give/),
    );
  }
  await assert.rejects(readTextFile(directory.path), inputError(/: is a directory; give a regular file$/));
  await assert.rejects(readTextFile(`${directory.path}/none`), Deno.errors.NotFound);
});

Deno.test({
  name: "readTextFile: devices and pipes are refused, also where a run is asked for",
  ignore: Deno.build.os === "windows",
  fn: async () => {
    using directory = temporaryDirectory();
    const pipe = `${directory.path}/pipe`;
    await new Deno.Command("mkfifo", { args: [pipe] }).output();
    for (const path of ["/dev/zero", pipe]) {
      for (const read of [readTextFile, readRun]) {
        await assert.rejects(read(path), inputError(/: is a pipe or a device; give a regular file$/));
      }
    }
  },
});
