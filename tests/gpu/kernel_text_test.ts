import { assert } from "../deps.ts";
import { GpuArray } from "../../src/gpu/array.ts";
import { Commands } from "../../src/gpu/commands.ts";
import { Gpu } from "../../src/gpu/device.ts";
import { cutText } from "../../src/gpu/kernel_text.ts";
import { readFiles, withoutComments } from "../support/source_tree.ts";

const TEXT = ["a", "//#if KIND == 2", "b", "//#end", "  //#if SIDE > 8 && KIND == 1", "c", "  //#end", "d"]
  .join("\n");

const kept = (constants: Record<string, number | boolean>) =>
  cutText(TEXT, constants).split("\n").filter((line) => line !== "" && !line.includes("//#")).join("");

Deno.test("cutText: leaves out the parts whose conditions fail, and keeps those of unknown constants", () => {
  assert.equal(kept({ KIND: 2, SIDE: 16 }), "abd");
  assert.equal(kept({ KIND: 1, SIDE: 16 }), "acd");
  assert.equal(kept({ KIND: 1, SIDE: 8 }), "ad");
  assert.equal(kept({ KIND: true }), "acd");
  assert.equal(kept({ SIDE: 8 }), "abd");
  assert.equal(kept({}), "abcd");
  assert.equal(cutText("a // KIND == 1", { KIND: 2 }), "a // KIND == 1");
});

Deno.test("cutText: lines keep their numbers, for the messages of drivers", () => {
  for (const constants of [{}, { KIND: 2 }, { KIND: 1, SIDE: 0 }]) {
    const lines = cutText(TEXT, constants).split("\n");
    assert.equal(lines.length, TEXT.split("\n").length);
    assert.equal(lines.indexOf("d"), 7);
  }
});

Deno.test("cutText: refuses parts without an end, within another, or with another condition", () => {
  for (
    const [text, message] of [
      ["//#if A == 1\nx", /no end/],
      ["x\n//#end", /in turns, not so: \/\/#end/],
      ["//#if A == 1\n//#if B == 1\n//#end\n//#end", /in turns, not so: \/\/#if B == 1/],
      ["//#if A < 1\n//#end", /NAME == NUMBER or NAME > NUMBER, not A < 1/],
      ["//#if A == B\n//#end", /not A == B/],
    ] as const
  ) assert.throws(() => cutText(text, { A: 1 }), { name: "InputError", message });
});

Deno.test("cutText: the conditions of shaders name their override constants", () => {
  const shaders = readFiles("shaders", ".wgsl");
  const overrides = new Set(
    shaders.flatMap(({ text }) =>
      [...withoutComments(text).matchAll(/override (\w+)/g)].map(([, name]) => name)
    ),
  );
  let parts = 0;
  for (const { path, text } of shaders) {
    cutText(text, {});
    for (const [, condition] of text.matchAll(/^\s*\/\/#if (.*)$/gm)) {
      parts++;
      for (const [name] of condition.matchAll(/[A-Z]\w+/g)) assert(overrides.has(name), `${path}: ${name}`);
    }
  }
  assert(parts > 20);
});

Deno.test("Gpu.kernel: one text cut by its constants gives several kernels", async () => {
  using gpu = await Gpu.open();
  using words = new GpuArray(gpu, "words", 1);
  const source = {
    name: "cut",
    files: [
      "override KIND: u32; @group(0) @binding(0) var<storage, read_write> a: array<u32>;",
      "@compute @workgroup_size(1) fn main() {\n//#if KIND == 1\na[0] = 5u;\n//#end\n" +
      "//#if KIND == 2\na[0] = 6u;\n//#end\n}",
    ],
  };
  for (const [KIND, expected] of [[1, 5], [2, 6], [1, 5]]) {
    const commands = new Commands(gpu);
    commands.run((await gpu.kernel(source, { KIND })).bind([words], [1]));
    commands.submit();
    assert.equal((await words.readUint32())[0], expected);
  }
});
