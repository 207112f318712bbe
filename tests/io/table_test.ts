import { table } from "../../src/io/table.ts";
import { assert } from "../deps.ts";

Deno.test("table: columns carry their meaning, and are named in snake case", () => {
  const { csv, columns } = table([{ step: 1 }, { step: 2 }], {
    step: { help: "updates so far", value: ({ step }) => step },
    halfStep: { help: "half of them", value: ({ step }) => step / 2 },
  });
  assert.equal(csv, "step,half_step\n1,0.5\n2,1\n");
  assert.deepEqual(columns, { step: "updates so far", half_step: "half of them" });
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
