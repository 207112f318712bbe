import { assert, fc } from "../deps.ts";
import { compactJson, prettyJson } from "../../src/io/json.ts";

Deno.test("json: both forms read back", () => {
  fc.assert(fc.property(fc.jsonValue({ noUnicodeString: false }), (value) => {
    const expected = JSON.parse(JSON.stringify(value));
    assert.deepEqual(JSON.parse(compactJson(value)), expected);
    assert.deepEqual(JSON.parse(prettyJson(value)), expected);
    assert.doesNotMatch(compactJson(value), /\n/);
  }));
});

Deno.test("json: lists of plain values stay on a line, nothing is lost of empty ones", () => {
  const value = { a: Float32Array.of(0.5, Infinity), b: [[1, 2], []], c: {}, d: undefined, e: 2n ** 40n };
  assert.equal(
    prettyJson(value),
    '{\n  "a": [0.5, null],\n  "b": [\n    [1, 2],\n    []\n  ],\n  "c": {},\n  "e": 1099511627776\n}\n',
  );
});
