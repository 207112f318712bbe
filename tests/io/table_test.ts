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
