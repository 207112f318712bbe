import { InputError } from "../../src/errors.ts";
import { compareNames, findFiles } from "../../src/io/find_files.ts";
import { assert } from "../deps.ts";
import { temporaryFolder } from "../support/program.ts";

Deno.test("compareNames: numbers by their value, other names by their letters", () => {
  const names = ["layer10", "layer2", "layer2.b", "Layer2", "bias", "layer02"];
  assert.deepEqual(names.sort(compareNames), ["bias", "layer02", "layer2", "Layer2", "layer2.b", "layer10"]);
  assert.equal(compareNames("a", "a"), 0);
});

Deno.test("findFiles: patterns in any part of a path, in natural order; a file is itself", async () => {
  using folder = temporaryFolder();
  const { path } = folder;
  for (const name of ["b", "a", "ckpt[1]", "ckpt1"]) await Deno.mkdir(`${path}/${name}`);
  for (
    const name of ["a/x10.npy", "a/x9.npy", "a/.x1.npy", "b/x1.npy", "b/x[1].npy", "ckpt[1]/y.npy", "x:1.npy"]
  ) await Deno.writeTextFile(`${path}/${name}`, "");
  const found = async (pattern: string) =>
    (await findFiles(`${path}/${pattern}`)).map((each) => each.slice(path.length + 1));
  assert.deepEqual(await found("a/x10.npy"), ["a/x10.npy"]);
  assert.deepEqual(await found("missing.npy"), ["missing.npy"]);
  assert.deepEqual(await found("a/*"), ["a/x9.npy", "a/x10.npy"]);
  assert.deepEqual(await found("?/x*[0-9].npy"), ["a/x9.npy", "a/x10.npy", "b/x1.npy"]);
  assert.deepEqual(await found("*/.x*"), ["a/.x1.npy"]);
  // Brackets in names are no patterns where there is such a file.
  assert.deepEqual(await found("b/x[1].npy"), ["b/x[1].npy"]);
  assert.deepEqual(await found("*1]/*"), ["ckpt[1]/y.npy"]);
  assert.deepEqual(await found("a/x*.npy:layer*"), ["a/x9.npy:layer*", "a/x10.npy:layer*"]);
  assert.deepEqual(await found("b/x1.npy:layer*"), ["b/x1.npy:layer*"]);
  assert.deepEqual(await found("x:*.npy"), ["x:1.npy"]);
  for (const pattern of ["*.csv", "none/*", "a/*/x*", "*.csv:x"]) {
    await assert.rejects(findFiles(`${path}/${pattern}`), {
      name: InputError.name,
      message: `${path}/${pattern}: no file fits this pattern; give the path of a file, or of several`,
    });
  }
});
