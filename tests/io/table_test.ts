import { table } from "../../src/io/table.ts";
import { viewOf } from "../../src/display/view.ts";
import { assert } from "../deps.ts";

Deno.test("table: columns carry their meaning, and are named in snake case", () => {
  const { csv, columns } = table([{ step: 1 }, { step: 2 }], {
    step: { help: "updates so far", value: ({ step }) => step },
    halfStep: { help: "half of them", value: ({ step }) => step / 2 },
  });
  assert.equal(csv, "step,half_step\n1,0.5\n2,1\n");
  assert.deepEqual(columns, { step: "updates so far", half_step: "half of them" });
});

Deno.test("table: an explanation alone stands for the row's field of that name, in camel case", () => {
  const rows = [{ initScale: 0.5, learnt: true, note: null, list: [1] }];
  const { csv, columns } = table(rows, {
    init_scale: "factor of the weights",
    learnt: "whether it learnt",
    note: "remark",
    first: { help: "first value", value: ({ list }) => list[0] },
  });
  assert.equal(csv, "init_scale,learnt,note,first\n0.5,true,,1\n");
  assert.equal(columns.init_scale, "factor of the weights");
  assert.equal(table(rows, { initScale: "factor of the weights" }).csv, "init_scale\n0.5\n");
  // @ts-expect-error: the row has no such field
  table(rows, { init_size: "factor of the weights" });
  // @ts-expect-error: the field is no cell
  table(rows, { list: "values" });
  // @ts-expect-error: one of the rows may lack the field
  table([{ a: 1 }, {}], { a: "value" });
});

Deno.test("table: pieces are whole lines, and make the same text", () => {
  const rows = Array.from({ length: 30_000 }, (_, i) => i);
  const made = table(rows, {
    i: { help: "index", value: (i) => i },
    square: { help: "square", value: (i) => i * i },
  });
  const pieces = [...made.pieces()];
  assert.ok(pieces.length > 3);
  for (const piece of pieces) assert.ok(piece.endsWith("\n") && piece.length < 70_000);
  assert.equal(pieces.join(""), `i,square\n${rows.map((i) => `${i},${i * i}\n`).join("")}`);
  assert.deepEqual([...table([], { i: { help: "index", value: (i) => i } }).pieces()], ["i\n"]);
});

Deno.test("table: two columns of one name are refused before there is a row", () => {
  const column = { help: "rank", value: () => 1 };
  assert.throws(() => table([], { rankLow: column, rank_low: column }), { name: "InputError" });
});

Deno.test("table: notebooks show the first rows, with the meaning of columns under the pointer", async () => {
  const columns = {
    step: { help: "updates so far", value: (step: number) => step },
    third: { help: "a third", value: (step: number) => step / 3 },
    note: { help: "text", value: (step: number) => step > 0 ? "x" : null },
  };
  const lines = (rows: readonly number[]) => viewOf(table(rows, columns))!.text().split("\n");
  assert.deepEqual(lines([0, 1]), [
    "2 rows of 3 columns",
    "  step      third   note",
    "     0          0",
    "     1   0.333333      x",
  ]);
  assert.deepEqual(lines([]), ["0 rows of 3 columns", "  step   third   note"]);
  assert.equal(lines(Array.from({ length: 20 }, (_, i) => i)).length, 22);
  const long = lines(Array.from({ length: 21 }, (_, i) => i));
  assert.deepEqual([long[0], long.length], ["the first 20 rows of 3 columns", 22]);
  assert.match(await viewOf(table([1], columns))!.html!(), /title="updates so far">step<\/th>/);
});
