import { textTable } from "../../src/cli/text_table.ts";
import { assert } from "../deps.ts";

Deno.test("textTable: columns as wide as their widest cell, header or not", () => {
  const rows = [["layer", "ε"], ["1", "2.5e-10"], ["12", "1e-2"]];
  assert.deepEqual(textTable(rows), ["  layer         ε", "      1   2.5e-10", "     12      1e-2"]);
  assert.deepEqual(textTable(rows, 1), ["  layer         ε", "  1       2.5e-10", "  12         1e-2"]);
});

Deno.test("textTable: no blanks at the end of a line; a header alone; nothing", () => {
  assert.deepEqual(textTable([["a", "note"], ["b", "x"], ["c", ""]], 2), ["  a   note", "  b   x", "  c"]);
  assert.deepEqual(textTable([["ε", "rank"]]), ["  ε   rank"]);
  assert.deepEqual(textTable([]), []);
});
