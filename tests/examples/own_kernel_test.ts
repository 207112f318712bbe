import { fileURLToPath } from "node:url";
import { assert } from "../deps.ts";
import { root, run, temporaryFolder } from "../support/program.ts";

const program = fileURLToPath(new URL("examples/own_kernel.ts", root));

Deno.test("own_kernel.ts: runs a kernel of its own and checks the result, in under 40 lines", async () => {
  using folder = temporaryFolder();
  const { code, out, err } = await run([], { cwd: folder.path, program });
  assert.deepEqual([code, out, err], [0, "column sums 0, 1000, 2000, 3000, …: right\n", ""]);
  const lines = (await Deno.readTextFile(program)).trimEnd().split("\n");
  assert.ok(lines.length < 40, `${lines.length} lines`);
});
