import { JsonError, parseJson } from "../../src/io/parse_json.ts";
import { assert, fc } from "../deps.ts";

Deno.test("parseJson: reads what JSON.parse reads", () => {
  fc.assert(fc.property(fc.json({ maxDepth: 5 }), (text) => {
    const expected = JSON.parse(text);
    // Its generator makes objects that have a key twice, too.
    if (text === JSON.stringify(expected)) assert.deepEqual(parseJson(text), expected);
  }));
  assert.deepEqual(Object.keys(parseJson('{"__proto__":{"x":1},"a":[{"a":"a"},{"a":":"}]}') as object), [
    "__proto__",
    "a",
  ]);
});

Deno.test("parseJson: an object with a key twice is refused, at any depth and however it is written", () => {
  const refused = (text: string, message: string) =>
    assert.throws(() => parseJson(text), (error) => error instanceof JsonError && error.message === message);
  refused('{"a":1,"a":1}', "it names a twice");
  refused('{"x":[{"b":{"a":1,"c":{"a":2},"\\u0061" :3}}]}', "it names a twice");
  refused('{"":1,"b":{},"":2}', 'it names "" twice');
  refused('{"__proto__":1,"__proto__":2}', "it names __proto__ twice");
  assert.deepEqual(parseJson('{"a":{"a":"a"},"b":["a","a"]}'), { a: { a: "a" }, b: ["a", "a"] });
});

Deno.test("parseJson: lists without end, and what is no JSON, are refused without a deep stack", () => {
  for (const [open, close] of [["[", "]"], ['{"x":', "}"]]) {
    for (const text of [open.repeat(1e6) + "1" + close.repeat(1e6), open.repeat(1e6)]) {
      assert.throws(() => parseJson(text), { message: "it is nested too deep" });
    }
    assert.doesNotThrow(() => parseJson(open.repeat(60) + "1" + close.repeat(60)));
  }
  fc.assert(
    fc.property(fc.string({ unit: fc.constantFrom(...'{}[]"\\:,1 u0a\n') }), (text) => {
      let expected: unknown;
      try {
        expected = JSON.parse(text);
      } catch {
        return assert.throws(() => parseJson(text), JsonError);
      }
      try {
        assert.deepEqual(parseJson(text), expected);
      } catch (error) {
        assert(error instanceof JsonError && / twice$/.test(error.message));
      }
    }),
    { numRuns: 2000 },
  );
});
