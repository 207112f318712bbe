import { assert, fc } from "../deps.ts";
import { camelCase, compactJson, prettyJson, snakeCase, snakeName } from "../../src/io/json.ts";

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

Deno.test("json: keys in snake case on disk, in camel case in memory, and back", () => {
  const run = {
    learningRate: 0.1,
    k90Rank: 2,
    heldOut: { bySeed: [{ finalLoss: [1, 2] }, null, "someText"] },
    spectrum: Float64Array.of(1, 2),
    // Names of things are left alone: not identifiers, or below `columns`.
    "allen-cahn": { relativeError: 1 },
    "relu^2": 1,
    "out.Csv": 2,
    columns: { "a.csv": { rank_low: "…", rankHigh: "…" } },
  };
  const onDisk = snakeCase(run);
  assert.deepEqual(onDisk, {
    learning_rate: 0.1,
    k90_rank: 2,
    held_out: { by_seed: [{ final_loss: [1, 2] }, null, "someText"] },
    spectrum: Float64Array.of(1, 2),
    "allen-cahn": { relative_error: 1 },
    "relu^2": 1,
    "out.Csv": 2,
    columns: { "a.csv": { rank_low: "…", rankHigh: "…" } },
  });
  assert.deepEqual(camelCase(onDisk), run);
  // A list and a number under the same key are no map.
  assert.deepEqual(snakeCase({ columns: [{ aB: 1 }] }), { columns: [{ a_b: 1 }] });
  assert.deepEqual(snakeCase({ columns: 64 }), { columns: 64 });
});

Deno.test("json: any identifier comes back from the disk", () => {
  const identifier = fc.stringMatching(/^[a-z][A-Za-z0-9]{0,12}$/);
  fc.assert(
    fc.property(fc.dictionary(identifier, fc.array(fc.dictionary(identifier, fc.integer()))), (value) => {
      const plain = JSON.parse(JSON.stringify(value));
      assert.deepEqual(camelCase(JSON.parse(compactJson(snakeCase(plain)))), plain);
    }),
  );
  assert.deepEqual(["rankLow", "rank_low", "ttv", "trace.csv", "GPU"].map(snakeName), [
    ...["rank_low", "rank_low", "ttv", "trace.csv", "GPU"],
  ]);
});
