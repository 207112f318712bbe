import { assert } from "../deps.ts";

const room = new URL("../../src/cli/", import.meta.url).href;
const code = `
import { print, say } from "${room}output.ts";
import { createProgress } from "${room}progress.ts";
import { runProgram } from "${room}program.ts";
const examples = [{ args: "", help: "prints" }, { args: "", help: "prints" }];
await runProgram({ name: "demo", summary: "prints", flags: [], examples }, () => {
  using progress = createProgress({ total: 2, label: "job", heading: "on a GPU" });
  say("a line");
  progress.update(1);
  progress.update(2);
  progress.finish();
  Deno.writeTextFileSync(Deno.env.get("KEPT"), "kept");
  print("result");
});
`;

/** Runs the program in a shell, with its outputs led elsewhere. */
async function demo(outputs: string) {
  const folder = await Deno.makeTempDir();
  try {
    const [program, kept] = [`${folder}/demo.js`, `${folder}/kept`];
    await Deno.writeTextFile(program, code);
    const { code: status, stdout, stderr } = await new Deno.Command("bash", {
      args: ["-c", `set -o pipefail; "$DENO" run -A --no-config --no-check ${program} ${outputs}`],
      env: { DENO: Deno.execPath(), KEPT: kept, NO_COLOR: "1" },
    }).output();
    const [out, err] = [stdout, stderr].map((bytes) => new TextDecoder().decode(bytes));
    return { status, out, err, kept: await Deno.readTextFile(kept) };
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

const lines = "a line\non a GPU\njob: 100 % (2/2), in 0.0 s\n", kept = "kept";

Deno.test({
  name: "output: a full or closed stderr loses its lines and nothing else",
  ignore: Deno.build.os !== "linux",
  async fn() {
    const told = await demo("");
    assert.deepEqual({ ...told, err: told.err.replace(/in .*/, "in 0.0 s") }, {
      status: 0,
      out: "result\n",
      err: lines,
      kept,
    });
    for (const outputs of ["2>/dev/full", "2>&-", "2> >(exec true)"]) {
      assert.deepEqual(await demo(outputs), { status: 0, out: "result\n", err: "", kept }, outputs);
    }
  },
});

Deno.test({
  name: "output: a stdout that takes no results is a line or status 141, and files are kept",
  ignore: Deno.build.os !== "linux",
  async fn() {
    const full = await demo(">/dev/full");
    assert.deepEqual([full.status, full.kept], [1, kept]);
    assert.match(
      full.err,
      /\ndemo: cannot print the results: No space left .*; give stdout another place\n$/,
    );
    const closed = await demo("| true");
    assert.deepEqual([closed.status, closed.kept, closed.err.includes("demo:")], [141, kept, false]);
  },
});
