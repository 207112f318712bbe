import { longestRun } from "../../src/stats/runs.ts";
import { assert, fc } from "../deps.ts";

Deno.test("longestRun: as long as the longest piece between others, and the first of these", () => {
  fc.assert(fc.property(fc.array(fc.boolean(), { maxLength: 30 }), (values) => {
    const { first, length } = longestRun(values, (value) => value);
    const pieces = values.map((value) => value ? "x" : " ").join("");
    assert.equal(length, Math.max(0, ...pieces.split(" ").map((piece) => piece.length)));
    assert.equal(first, length === 0 ? 0 : pieces.indexOf("x".repeat(length)));
  }));
});
