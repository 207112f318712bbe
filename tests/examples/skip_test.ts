import type { Skip } from "../../src/nn/layout.ts";
import { readParameters } from "../../src/io/mod.ts";
import { assert } from "../deps.ts";
import { root, run, temporaryFolder } from "../support/program.ts";
import { fileURLToPath } from "node:url";

const verify = fileURLToPath(new URL("examples/verify.ts", root));

/** Losses of `trace.csv` at a step. */
function lossesAt(folder: string, step: number): string[] {
  const cells = Deno.readTextFileSync(`${folder}/trace.csv`).trimEnd().split("\n").map((line) =>
    line.split(",")
  );
  return cells.filter((each) => Number(each[1]) === step).map(([, , loss]) => loss);
}

Deno.test("staircase --skip: networks are exported, begin another run, and are verified with it", async () => {
  await checkExchange("--skip", true, "skip connections");
});

Deno.test("staircase --adaptive-skip: so are those with adaptive ones, which are not mixed with others", async () => {
  await checkExchange("--adaptive-skip", "adaptive", "adaptive skip connections");
});

Deno.test("staircase --gates: so are those with gates", async () => {
  await checkExchange("--gates", "gated", "gates");
});

async function checkExchange(flag: string, skip: Skip, words: string): Promise<void> {
  using folder = temporaryFolder();
  const cwd = folder.path;
  const train = ["--layers=8,8,8", "--samples=32", "--steps=20", "--probe-every=10", flag];
  const first = await run([...train, "--replicas=2", "--out=a", "--export=w.safetensors"], { cwd });
  assert.equal(first.code, 0, first.err);
  const record = JSON.parse(Deno.readTextFileSync(`${cwd}/a/run.json`));
  assert.deepEqual([record.configuration.skip, record.options.skip], [skip, skip === true]);
  assert(Deno.readTextFileSync(`${cwd}/a/staircase.svg`).includes(`1-8-8-8-1 tanh with ${words}, `));
  assert.equal((await readParameters(`${cwd}/w.safetensors`)).skip, skip);
  const begin = ["--samples=32", "--init-from=w.safetensors", "--replicas=2", "--steps=0", "--quiet"];
  assert.deepEqual(await run([...begin, "--out=b"], { cwd }), { code: 0, out: "", err: "" });
  assert.deepEqual(lossesAt(`${cwd}/b`, 0), lossesAt(`${cwd}/a`, 20));
  for (const folder of ["a", "b"]) {
    const verified = await run([folder, "--quiet"], { cwd, program: verify });
    assert.deepEqual(verified, { code: 0, out: "", err: "" });
  }
  const resumed = await run(["--resume=a", "--steps=30", "--quiet"], { cwd });
  assert.deepEqual(resumed, { code: 0, out: "", err: "" });
  const other = skip === true ? "--adaptive-skip" : "--skip";
  const mixed = await run([...begin, other, "--out=c"], { cwd });
  assert.equal(mixed.code, 2);
  assert.match(mixed.err, /holds networks with .*; leave --skip, --adaptive-skip and --gates out/);
}
