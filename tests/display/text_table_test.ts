import { textTable } from "../../src/display/text_table.ts";
import { assert, fc } from "../deps.ts";

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

Deno.test("textTable: cells are broken at blanks where a table is too wide", () => {
  const rows = [
    ["layer", "rank at start", "method of the count"],
    ["1", "12", "one-sided Jacobi of R"],
    ["2", "7", "inertia"],
  ];
  assert.deepEqual(textTable(rows, 1, 40), [
    "                          method of the",
    "  layer   rank at start           count",
    "  1                  12       one-sided",
    "                            Jacobi of R",
    "  2                   7         inertia",
  ]);
});

Deno.test("textTable: columns that do not fit follow beneath", () => {
  const rows = [["layer", "aaaaaaaa", "bbbbbbbb", "cccccccc"], ["1", "2", "3", "4"]];
  assert.deepEqual(textTable(rows, 1, 30), [
    "  layer   aaaaaaaa   bbbbbbbb",
    "  1              2          3",
    "",
    "  layer   cccccccc",
    "  1              4",
  ]);
});

Deno.test("textTable: never wider than 80 columns, and nothing is lost", () => {
  const cell = fc.array(fc.string({ unit: fc.constantFrom("a", "1", "."), minLength: 1, maxLength: 20 }), {
    maxLength: 6,
  }).map((words) => words.join(" "));
  const tables = fc.integer({ min: 1, max: 12 }).chain((columns) =>
    fc.array(fc.array(cell, { minLength: columns, maxLength: columns }), { minLength: 1, maxLength: 4 })
  );
  fc.assert(fc.property(tables, fc.integer({ min: 0, max: 1 }), (rows, left) => {
    const lines = textTable(rows, left);
    for (const line of lines) assert.ok(line.length <= 80, line);
    const found = new Set(lines.flatMap((line) => line.split(/ +/)));
    for (const word of rows.flat().flatMap((text) => text.split(" "))) assert.ok(found.has(word), word);
  }));
});

Deno.test("textTable: 200,000 rows, which are too many for arguments", () => {
  const lines = textTable(Array.from({ length: 200_000 }, (_, i) => [`row ${i}`, String(i)]), 1);
  assert.deepEqual([lines.length, lines.at(-1)], [200_000, "  row 199999   199999"]);
});
