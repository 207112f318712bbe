import { parseLosses, readLosses } from "../../src/follow/losses.ts";
import { assert } from "../deps.ts";
import { inputError } from "../support/input_error.ts";

Deno.test("parseLosses: columns in any order, what is not finite in many spellings, the last of a step", () => {
  const text =
    '\ufeff"Loss",lr,step\r\n1.5,0.1,0\r\n nan ,0.1,10\r\ninf,0.1,20\r\n\r\n-Infinity,0.1,30\r\n.5e-3,,30\r\n,0,40\r\n';
  assert.deepEqual([...parseLosses(text, "x")], [[0, 1.5], [10, NaN], [20, Infinity], [30, 5e-4], [40, NaN]]);
  assert.deepEqual([...parseLosses("step,loss\n", "x")], []);
});

Deno.test("parseLosses: what is no table is refused with its line", async () => {
  for (
    const [text, message] of [
      ["", /has no column step/],
      ["step,lr\n1,2\n", /has no column loss, but step, lr/],
      ["step,loss\n1,2\n1.5,2\n", /line 3, 1\.5,2, has no step and loss/],
      ["step,loss\n-1,2\n", /line 2/],
      ["step,loss\n1,two\n", /line 2/],
      ["step,loss\n1\n", /line 2/],
      ["step,loss\n0x10,2\n", /line 2/],
    ] as const
  ) assert.throws(() => parseLosses(text, "l.csv"), inputError(message));
  await assert.rejects(readLosses("no/such.csv"), inputError(/^no\/such\.csv: there is no such file/));
});
