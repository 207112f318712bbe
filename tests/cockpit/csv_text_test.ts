import { cutRecords, numbersOf, parseCsv } from "../../src/cockpit/data/csv_text.ts";
import { findRows, sortRows } from "../../src/cockpit/page/data_table.ts";
import { csv } from "../../src/io/csv.ts";
import { assert } from "../deps.ts";

const names = ["plain", 'say "no"', "a, b", "two\nlines", ""];
const losses = [0.5, NaN, 1e-7, -Infinity, 20];
const table = parseCsv(csv([["name", names], ["loss", losses], ["note", names.map(() => null)]]));

Deno.test("parseCsv: reads what csv writes, quotes and line feeds included", () => {
  assert.deepEqual(table.names, ["name", "loss", "note"]);
  assert.deepEqual(table.columns[0], names);
  assert.deepEqual([...numbersOf(table.columns[1])!], losses);
  assert.equal(numbersOf(table.columns[0]), null);
  assert.equal(numbersOf(table.columns[2]), null);
  assert.deepEqual(parseCsv(csv([["only", [null, "x"]]])).columns, [["", "x"]]);
  assert.deepEqual(parseCsv("a,b\n").columns, [[], []]);
  assert.deepEqual(parseCsv("").names, []);
});

Deno.test("cutRecords: records end at line feeds outside quotes, wherever the text is cut", () => {
  const text = 'a,b\n"x\ny",1\n2,"z"""\n';
  for (let at = 0; at <= text.length; at++) {
    const first = cutRecords(text.slice(0, at)), second = cutRecords(first.rest + text.slice(at));
    assert.deepEqual([...first.records, ...second.records], ["a,b\n", '"x\ny",1\n', '2,"z"""\n']);
    assert.equal(second.rest, "");
  }
});

Deno.test("findRows, sortRows: words of any case, values of a column, numbers as numbers, none last", () => {
  assert.deepEqual(findRows(table, "  "), [0, 1, 2, 3, 4]);
  assert.deepEqual(findRows(table, "SAY no"), [1]);
  assert.deepEqual(findRows(table, "loss=0.50"), [0]);
  assert.deepEqual(findRows(table, "loss=NaN"), [1]);
  assert.deepEqual(findRows(table, "name="), [4]);
  assert.deepEqual(findRows(table, "other=1"), []);
  const loss = { cells: table.columns[1], numbers: numbersOf(table.columns[1]) };
  assert.deepEqual(sortRows(loss, [0, 1, 2, 3, 4], false), [3, 2, 0, 4, 1]);
  assert.deepEqual(sortRows(loss, [0, 1, 2, 3, 4], true), [4, 0, 2, 3, 1]);
  const name = { cells: ["b10", "b9", "a"], numbers: null };
  assert.deepEqual(sortRows(name, [0, 1, 2], false), [2, 1, 0]);
});
