import { assert } from "../deps.ts";
import { InputError } from "../../src/errors.ts";
import { parseSplits, ruleFor, splitMatrix } from "../../src/weights/split.ts";

const blocksOf = (rule: string, rows: number, columns: number) =>
  splitMatrix(parseSplits(rule)[0], { rows, columns }, "w").map((block) => [
    block.name,
    block.row,
    block.column,
    block.rows,
    block.columns,
  ]);

Deno.test("fused q, k and v are cut along the axis that is three times as long", () => {
  assert.deepEqual(blocksOf("w=3", 4, 12), [["q", 0, 0, 4, 4], ["k", 0, 4, 4, 4], ["v", 0, 8, 4, 4]]);
  assert.deepEqual(blocksOf("w=3", 12, 4), [["q", 0, 0, 4, 4], ["k", 4, 0, 4, 4], ["v", 8, 0, 4, 4]]);
  assert.deepEqual(blocksOf("w=2", 6, 4), [["part 0", 0, 0, 3, 4], ["part 1", 3, 0, 3, 4]]);
});

Deno.test("heads are rows, unless an axis is given; parts and heads nest in either order", () => {
  assert.deepEqual(blocksOf("w=heads:2", 4, 4), [["head 0", 0, 0, 2, 4], ["head 1", 2, 0, 2, 4]]);
  assert.deepEqual(blocksOf("w=heads:2@1", 4, 4), [["head 0", 0, 0, 4, 2], ["head 1", 0, 2, 4, 2]]);
  assert.deepEqual(blocksOf("w=3/heads:2", 12, 3).map(([name, row]) => [name, row]), [
    ["q, head 0", 0],
    ["q, head 1", 2],
    ["k, head 0", 4],
    ["k, head 1", 6],
    ["v, head 0", 8],
    ["v, head 1", 10],
  ]);
  assert.deepEqual(blocksOf("w=heads:2/3", 12, 3).map(([name]) => name)[4], "head 1, k");
  assert.deepEqual(blocksOf("w=4+1+1", 6, 4).map(([name, row, , rows]) => [name, row, rows]), [
    ["q", 0, 4],
    ["k", 4, 1],
    ["v", 5, 1],
  ]);
});

Deno.test("the first rule whose pattern is in the name counts", () => {
  const rules = parseSplits("attn.c_*=3, c_proj=heads:2@1,experts=each");
  assert.equal(ruleFor(rules, "h.0.attn.c_attn.weight"), rules[0]);
  assert.equal(ruleFor(rules, "h.0.mlp.c_proj.weight"), rules[1]);
  assert.deepEqual(ruleFor(rules, "moe.experts.w1")?.cuts, []);
  assert.equal(ruleFor(rules, "wte.weight"), undefined);
});

Deno.test("malformed rules, sizes that do not fit and shapes that do not tell the axis are refused", () => {
  for (
    const rule of [
      "",
      "w",
      "=3",
      "w=",
      "w=0",
      "w=3@2",
      "w=x",
      "w=heads:",
      "w=heads:1+2",
      "w=3//2",
      "w=each@0",
    ]
  ) {
    assert.throws(() => parseSplits(rule), InputError, rule);
  }
  for (
    const [rule, rows, columns] of [["w=3", 6, 6], ["w=3", 4, 10], ["w=4+2", 7, 2], [
      "w=2/heads:3",
      8,
      3,
    ]] as const
  ) {
    assert.throws(() => blocksOf(rule, rows, columns), InputError, rule);
  }
});
