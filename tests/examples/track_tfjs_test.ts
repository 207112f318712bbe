import { fileURLToPath } from "node:url";
import { assert } from "../deps.ts";
import { root, run, temporaryFolder } from "../support/program.ts";

const program = fileURLToPath(new URL("examples/track_tfjs.ts", root));

Deno.test("track_tfjs.ts: TensorFlow.js trains while its ranks are tracked, in 80 lines", async () => {
  using folder = temporaryFolder();
  const { code, out, err } = await run(["60", "figure.svg"], { cwd: folder.path, program });
  assert.equal(code, 0, err);
  assert.match(out, /^loss 0\.\d+, ranks at 0\.01: [1-9]\d*, [1-9]\d*\n$/);
  const svg = await Deno.readTextFile(`${folder.path}/figure.svg`);
  assert.match(svg, /^<svg .*first · 40 neurons.*second · 40 neurons.*<\/svg>$/s);
  const lines = (await Deno.readTextFile(program)).trimEnd().split("\n");
  assert.ok(lines.length <= 80, `${lines.length} lines`);
});
