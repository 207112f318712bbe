import { chooseArray, chooseArrays, glob } from "../../src/io/choose_array.ts";
import { assert, fc } from "../deps.ts";
import { inputError } from "../support/input_error.ts";

Deno.test("choose_array: of many arrays some are listed", () => {
  const names = Array.from({ length: 300 }, (_, i) => `layer${i}`);
  assert.equal(chooseArray(names, "layer299", "f"), "layer299");
  assert.throws(
    () => chooseArray(names, undefined, "f"),
    inputError(/^f: holds 300 arrays \(layer0, .*, layer19 and 280 more\); name one, as in f:layer0$/),
  );
  assert.throws(() => chooseArray([], undefined, "f"), inputError(/^f: holds no arrays/));
});

Deno.test("choose_array: a pattern fits names as a whole, and a name fits itself", () => {
  const names = ["layer.0", "layer.1", "layer.10", "a/b", "[x]", "x", "a*", "line\nfeed", ""];
  const fits: [pattern: string | undefined, expected: string[]][] = [
    [undefined, names],
    ["*", names],
    ["layer.*", ["layer.0", "layer.1", "layer.10"]],
    ["layer.?", ["layer.0", "layer.1"]],
    ["*[1-9]", ["layer.1"]],
    ["*.[!1]*", ["layer.0"]],
    ["*.*[0]", ["layer.0", "layer.10"]],
    ["[x]", ["[x]"]],
    ["[[]x?", ["[x]"]],
    ["[abx]", ["x"]],
    ["[", []],
    ["a*", ["a*"]],
    ["a*b", ["a/b"]],
    ["line*", ["line\nfeed"]],
    ["", [""]],
    ["layer", []],
    ["LAYER*", []],
    ["layer.|x", []],
    ["(x)", []],
    ["[\\]", []],
    ["[^x]", ["x"]],
  ];
  for (const [pattern, expected] of fits) {
    if (expected.length > 0) assert.deepEqual(chooseArrays(names, pattern, "f"), expected, pattern);
    else {
      assert.throws(
        () => chooseArrays(names, pattern, "f"),
        inputError(/^f: holds no array that fits .*; it holds layer\.0, layer\.1, .*, ""$/),
        pattern,
      );
    }
  }
  assert.throws(() => chooseArrays([], "*", "f"), inputError(/^f: holds no arrays; save/));
});

Deno.test("choose_array: any text is a pattern, and stars fit any text between others", () => {
  const text = fc.string({ unit: "binary", maxLength: 8 });
  fc.assert(fc.property(text, text, (pattern, name) => {
    const outcome = () => chooseArrays([name], pattern, "f");
    try {
      assert.deepEqual(outcome(), [name]);
    } catch (error) {
      inputError(/^f: holds no array that fits/)(error);
    }
  }));
  const plain = fc.string({ unit: fc.constantFrom("a", ".", "/", "\n", "\\", "+", "("), maxLength: 6 });
  fc.assert(fc.property(plain, plain, plain, (before, between, after) => {
    assert.equal(chooseArrays([before + between + after], `${before}*${after}`, "f").length, 1);
  }));
});

Deno.test("choose_array: brackets list characters, ranges, and what is not among them", () => {
  const fits: [pattern: string, yes: string[], no: string[]][] = [
    ["[a-c]", ["a", "b", "c"], ["d", "-", ""]],
    ["[!a-c]x", ["dx", "-x", "äx"], ["ax", "x"]],
    ["[c-a]", [], ["a", "b", "c", "-"]],
    ["[-a]", ["-", "a"], ["b"]],
    ["[a-]", ["-", "a"], ["b"]],
    ["[^a]", ["^", "a"], ["b"]],
    ["[a", ["[a"], ["a"]],
    ["[]", ["[]"], ["", "]"]],
    ["[\\]", ["\\"], ["a"]],
    ["[😀-😂]", ["😁"], ["😃"]],
    ["?", ["😀", "a"], ["", "ab"]],
    ["a**?c", ["abc", "abbc"], ["ac"]],
    ["", [""], ["a"]],
  ];
  for (const [pattern, yes, no] of fits) {
    for (const name of yes) assert(glob(pattern).test(name), `${pattern} ${name}`);
    for (const name of no) assert(!glob(pattern).test(name), `${pattern} ${name}`);
  }
});

Deno.test("choose_array: a pattern of many stars takes no longer than its length times that of the name", () => {
  // A regular expression would take longer than the universe has existed.
  assert(!glob("*a".repeat(2000) + "b").test("a".repeat(20_000)));
  assert(glob("*a".repeat(2000)).test("a".repeat(20_000)));
});

Deno.test("choose_array: lists of long names are short", () => {
  const names = Array.from({ length: 30 }, (_, i) => `${i}`.repeat(3000));
  assert.throws(() => chooseArrays(names, "y", "f"), (error: Error) => {
    assert(error.message.length < 450);
    return inputError(/^f: holds no array that fits y; it holds 0+…0+, 1+…1+ and 28 more$/)(error);
  });
});
